// The chat inside a page of somebody else's. It speaks with embed.js there, on origins that the server names, and
// says no more than that it is there, shall close, waits for a person, and how many messages nobody has seen.
(() => {
  "use strict";
  if (window.parent === window) return;
  const $ = (selector) => document.querySelector(selector);
  const { words, input, node } = window.desk;
  const hosts = $('meta[name="desk-hosts"]').content.split(" ");
  const SEEN = "desk-seen";
  let host = "", open = false, full = false, focusing = false, name = "", colour = "";

  const tell = (desk, more = {}) => { if (host) window.parent.postMessage({ desk, ...more }, host); };
  addEventListener("message", (event) => {
    if (event.source !== window.parent || !hosts.includes(event.origin)) return;
    const said = event.data;
    if (said?.desk === "hello") {
      host = event.origin;
      name = String(said.title || "").slice(0, 60);
      colour = String(said.color || "");
      paint();
      tell("ready");
    } else if (said?.desk === "open") {
      open = focusing = true;
      full = !!said.full;
    } else if (said?.desk === "closed") {
      open = false;
    } else return;
    sent = "";
    look();
  });

  // Closing ---------------------------------------------------------------------------------------
  const shut = node("button", "", "shut");
  shut.type = "button";
  shut.id = "shut";
  shut.addEventListener("click", () => tell("close"));
  document.body.prepend(shut);
  addEventListener("keydown", (event) => { // before the page's own, which closes the panel with it
    if (event.key === "Escape" && !event.isComposing && event.keyCode !== 229 && $("#panel").hidden) tell("close");
  }, true);

  // What nobody has seen: it outlives the frame, for a host page is often followed by another of its kind -----
  let seen = 0, sent = "", due = 0;
  try { seen = Number(sessionStorage.getItem(SEEN)) || 0; } catch { /* a browser that keeps nothing in frames */ }
  function look() {
    due = 0;
    const now = document.querySelectorAll("#log .is-person, #log .reply .actions").length;
    if (open && now !== seen) {
      seen = now;
      try { sessionStorage.setItem(SEEN, String(seen)); } catch { /* as above */ }
    }
    const unread = open ? 0 : Math.max(0, now - seen);
    const waiting = !!$("#log .handover:not(.over)");
    const state = `${unread} ${waiting}`;
    if (host && state !== sent) { sent = state; tell("unread", { unread, waiting }); }
    if (shut.getAttribute("aria-label") !== words().close) shut.setAttribute("aria-label", words().close);
    const heading = $("#brand h1");
    if (name && heading && heading.textContent !== name) heading.textContent = name;
    const field = full ? shut : input(); // on a phone a focused field brings the keyboard up
    if (focusing && field) { focusing = false; field.focus({ preventScroll: true }); }
  }
  // A timer, not a frame of animation: those rest while the frame is hidden.
  new MutationObserver(() => { due = due || setTimeout(look, 50); })
    .observe(document.body, { childList: true, subtree: true, attributeFilter: ["class"] });

  // The host's colour, as far as text on it and in it stays readable ----------------------------------
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  function rgb(text) {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = text;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  }
  const light = (c) => c.map((v) => v / 255).map((v) => (v <= 0.04 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  function paint() {
    const style = document.documentElement.style;
    const names = ["--accent", "--mine", "--on", "--on-mine", "--accent-ink"];
    names.forEach((each) => style.removeProperty(each));
    if (!colour || !CSS.supports("color", colour)) return;
    const own = getComputedStyle(document.documentElement);
    const wanted = rgb(colour), ink = rgb(own.getPropertyValue("--ink")), tint = rgb(own.getPropertyValue("--tint"));
    const on = contrast(wanted, [255, 255, 255]) >= 4.5 ? "#fff" : "#000";
    let readable = wanted;
    for (let part = 0.1; contrast(readable, tint) < 4.6 && part <= 1; part += 0.1) {
      readable = wanted.map((v, i) => Math.round(v + (ink[i] - v) * part));
    }
    const values = [`rgb(${wanted})`, `rgb(${wanted})`, on, on, `rgb(${readable})`];
    names.forEach((each, n) => style.setProperty(each, values[n]));
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  look();
})();
