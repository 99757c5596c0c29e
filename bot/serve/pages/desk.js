// The agents' desk in the browser: what is new every second, sending without losing a word, keys.
// The page works without it, by forms. Markup comes from our own server, escaped there; text stays text here.
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const words = $("#words")?.dataset || {};
  const talk = $("#talk"), reply = $("#reply"), side = $("#side"), box = $("#text");
  const id = talk?.dataset.id || "";
  const here = new URLSearchParams(location.search).get("id") || "";

  let hush = 0;
  function say(text, stays = false) {
    const live = $("#say");
    if (!live) return;
    live.textContent = text;
    clearTimeout(hush);
    if (!stays) hush = setTimeout(() => { live.textContent = ""; }, 5000);
  }
  // An error's sentence comes in both languages: "中文。 English."
  function told(message) {
    const both = /^(.*[。！？]) ([^。！？]*[A-Za-z][^。！？]*)$/s.exec(message);
    return both ? both[words.lang === "en" ? 2 : 1] : message;
  }
  async function post(path, fields) {
    const body = fields instanceof Blob ? fields : new URLSearchParams(fields);
    const answer = await fetch(path, { method: "POST", body, headers: { accept: "application/json" } });
    if (answer.status === 401) { keep(); location.reload(); }
    if (!answer.ok) {
      const why = await answer.json().catch(() => ({}));
      throw new Error(told(why.error?.message || `${answer.status}`));
    }
    return answer;
  }

  // What was typed survives a failed send, a reload and a restart of the server; so does its draft ------
  const store = `reply:${id}`;
  const key = () => crypto.randomUUID?.() || String(Math.random()).slice(2) + Date.now();
  function keep() {
    if (!reply) return;
    const kept = {
      text: box.value, key: reply.key.value, draft: reply.draft.value, evidence: reply.evidence.value,
      side: side.innerHTML, ticked: all("input[type=checkbox]", side).map((node) => node.checked),
    };
    sessionStorage.setItem(store, JSON.stringify(kept));
  }
  if (reply) {
    let kept = {};
    try { kept = JSON.parse(sessionStorage.getItem(store) || "{}"); } catch { /* nothing was kept */ }
    box.value = kept.text || "";
    reply.key.value = kept.key || key();
    reply.draft.value = kept.draft || "";
    reply.evidence.value = kept.evidence || "";
    side.innerHTML = kept.side || "";
    all("input[type=checkbox]", side).forEach((node, n) => { node.checked = !!kept.ticked?.[n]; });
    side.addEventListener("change", keep);
    box.addEventListener("input", keep);
    reply.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  }
  // Whether anything of the draft is still in the box: what an agent writes anew needs none of its steps.
  const bare = (text) => text.replace(/\s*\[\d{1,2}\]/g, "").trim();
  const rests = () => bare(reply.draft.value).split("\n").some((row) => row.length > 7 && bare(box.value).includes(row));
  let sending = false;
  async function send() {
    const text = box.value.trim(), steps = rests() ? all("#side .step") : [];
    if (!text || sending) return;
    problem("");
    if (steps.some((step) => !step.checked)) { problem(words.untick); steps.find((s) => !s.checked).focus(); return; }
    sending = true;
    $("#send").disabled = true;
    const waits = pending(text);
    const fields = [...new FormData(reply), ["steps", steps.length], ...steps.map((step) => ["step", step.value])];
    try {
      await post("/desk/say", fields);
      box.value = "";
      reply.draft.value = reply.evidence.value = "";
      reply.key.value = key();
      sessionStorage.removeItem(store);
      side.replaceChildren();
      $("#sources").replaceChildren();
      await look().catch(() => {});
    } catch (error) {
      problem(words.failed.replace("{why}", error.message));
    }
    waits.remove();
    sending = false;
    $("#send").disabled = false;
    box.focus();
  }
  function problem(text) {
    const shown = $("#problem");
    shown.textContent = text;
    shown.hidden = !text;
  }
  function pending(text) {
    const row = document.createElement("li");
    row.className = "line agent pending";
    const meta = document.createElement("span"), said = document.createElement("p");
    meta.className = "meta";
    meta.textContent = words.sending;
    said.className = "words";
    said.textContent = bare(text);
    row.append(meta, said);
    talk.append(row);
    talk.scrollTop = talk.scrollHeight;
    return row;
  }
  let warned = false;
  $("#close form")?.addEventListener("submit", (event) => {
    if (!box?.value.trim() || warned) return;
    warned = true;
    event.preventDefault();
    problem(words.unsent);
  });

  // What is new ---------------------------------------------------------------------------------
  let last = Number(talk?.dataset.last || 0), state = null, facts = null, sent = null, waiting = null, failed = 0;
  const name = document.title;
  async function look() {
    const answer = await fetch(`/desk/state?id=${encodeURIComponent(here)}&after=${last}`, { cache: "no-store" });
    if (answer.status === 401) { keep(); location.reload(); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    const found = await answer.json();
    renew($("#queue"), found.queue);
    if (waiting !== null && found.waiting > waiting) say(words.arrived);
    waiting = found.waiting;
    const news = waiting + unread();
    document.title = news ? `(${news}) ${name}` : name;
    if (!talk || found.last === undefined) return;
    if (found.last > last) {
      const fresh = document.createElement("template");
      fresh.innerHTML = found.lines;
      for (const row of [...fresh.content.children]) {
        if (Number(row.dataset.line) <= last) continue;
        talk.append(row);
      }
      last = found.last;
      if (low) talk.scrollTop = talk.scrollHeight;
      else if (found.lines) say(words.below);
    }
    if (state !== null && found.state !== state && !sending) { keep(); location.reload(); }
    if (facts !== null && found.facts && found.facts !== facts) {
      $("#facts").outerHTML = found.facts;
      say(words.added);
    }
    if (sent !== null && found.sent && found.sent !== sent) {
      const open = $("#sent").open;
      $("#sent").outerHTML = found.sent;
      $("#sent").open = open;
    }
    [state, facts, sent] = [found.state, found.facts, found.sent];
  }
  function renew(place, html) {
    if (!place || place.dataset.html === html) return;
    const at = place.contains(document.activeElement) ? document.activeElement.dataset.id : "";
    place.dataset.html = html;
    place.innerHTML = html;
    if (at) $(`a[data-id="${CSS.escape(at)}"]`, place)?.focus();
  }
  // Of my customers, those who have written since I looked; how far I looked is kept in the browser.
  function unread() {
    let seen = null; // in a browser that is new to the desk, what is there counts as seen
    try { seen = JSON.parse(localStorage.getItem("desk-seen")); } catch { /* nothing was kept */ }
    const mine = all("#queue a[data-mine]"), next = {};
    for (const row of mine) {
      const own = row.dataset.id, looked = own === here && !document.hidden;
      next[own] = looked || !seen ? Number(row.dataset.last) : seen[own] || 0;
      const flag = $(".unread", row);
      if (Number(row.dataset.last) <= next[own]) flag?.remove();
      else if (!flag) {
        const made = document.createElement("span");
        made.className = "flag open unread";
        made.textContent = words.unread;
        $(".flags", row).prepend(made);
      }
    }
    if (JSON.stringify(seen) !== JSON.stringify(next)) localStorage.setItem("desk-seen", JSON.stringify(next));
    return all("#queue .unread").length;
  }
  async function follow() {
    try {
      await look();
      if (failed > 1) say("");
      failed = 0;
    } catch {
      failed += 1;
      if (failed > 1) say(words.offline, true);
    }
    setTimeout(follow, document.hidden ? 4000 : Math.min(1000 * (failed + 1), 5000));
  }
  let low = true; // whether the end of the talk is in sight: it stays so
  talk?.addEventListener("scroll", () => { low = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80; });
  if (talk) new ResizeObserver(() => { if (low) talk.scrollTop = talk.scrollHeight; }).observe(talk);
  if ($("#queue")) follow();
  if (here) $("#case h2")?.focus({ preventScroll: true });
  window.desk = { $, all, words, talk, reply, side, box, id, say, post, keep, problem, bare, rests };

  // Keys ----------------------------------------------------------------------------------------
  const typing = (node) => node.matches?.("input:not([type=checkbox]), textarea:not([readonly]), select");
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // an input method's keys
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === box) {
      event.preventDefault();
      send();
      return;
    }
    if (event.key === "Escape") {
      const open = event.target.closest?.("details.over[open]") || $("details.over[open]");
      if (open) { open.open = false; $("summary", open).focus(); } else if (typing(event.target)) event.target.blur();
      return;
    }
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = all("#queue a[data-id]"), at = rows.findIndex((row) => row.dataset.id === here);
    const go = { j: rows[at + 1] || rows[0], k: rows[at - 1] || rows[rows.length - 1] }[event.key];
    if (go) location.href = go.href;
    else if (event.key === "n" && $("#queue a[data-free]")) location.href = $("#queue a[data-free]").href;
    else if (event.key === "t") $("#take button")?.click();
    else if (event.key === "r" && box) { event.preventDefault(); box.focus(); }
    else if (event.key === "d") $("#draft-it")?.click();
    else if (event.key === "u" && $("#use")) { event.preventDefault(); $("#use").click(); }
    else if (event.key === "?" && $("#keys")) $("#keys").open = !$("#keys").open;
  });
})();
