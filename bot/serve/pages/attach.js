// Screenshots in the chat: chosen, pasted or dropped; what is written in them is read by the server, shown for
// correction, and joins the question.
(() => {
  "use strict";
  const $ = (selector) => document.querySelector(selector);
  const { words, fill, input, show, close, tell, say, node } = window.desk;
  const KINDS = ["image/png", "image/jpeg", "image/webp"];

  const picker = document.createElement("input");
  picker.type = "file";
  picker.accept = KINDS.join(",");
  picker.hidden = true;
  picker.addEventListener("change", () => { send(picker.files[0]); picker.value = ""; });
  const button = node("button", "", "attach");
  button.type = "button";
  button.id = "attach";
  button.addEventListener("click", () => picker.click());
  document.body.append(picker);

  async function send(file) {
    if (!file) return;
    if (!KINDS.includes(file.type)) { say(words().image_kind); return; }
    if (file.size > 5 * 1024 * 1024) { say(words().image_large); return; }
    button.setAttribute("aria-busy", "true");
    say(words().image_reading);
    try {
      const reply = await fetch("/ui/image", { method: "POST", body: file, headers: { "content-type": file.type } });
      const told = await reply.json();
      if (!reply.ok) throw new Error(told.error?.message || String(reply.status));
      say("");
      correct(await shown(file), told);
    } catch (error) {
      say(error.message || words().image_failed);
    }
    button.removeAttribute("aria-busy");
  }
  const shown = (file) => new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => done("");
    reader.readAsDataURL(file);
  });
  function correct(address, told) {
    const form = node("form", "", "remark");
    const picture = node("img");
    picture.src = address;
    picture.alt = words().image_alt;
    const label = node("label", told.text ? words().image_hint : words().image_none);
    const field = node("textarea");
    field.rows = 8;
    field.maxLength = 4000;
    field.id = "remark";
    field.value = told.text;
    label.htmlFor = field.id;
    form.append(picture, label, field, node("button", words().image_use, "solid"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = field.value.trim();
      tell("image", -1, JSON.stringify({ id: told.id, text }));
      if (text) fill(input(), [input().value.trim(), text].filter(Boolean).join("\n"));
      close(true);
      input().focus();
    });
    show(words().image_title, form, button);
  }

  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files || [])].find((item) => item.type.startsWith("image/"));
    if (file) { event.preventDefault(); send(file); }
  });
  document.addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    send(event.dataTransfer.files[0]);
  });
  function place() {
    const send = $("#send");
    if (send && button.parentElement !== send.parentElement) send.before(button);
    button.title = words().image;
    button.setAttribute("aria-label", words().image);
    button.hidden = !send;
  }
  new MutationObserver(() => requestAnimationFrame(place)).observe(document.body, { childList: true, subtree: true });
  place();
})();
