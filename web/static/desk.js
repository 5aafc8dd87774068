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

  // Pairs that wait for a person: one of them is framed, and keys act on it.
  const pairs = [...document.querySelectorAll(".suggestion")];
  let pair = -1;
  const frame = (i, focus) => {
    pairs[pair]?.classList.remove("framed");
    pair = Math.max(0, Math.min(pairs.length - 1, i));
    pairs[pair].classList.add("framed");
    if (focus) { pairs[pair].focus({ preventScroll: true }); pairs[pair].scrollIntoView({ block: "nearest" }); }
  };
  // After a decision the next pair is framed, not the first: what was skipped stays skipped.
  const at = pairs.findIndex((p) => "first" in p.dataset);
  if (pairs.length > 0) frame(at < 0 ? pairs.length - 1 : at, at !== 0);
  for (const [i, p] of pairs.entries()) p.addEventListener("focusin", () => frame(i, false));

  // What goes on in the background is looked at again by itself.
  const again = document.querySelector("[data-again]");
  if (again) setTimeout(() => location.reload(), 1000 * again.dataset.again);

  let first = "", sent = false;
  const places = { r: "/rings", i: "/reports", m: "/matches", s: "/suggestions", f: "/referrals", w: "/watch", o: "/operations", j: "/judgements", b: "/imports" };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.repeat || typing(e)) {
      if (e.key === "Escape") e.target.blur();
      return;
    }
    if (first === "g" && places[e.key]) { location.href = places[e.key]; return; }
    first = e.key;
    if (e.key === "/") { e.preventDefault(); document.getElementById("q")?.focus(); return; }
    if (pairs.length > 0) {
      if (e.key === "n" || e.key === "j") { frame(pair + 1, true); return; }
      if (e.key === "p" || e.key === "k") { frame(pair - 1, true); return; }
      if (e.key === "r") { e.preventDefault(); pairs[pair].querySelector("input[name=reason]")?.select(); return; }
    } else {
      if (e.key === "j") go(1);
      if (e.key === "k") go(-1);
    }
    const now = `button[data-now="${CSS.escape(e.key)}"]`;
    const button = (pairs[pair] ?? document).querySelector(now) ?? document.querySelector(`.undo ${now}`);
    if (button && !sent) { sent = button.form.reportValidity(); button.click(); return; } // one key, one judgement
    document.querySelector(`button[data-key="${CSS.escape(e.key)}"]`)?.focus();
  });
})();
