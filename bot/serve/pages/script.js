// The chat page's behaviour in the browser: keys, the source panel, copying, and the labels that
// assistive technology needs. It presses the page's own (partly hidden) buttons to reach the
// server, asks no other host for anything, and never turns text into markup.
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const lang = () => ($("#switch")?.textContent.trim() === WORDS.en.switch ? "en" : "zh");
  const words = () => WORDS[lang()];
  const narrow = () => matchMedia("(max-width: 900px)").matches;
  const input = () => $("#ask textarea");

  function fill(field, value) {
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
    set.call(field, value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function press(selector) {
    setTimeout(() => $(selector)?.click(), 0); // after Gradio has taken the value in
  }
  const writing = () => !!document.querySelector("#stop")?.offsetParent;

  // A press that comes while the last reply is ending is dropped, and no message may be lost: it is
  // pressed again until the field is emptied, or holds something else.
  let latest = 0;
  function send(text) {
    const field = input();
    if (!field || (text !== undefined && writing())) return;
    if (text !== undefined) fill(field, text);
    const said = field.value;
    if (!said.trim()) return;
    close(false);
    field.focus({ preventScroll: true });
    const own = ++latest;
    const attempt = (left) => {
      if (own !== latest || field.value !== said) return;
      if (!left) { say(words().late); return; }
      if (writing()) { setTimeout(() => attempt(left), 200); return; }
      press("#send");
      setTimeout(() => attempt(left - 1), 600);
    };
    attempt(4);
  }
  function tell(deed, item, comment = "") {
    const field = $("#payload textarea");
    fill(field, JSON.stringify({ do: deed, item, comment }));
    press("#act");
  }

  // Keys ---------------------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) { close(true); return; }
    if (event.key === "Tab" && !panel.hidden && narrow()) trap(event);
    if (event.target !== input() || event.key !== "Enter") return;
    if (event.isComposing || event.keyCode === 229 || event.shiftKey) return; // an input method's Enter
    event.preventDefault();
    event.stopPropagation();
    send();
  }, true);

  // Buttons in replies ---------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button) { if (event.target === shade) close(true); return; }
    const holder = button.closest("[id^='item-']");
    const item = holder ? Number(holder.id.slice(5)) : -1;
    const has = (name) => button.classList.contains(name);
    if (has("chip")) send(button.textContent);
    else if (has("cite") || has("from")) source(button, holder);
    else if (has("do-copy")) copy(holder);
    else if (has("do-up")) { toggle(button, "do-down"); tell("up", item); }
    else if (has("do-down")) { toggle(button, "do-up"); tell("down", item); remark(button, item); }
    else if (has("do-solved")) { toggle(button, "do-unsolved"); tell("solved", item); }
    else if (has("do-unsolved")) { toggle(button, "do-solved"); tell("unsolved", item); }
    else if (has("do-retry")) { if (!writing()) press("#again"); }
    else if (has("do-person")) press("#person");
    else if (has("do-cancel")) press("#cancel");
    else if (has("do-contact")) reach(button, item);
    else if (button.id === "switch") remember();
    else if (button.id === "new") { close(false); input()?.focus(); }
    else if (button.id === "stop") input()?.focus();
  });
  function toggle(button, other) {
    button.classList.add("on");
    $("." + other, button.parentElement)?.classList.remove("on");
  }
  function remember() {
    const next = lang() === "en" ? "zh" : "en";
    const framed = window.parent !== window && location.protocol === "https:";
    const site = framed ? "none; secure; partitioned" : "lax";
    document.cookie = `desk_lang=${next}; path=/; max-age=31536000; samesite=${site}`;
  }
  async function copy(holder) {
    const body = $(".body", holder)?.cloneNode(true);
    if (!body) return;
    body.querySelectorAll(".marks, .sr, .label").forEach((node) => node.remove());
    body.querySelectorAll("ol").forEach((list) => {
      [...list.children].forEach((li, n) => li.prepend(`${list.start + n}. `));
    });
    body.querySelectorAll("a").forEach((node) => node.replaceWith(node.href));
    body.querySelectorAll("br").forEach((node) => node.replaceWith("\n"));
    body.querySelectorAll("p, li").forEach((node) => node.append("\n"));
    const text = body.textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
      say(words().copied);
    } catch {
      say(oldCopy(text) ? words().copied : words().copy_failed);
    }
  }
  function oldCopy(text) { // without https there is no clipboard API
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "sr";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }

  // The panel: a source, or a remark ---------------------------------------------------------------
  const shade = make("div", "shade");
  const panel = make("aside", "panel");
  let opener = null;
  function make(tag, id) {
    const node = document.createElement(tag);
    node.id = id;
    node.hidden = true;
    return node;
  }
  function node(tag, text, className) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }
  function show(title, content, from) {
    opener = { item: from.closest("[id^='item-']")?.id, names: from.className, node: from };
    const head = node("header");
    const heading = node("h2", title);
    heading.id = "panel-title";
    const shut = node("button", "", "shut");
    shut.type = "button";
    shut.setAttribute("aria-label", words().close);
    shut.addEventListener("click", () => close(true));
    head.append(heading, shut);
    panel.replaceChildren(head, content);
    panel.setAttribute("aria-modal", String(narrow()));
    panel.hidden = false;
    shade.hidden = false;
    document.body.classList.add("with-panel");
    mark(from);
    (($("textarea", panel)) || shut).focus({ preventScroll: true });
  }
  function mark(from) {
    document.querySelectorAll(".cite.lit, .from.lit").forEach((old) => old.classList.remove("lit"));
    from?.classList.add("lit");
  }
  function close(back) {
    if (panel.hidden) return;
    panel.hidden = true;
    shade.hidden = true;
    document.body.classList.remove("with-panel");
    mark(null);
    if (!back || !opener) return;
    const again = opener.node.isConnected ? opener.node
      : opener.item && [...document.querySelectorAll(`#${opener.item} button`)]
        .find((button) => button.className.split(" ")[1] === opener.names.split(" ")[1]);
    (again || input())?.focus({ preventScroll: true });
  }
  function trap(event) {
    const stops = [...panel.querySelectorAll("button, textarea, a[href]")];
    const first = stops[0], last = stops[stops.length - 1];
    if (event.shiftKey && document.activeElement === first) { last.focus(); event.preventDefault(); }
    else if (!event.shiftKey && document.activeElement === last) { first.focus(); event.preventDefault(); }
    else if (!panel.contains(document.activeElement)) { first.focus(); event.preventDefault(); }
  }
  function source(button, holder) {
    const n = [...button.classList].find((name) => name.startsWith("n-"));
    const card = holder && $(`.source.${n}`, holder);
    if (!card) return;
    const copied = card.cloneNode(true);
    copied.hidden = false;
    show(`${words().source_title} ${n.slice(2)}`, copied, button);
  }
  function remark(button, item) {
    const w = words();
    write(button, w.comment_title, w.comment_hint, w.comment_send, (text) => tell("comment", item, text));
  }
  function reach(button, item) {
    const w = words();
    write(button, w.contact_title, w.contact_hint, w.contact_send, (text) => tell("contact", item, text));
  }
  function write(button, title, hint, sent, then) {
    const form = node("form", "", "remark");
    const label = node("label", hint);
    const field = node("textarea");
    field.maxLength = 2000;
    field.rows = 5;
    field.id = "remark";
    label.htmlFor = field.id;
    form.append(label, field, node("button", sent, "solid"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (field.value.trim()) then(field.value.trim());
      close(true);
    });
    show(title, form, button);
  }

  // Saying things -------------------------------------------------------------------------------
  const live = make("div", "live");
  live.hidden = false;
  live.setAttribute("role", "status");
  let hush = 0;
  function say(text, stays = false) {
    live.textContent = text;
    live.classList.toggle("shown", !!text);
    clearTimeout(hush);
    if (!stays) hush = setTimeout(() => live.classList.remove("shown"), 6000);
  }

  // Labels that the sanitiser takes away, and those that Gradio sets in its own words ------------
  let heard = "", broken = false;
  function attribute(found, name, value) {
    if (found && found.getAttribute(name) !== value) found.setAttribute(name, value);
  }
  function dress() {
    const w = words();
    retype();
    attribute(document.documentElement, "lang", lang() === "en" ? "en" : "zh-CN");
    if (!document.title.endsWith(w.title)) document.title = w.title;
    attribute($("#log [role=log]"), "aria-label", w.log);
    attribute(input(), "aria-label", w.ask_label);
    attribute(input(), "enterkeyhint", "send");
    attribute($("#switch"), "aria-label", w.switch_label);
    attribute($("#switch"), "lang", lang() === "en" ? "zh-CN" : "en");
    attribute($("#send"), "aria-label", w.send);
    attribute($("#stop"), "aria-label", w.stop);
    attribute($("#new"), "aria-label", w.new);
    attribute($("#person"), "aria-label", w.person);
    attribute(panel, "aria-labelledby", "panel-title");
    attribute(panel, "role", "dialog");
    document.querySelectorAll("#log [data-testid=user]").forEach((m) => attribute(m, "aria-label", w.you));
    document.querySelectorAll("#log [data-testid=bot]").forEach((m) => attribute(m, "aria-label", w.bot));
    document.querySelectorAll("#log .do-up, #log .do-down, #log .do-solved, #log .do-unsolved")
      .forEach((b) => attribute(b, "aria-pressed", String(b.classList.contains("on"))));
    document.querySelectorAll("#log .cite, #log .from")
      .forEach((b) => attribute(b, "aria-haspopup", "dialog"));
    document.body.classList.toggle("talking", !!$("#log .reply, #log .handover"));
    // Gradio's own notices, all of a lost connection, are in English: they are hidden, and told in our words.
    const lost = !!$(".toast-wrap .toast-body");
    if (lost && !broken) say(w.lost, true);
    else if (!lost && broken) say("");
    broken = lost;
    const said = $("#toast .prose")?.textContent.trim() || "";
    if (said !== heard) { heard = said; if (said) say(said); }
  }
  // What is typed outlives a reload, which Gradio makes of its own where the server has begun anew.
  addEventListener("pagehide", () => {
    if (input()?.value) sessionStorage.setItem("typed", input().value);
  });
  function retype() {
    const typed = sessionStorage.getItem("typed");
    if (!typed || !input() || input().value) return;
    sessionStorage.removeItem("typed");
    fill(input(), typed);
  }
  window.desk = { words, fill, input, show, close, tell, say, node };
  document.body.append(shade, panel, live);
  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; dress(); });
  }).observe(document.body, { childList: true, subtree: true, characterData: true, attributeFilter: ["aria-label", "class"] });
  dress();
})();
