// Follows a rebuild on /knowledge: asks our own server once a second how far it is, and shows the page anew at its end.
(() => {
  "use strict";
  const box = document.querySelector("#rebuild[data-status='running']");
  if (!box) return;
  const bar = box.querySelector("progress");
  const percent = box.querySelector(".percent");
  const stage = box.querySelector(".stage");
  let misses = 0;
  const again = () => setTimeout(look, 1000);

  async function look() {
    try {
      const answer = await fetch("/knowledge/rebuild", { headers: { accept: "application/json" }, cache: "no-store" });
      if (answer.status === 401 || answer.status === 404) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      misses = 0;
      if (told.status !== "running") { location.reload(); return; }
      bar.value = told.percent;
      percent.textContent = `${told.percent}%`;
      if (stage.textContent !== told.said) stage.textContent = told.said; // read out only when it changes
      again();
    } catch {
      misses += 1;
      if (misses > 5) stage.textContent = "连接不上服务，请稍后刷新页面。";
      again();
    }
  }
  again();
})();
