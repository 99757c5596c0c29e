// Puts the support desk's chat on a page by one tag:
//   <script src="https://desk.example/embed.js" defer></script>
// data-lang (zh, en), data-color, data-position (right, left), data-title. A button in a shadow root, and on its
// first press a frame. It sets no cookie, asks nobody but the desk, and writes no markup and no inline style.
(() => {
  "use strict";
  const script = document.currentScript || document.querySelector('script[src*="/embed.js"]');
  if (!script || document.querySelector("desk-chat")) return;
  const base = new URL("./", script.src);
  const given = script.dataset;
  const asked = given.lang || document.documentElement.lang || navigator.language || "";
  const lang = /^en/i.test(asked) ? "en" : "zh";
  const WORDS = {
    zh: { title: "在线客服", open: "打开{t}", close: "关闭{t}", unread: "{n} 条未读消息", wait: "正在打开…",
      refused: "{t}没有在这个网页里打开。", instead: "在新窗口中打开" },
    en: { title: "Support chat", open: "Open {t}", close: "Close {t}", unread: "{n} unread", wait: "Opening…",
      refused: "{t} did not open on this page.", instead: "Open it in a new window" },
  }[lang];
  const title = (given.title || WORDS.title).slice(0, 60);
  const say = (text, n) => text.replace("{t}", title).replace("{n}", n);
  const color = given.color && CSS.supports("color", given.color) ? given.color : "";
  const left = /left/.test(given.position || "");
  const narrow = matchMedia("(max-width: 599.98px), (max-height: 459.98px)");
  const WAITS = "desk-chat-waits";

  // Elements -------------------------------------------------------------------------------------
  function make(tag, className, attributes = {}) {
    const made = document.createElement(tag);
    made.className = className;
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    return made;
  }
  function icon(className, path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", className);
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }
  const host = document.createElement("desk-chat");
  const root = host.attachShadow({ mode: "open" });
  const all = make("div", left ? "all left" : "all", { lang: lang === "en" ? "en" : "zh-CN" });
  const box = make("div", "box", { role: "dialog", "aria-label": title, id: "box" });
  const note = make("p", "note", { role: "status" });
  const button = make("button", "button", { type: "button", "aria-expanded": "false", "aria-controls": "box" });
  const badge = make("span", "badge", { "aria-hidden": "true" });
  const heard = make("p", "heard", { role: "status" });
  button.append(
    icon("talk", "M4 6.5A2.5 2.5 0 0 1 6.500 4h11A2.500 2.500 0 0 1 20 6.500v7a2.500 2.500 0 0 1-2.500 2.500H11l-4.500 4v-4A2.500 2.500 0 0 1 4 13.500zM8.500 8.500h7M8.500 11.800h4.500"),
    icon("down", "M6 9.500l6 6 6-6"),
    badge,
  );
  box.append(note);
  all.append(box, button, heard);
  root.append(all);
  style();
  document.documentElement.append(host);
  if (color) {
    all.style.setProperty("--color", color);
    all.style.setProperty("--on", bright(color) ? "#000" : "#fff");
  }
  function bright(text) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.fillStyle = text;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data]
      .map((v) => v / 255).map((v) => (v <= 0.04 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18; // white on it has a contrast below 4.5
  }

  // The frame and what it says -----------------------------------------------------------------------
  let frame = null, ready = false, open = false, unread = 0, patience = 0;
  const tell = (desk, more = {}) => frame?.contentWindow?.postMessage({ desk, ...more }, base.origin);
  const state = () => (open ? tell("open", { full: narrow.matches }) : tell("closed"));
  function load() {
    if (frame) return;
    note.textContent = WORDS.wait;
    frame = make("iframe", "frame", { title, allow: "clipboard-write", src: new URL(`?embed=1&lang=${lang}`, base) });
    frame.addEventListener("load", () => {
      ready = false;
      tell("hello", { title: given.title || "", color });
      lose(4000); // a page that may not show it gets an error of the browser's in its place
    });
    box.append(frame);
    lose(30000);
  }
  function lose(milliseconds) {
    clearTimeout(patience);
    patience = setTimeout(() => {
      if (ready) return;
      console.warn(`desk: the chat of ${base.origin} did not open; its EMBED_ORIGINS must name ${location.origin}.`);
      const instead = make("a", "", { href: base, target: "_blank", rel: "noopener" });
      instead.textContent = WORDS.instead;
      note.replaceChildren(say(WORDS.refused), make("br", ""), instead);
      frame.remove();
      frame = null;
      all.classList.remove("ready");
      if (open) instead.focus();
    }, milliseconds);
  }
  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== base.origin) return;
    const said = event.data;
    if (said?.desk === "ready") {
      ready = true;
      clearTimeout(patience);
      all.classList.add("ready");
      if (open) frame.focus();
      state();
    } else if (said?.desk === "close") {
      if (open) shut();
    } else if (said?.desk === "unread") {
      count(open ? 0 : Math.max(0, Math.min(99, Number(said.unread) || 0)));
      remember(!!said.waiting);
    }
  });
  function count(n) {
    if (n > unread) heard.textContent = `${title}: ${say(WORDS.unread, n)}`;
    if (!n) heard.textContent = "";
    unread = n;
    badge.textContent = n ? String(n) : "";
    name();
  }
  function name() {
    const words = say(open ? WORDS.close : WORDS.open);
    const full = unread ? `${words}${lang === "en" ? ", " : "，"}${say(WORDS.unread, unread)}` : words;
    button.setAttribute("aria-label", full);
    button.title = full;
    button.setAttribute("aria-expanded", String(open));
  }
  // While somebody waits for a person, the next page of this tab looks for the reply by itself.
  function remember(waits) {
    try {
      if (waits) sessionStorage.setItem(WAITS, "1");
      else sessionStorage.removeItem(WAITS);
    } catch { /* a page without storage */ }
  }
  function waited() {
    try { return !!sessionStorage.getItem(WAITS); } catch { return false; }
  }

  // Opening and closing --------------------------------------------------------------------------
  function show() {
    open = true;
    load();
    all.classList.add("open");
    count(0);
    cover();
    if (ready) { frame.focus(); state(); } else frame.focus();
  }
  function shut() {
    open = false;
    all.classList.remove("open");
    name();
    cover();
    if (ready) state();
    button.focus({ preventScroll: true });
  }
  // On a phone the frame takes the whole screen: what is behind it neither scrolls nor takes the focus.
  let kept = null;
  function cover() {
    const full = open && narrow.matches;
    box.setAttribute("aria-modal", String(full));
    if (full === !!kept) return;
    const rows = [document.documentElement, document.body].filter(Boolean).map((each) => each.style);
    if (full) {
      kept = { inert: document.body?.inert, overflow: rows.map((row) => [row.getPropertyValue("overflow"), row.getPropertyPriority("overflow")]) };
      rows.forEach((row) => row.setProperty("overflow", "hidden", "important"));
      if (document.body) document.body.inert = true;
    } else {
      rows.forEach((row, n) => row.setProperty("overflow", ...kept.overflow[n]));
      if (document.body) document.body.inert = kept.inert;
      kept = null;
    }
  }
  narrow.addEventListener("change", () => { cover(); if (ready && open) state(); });
  button.addEventListener("click", () => (open ? shut() : show()));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open) { event.stopPropagation(); shut(); }
  });
  name();
  if (waited()) load();

  function style() {
    const text = `
      :host { all: initial !important; display: block !important; position: fixed !important; bottom: 0 !important;
        right: 0 !important; width: 0 !important; height: 0 !important; z-index: 2147483647 !important;
        direction: ltr !important; color-scheme: light dark !important; }
      .all { --color: #1f5eff; --on: #fff; --ground: #fff; --ink: #172033; --edge: rgb(20 35 70 / 12%);
        font: 15px/1.6 system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
      .button { all: unset; box-sizing: border-box; position: fixed; display: grid; place-items: center;
        right: calc(20px + env(safe-area-inset-right)); bottom: calc(20px + env(safe-area-inset-bottom));
        width: 56px; height: 56px; border-radius: 50%; background: var(--color); color: var(--on); cursor: pointer;
        box-shadow: 0 2px 6px rgb(10 20 45 / 20%), 0 8px 24px rgb(10 20 45 / 22%); transition: transform .15s; }
      .left .button { right: auto; left: calc(20px + env(safe-area-inset-left)); }
      .button:hover { transform: scale(1.05); }
      .button:focus-visible { outline: 3px solid var(--ground); box-shadow: 0 0 0 6px var(--color); }
      svg { grid-area: 1 / 1; width: 28px; height: 28px; fill: none; stroke: currentcolor; stroke-width: 1.8;
        stroke-linecap: round; stroke-linejoin: round; transition: opacity .15s, transform .15s; }
      .open .talk, .down { opacity: 0; transform: scale(.6); }
      .open .down { opacity: 1; transform: none; }
      .badge { position: absolute; top: -4px; right: -4px; box-sizing: border-box; min-width: 22px; height: 22px;
        padding: 0 6px; border: 2px solid var(--ground); border-radius: 11px; background: #c8281c; color: #fff;
        font-size: 12px; font-weight: 700; line-height: 18px; text-align: center; }
      .badge:empty { display: none; }
      .box { position: fixed; right: calc(20px + env(safe-area-inset-right)); box-sizing: border-box; display: grid;
        bottom: calc(88px + env(safe-area-inset-bottom)); width: min(400px, 100vw - 40px);
        height: min(660px, 100dvh - 112px); overflow: hidden; border: 1px solid var(--edge); border-radius: 16px;
        background: var(--ground); color: var(--ink); box-shadow: 0 12px 48px rgb(10 20 45 / 26%);
        visibility: hidden; opacity: 0; transform: translateY(12px);
        transition: opacity .18s, transform .18s, visibility 0s .18s; }
      .left .box { right: auto; left: calc(20px + env(safe-area-inset-left)); }
      .open .box { visibility: visible; opacity: 1; transform: none; transition: opacity .18s, transform .18s; }
      .frame, .note { grid-area: 1 / 1; }
      .frame { width: 100%; height: 100%; border: 0; opacity: 0; color-scheme: light dark; }
      .ready .frame { opacity: 1; }
      .ready .note { display: none; }
      .note { place-self: center; margin: 0; padding: 24px; text-align: center; }
      .note a { color: inherit; }
      .heard { position: fixed; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }
      @media (max-width: 599.98px), (max-height: 459.98px) {
        .box, .left .box { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; transform: none; }
        .open .button { display: none; }
      }
      @media (prefers-color-scheme: dark) {
        .all { --ground: #161d28; --ink: #e6ebf4; --edge: rgb(255 255 255 / 14%); }
      }
      @media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
      @media (forced-colors: active) { .button, .box { border: 2px solid; } }
      @media print { :host { display: none !important; } }`;
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      root.adoptedStyleSheets = [sheet];
    } catch { // browsers before 2023, and there only where the page's policy lets it in
      const old = document.createElement("style");
      old.textContent = text;
      root.append(old);
    }
  }
})();
