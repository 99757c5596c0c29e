// The agents' desk in the browser: what is new every second, sending without losing a word, drafts, keys.
// The page works without it, by forms. Markup comes from our own server, escaped there; text stays text here.
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const words = $("#words")?.dataset || {};
  const talk = $("#talk"), reply = $("#reply"), side = $("#side"), box = $("#text");
  const id = talk?.dataset.id || "";
  const here = new URLSearchParams(location.search).get("id") || "";

  function say(text) {
    const live = $("#say");
    if (live) live.textContent = text;
  }
  async function post(path, fields) {
    const answer = await fetch(path, {
      method: "POST", body: new URLSearchParams(fields), headers: { accept: "application/json" },
    });
    if (!answer.ok) {
      const told = await answer.json().catch(() => ({}));
      throw new Error(told.error?.message || `${answer.status}`);
    }
    return answer;
  }

  // What was typed survives a failed send, a reload and a restart of the server ------------------
  const store = `reply:${id}`;
  const key = () => crypto.randomUUID?.() || String(Math.random()).slice(2) + Date.now();
  function keep() {
    if (!reply) return;
    const kept = { text: box.value, key: reply.key.value, draft: reply.draft.value, evidence: reply.evidence.value };
    sessionStorage.setItem(store, JSON.stringify(kept));
  }
  if (reply) {
    let kept = {};
    try { kept = JSON.parse(sessionStorage.getItem(store) || "{}"); } catch { /* nothing was kept */ }
    box.value = kept.text || "";
    reply.key.value = kept.key || key();
    reply.draft.value = kept.draft || "";
    reply.evidence.value = kept.evidence || "";
    box.addEventListener("input", keep);
    reply.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  }
  let sending = false;
  async function send() {
    const text = box.value.trim(), steps = all("#side .step");
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
      await look();
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
    said.textContent = text.replace(/\s*\[\d{1,2}\]/g, "");
    row.append(meta, said);
    talk.append(row);
    talk.scrollTop = talk.scrollHeight;
    return row;
  }

  // What is new ---------------------------------------------------------------------------------
  let last = Number(talk?.dataset.last || 0), state = null, failed = 0;
  async function look() {
    const answer = await fetch(`/desk/state?id=${encodeURIComponent(here)}&after=${last}`, { cache: "no-store" });
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    renew($("#queue"), told.queue);
    document.title = told.waiting ? `(${told.waiting}) ${document.title.replace(/^\(\d+\) /, "")}`
      : document.title.replace(/^\(\d+\) /, "");
    if (!talk || told.last === undefined) return;
    if (told.last > last) {
      const low = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
      const fresh = document.createElement("template");
      fresh.innerHTML = told.lines;
      for (const row of [...fresh.content.children]) {
        if (Number(row.dataset.line) <= last) continue;
        talk.append(row);
      }
      last = told.last;
      if (low) talk.scrollTop = talk.scrollHeight;
    }
    if (state !== null && told.state !== state && !sending) { keep(); location.reload(); }
    state = told.state;
  }
  function renew(place, html) {
    if (!place || place.dataset.html === html) return;
    const at = place.contains(document.activeElement) ? document.activeElement.dataset.id : "";
    place.dataset.html = html;
    place.innerHTML = html;
    if (at) $(`a[data-id="${CSS.escape(at)}"]`, place)?.focus();
  }
  async function follow() {
    try {
      await look();
      if (failed) say("");
      failed = 0;
    } catch {
      failed += 1;
      if (failed > 1) say(words.offline);
    }
    setTimeout(follow, document.hidden ? 4000 : Math.min(1000 * (failed + 1), 5000));
  }
  if ($("#queue")) { follow(); if (talk) talk.scrollTop = talk.scrollHeight; }

  // Drafts --------------------------------------------------------------------------------------
  const ticket = $("#ticket");
  async function draft(more = []) {
    if (!side) return;
    const given = ticket ? [["text", ticket.value]] : [["id", id]];
    side.setAttribute("aria-busy", "true");
    say(words.drafting);
    try {
      side.innerHTML = await (await post("/desk/propose", [...given, ...more])).text();
      say("");
    } catch (error) {
      say(error.message);
    }
    side.removeAttribute("aria-busy");
  }
  const chosen = () => all("#side .chosen:checked").map((node) => ["only", node.value]);
  function marked(text) { // the selection, or what is at the cursor
    box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input"));
    box.focus();
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button");
    if (!button) return;
    const letter = $("#letter");
    if (button.id === "draft-it") draft();
    else if (button.classList.contains("tone")) {
      draft([...chosen(), ...Object.entries(button.dataset)]);
    } else if (button.id === "again") draft(chosen());
    else if (button.id === "use" && reply) {
      box.value = letter.value;
      reply.draft.value = letter.value;
      reply.evidence.value = all("#side .chosen").map((node) => node.value).join(",");
      keep();
      box.focus();
    } else if (button.id === "copy" || button.id === "use") {
      letter.select();
      try { await navigator.clipboard.writeText(letter.value.replace(/\s*\[\d{1,2}\]/g, "")); }
      catch { document.execCommand("copy"); }
      say(words.copied);
    } else if (button.id === "discard") {
      try { await post("/desk/discard", [["id", id], ["draft", letter.value]]); } catch { /* it is thrown away anyhow */ }
      side.replaceChildren();
      if (reply) { reply.draft.value = reply.evidence.value = ""; keep(); box.focus(); }
    }
  });

  // Images: read by the server; a hand-over keeps them, a pasted ticket gets their text ----------
  async function picture(file) {
    if (!file) return;
    say(words.reading);
    try {
      const answer = await fetch(`/desk/image?id=${encodeURIComponent(id)}`, { method: "POST", body: file });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.error?.message || String(answer.status));
      if (ticket && told.text) ticket.value = `${ticket.value.trimEnd()}\n[图片] ${told.text}`;
      say(words.pictured);
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

  // Keys ----------------------------------------------------------------------------------------
  const typing = (node) => node.matches?.("input, textarea, select");
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // an input method's keys
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === box) {
      event.preventDefault();
      send();
      return;
    }
    if (event.altKey && /^[1-9]$/.test(event.key) && box) {
      const quote = $(`#side .evidence li[value="${event.key}"] blockquote`);
      if (quote) { event.preventDefault(); marked(`${quote.textContent.trim()}[${event.key}]`); }
      return;
    }
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = all("#queue a[data-id]"), at = rows.findIndex((row) => row.dataset.id === here);
    const go = { j: rows[at + 1] || rows[0], k: rows[at - 1] || rows[rows.length - 1] }[event.key];
    if (go) location.href = go.href;
    else if (event.key === "t") $("#take button")?.click();
    else if (event.key === "r" && box) { event.preventDefault(); box.focus(); }
    else if (event.key === "d" && (reply || ticket)) draft();
    else if (event.key === "?") $("#keys")?.classList.toggle("shown");
  });
})();
