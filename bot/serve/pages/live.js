// Whether a person of the staff has said or done something, and what staff tell everybody: asked every second
// while a hand-over is open, rarely otherwise. It presses the page's own button to draw what is new.
(() => {
  "use strict";
  const $ = (selector) => document.querySelector(selector);
  const lang = () => ($("#switch")?.textContent.trim() === WORDS.en.switch ? "en" : "zh");
  const title = () => WORDS[lang()].title;
  const waits = () => !!$("#log .handover:not(.over)");
  const notice = document.createElement("div");
  notice.id = "notice";
  notice.hidden = true;
  notice.setAttribute("role", "status");
  document.body.prepend(notice);
  // The page is as much shorter, so that the box to write in stays in the window.
  new ResizeObserver(() => document.documentElement.style.setProperty("--notice", `${notice.offsetHeight}px`)).observe(notice);

  let revision = "", missed = 0, asked = 0, asking = false, nameless = false;
  async function look() {
    asked = Date.now();
    asking = true;
    const open = waits();
    try {
      const reply = await fetch(`/ui/live?lang=${lang()}`, { cache: "no-store" });
      if (reply.ok) heed(await reply.json(), open);
    } catch { /* the server is away: a later look finds it again */ }
    asking = false;
  }
  function heed(state, open) {
    if (notice.textContent !== state.notice) notice.textContent = state.notice;
    notice.hidden = !state.notice;
    nameless = !!state.nameless;
    document.body.classList.toggle("nameless", nameless); // no image goes with a browser that has no name
    if (open && nameless) $("#pull")?.click(); // the server cannot tell which conversation is ours
    if (!open || nameless || state.rev === revision) return;
    if (revision && document.hidden) document.title = `(${++missed}) ${title()}`;
    revision = state.rev;
    $("#pull")?.click();
  }
  setInterval(() => {
    const pause = document.hidden ? (waits() ? 4000 : 60000) : (waits() ? (nameless ? 2500 : 900) : 20000);
    if (!asking && Date.now() - asked >= pause) look();
  }, 300);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    missed = 0;
    document.title = title();
    look();
  });
  look();
})();
