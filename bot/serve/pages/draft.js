// Drafts beside a hand-over or a pasted ticket, images, and what an edited reply rests on. Over desk.js.
(() => {
  "use strict";
  const { $, all, words, reply, side, box, id, say, post, keep, problem, bare, rests } = window.desk;
  const ticket = $("#ticket"), narrow = matchMedia("(max-width: 900px)");
  const LONG = 50_000; // characters

  async function draft(more = []) {
    if (!side || !(ticket ? ticket.value.trim() : id)) { ticket?.focus(); return; }
    const given = ticket ? [["text", ticket.value]] : [["id", id]];
    const stood = side.contains(document.activeElement) ? document.activeElement.id || "use" : "";
    side.setAttribute("aria-busy", "true");
    say(words.drafting, true);
    try {
      side.innerHTML = await (await post("/desk/propose", [...given, ...more])).text();
      say(ticket ? words.drafted_copy : words.drafted);
      keep();
      if (stood) ($(`#${stood}`) || $("#copy"))?.focus({ preventScroll: true });
      if (narrow.matches) side.scrollIntoView({ block: "start" });
      else side.scrollTop = 0;
    } catch (error) {
      say(error.message);
    }
    side.removeAttribute("aria-busy");
  }
  const chosen = () => all("#side .chosen:checked").map((node) => ["only", node.value]);
  // Typed as if by hand, so that Ctrl+Z takes it back.
  function write(text, whole) {
    box.focus();
    if (whole) box.select();
    if (!document.execCommand("insertText", false, text)) {
      box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
      box.dispatchEvent(new Event("input"));
    }
  }
  function use(letter) {
    const own = box.value.trim() && !rests(); // an agent's own words stay, and the draft joins them
    reply.draft.value = letter.value;
    reply.evidence.value = all("#side .chosen").map((node) => node.value).join(",");
    write(letter.value, !own);
    problem("");
  }
  async function copy(letter) {
    const text = bare(letter.value);
    try { await navigator.clipboard.writeText(text); } catch { letter.select(); document.execCommand("copy"); }
    say(words.copied);
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button");
    if (!button) return;
    const letter = $("#letter");
    if (button.id === "draft-it") draft();
    else if (button.classList.contains("tone")) draft([...chosen(), ...Object.entries(button.dataset)]);
    else if (button.id === "again") draft(chosen());
    else if (button.id === "use" && reply) use(letter);
    else if (button.id === "copy") copy(letter);
    else if (button.id === "discard") {
      try { await post("/desk/discard", [["id", id], ["draft", letter.value]]); } catch { /* it is thrown away anyhow */ }
      side.replaceChildren();
      if (reply) { reply.draft.value = reply.evidence.value = ""; keep(); }
      (box || ticket).focus();
    }
  });
  // A browser takes minutes to paste a long log as if it were typed; as a value it is there at once.
  ticket?.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") || "";
    if (text.length < LONG) return;
    event.preventDefault();
    ticket.setRangeText(text, ticket.selectionStart, ticket.selectionEnd, "end");
  });
  ticket?.form.addEventListener("submit", (event) => { event.preventDefault(); draft(); });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === ticket) {
      event.preventDefault();
      draft();
    }
    const digit = event.altKey && box && /^Digit([1-9])$/.exec(event.code); // on a Mac, Alt changes the key
    const quote = digit && $(`#side .evidence li[value="${digit[1]}"] blockquote`);
    if (!quote) return;
    event.preventDefault();
    const apart = /[^\n]$/.test(box.value.slice(0, box.selectionStart)) ? "\n" : "";
    write(`${apart}${quote.textContent.trim()}[${digit[1]}]`, false);
  });

  // Images: read by the server; a hand-over keeps them, a pasted ticket gets their text ----------
  async function picture(file) {
    if (!file) return;
    say(words.reading, true);
    try {
      const told = await (await post(`/desk/image?id=${encodeURIComponent(id)}`, file)).json();
      if (ticket && told.text) ticket.value = `${ticket.value}\n[图片] ${told.text}`.trim();
      say(told.text || !ticket ? words.pictured : words.picture_none);
    } catch (error) {
      say(error.message);
    }
  }
  $("#picture")?.addEventListener("click", () => $("#file").click());
  $("#file")?.addEventListener("change", (event) => { picture(event.target.files[0]); event.target.value = ""; });
  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files || [])].find((item) => item.type.startsWith("image/"));
    if (file && $("#picture")) { event.preventDefault(); picture(file); }
  });

  // What each sentence of an edited draft rests on ------------------------------------------------
  let settled = 0;
  box?.addEventListener("input", () => {
    clearTimeout(settled);
    if (!reply.draft.value) { $("#sources").replaceChildren(); return; }
    settled = setTimeout(async () => {
      const only = reply.evidence.value.split(",").filter(Boolean).map((value) => ["only", value]);
      try {
        $("#sources").innerHTML = await (await post("/desk/sources", [["id", id], ["edited", box.value], ...only])).text();
      } catch { /* it is a help, and the reply does not depend on it */ }
    }, 800);
  });
})();
