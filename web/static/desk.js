// Shortcuts of the desk. Without this file every page works the same.
"use strict";
(() => {
  const typing = (e) => e.target.closest("input, textarea, select");
  let row = -1;
  const rows = () => [...document.querySelectorAll("tbody tr")].filter((r) => r.querySelector("a[href]"));
  const go = (step) => {
    const all = rows();
    if (all.length === 0) return;
    row = Math.max(0, Math.min(all.length - 1, row + step));
    all[row].querySelector("a[href]").focus();
  };
  let first = "";
  const places = { r: "/rings", i: "/reports", m: "/matches", s: "/suggestions", f: "/referrals", w: "/watch", o: "/operations" };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e)) return;
    if (first === "g" && places[e.key]) { location.href = places[e.key]; return; }
    first = e.key;
    if (e.key === "/") { e.preventDefault(); document.getElementById("q")?.focus(); }
    if (e.key === "j") go(1);
    if (e.key === "k") go(-1);
    const button = document.querySelector(`button[data-key="${CSS.escape(e.key)}"]`);
    if (button) button.focus();
  });
})();
