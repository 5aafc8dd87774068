// A seizure list keeps what is typed on the phone until the node has it.
// Without this file the form is sent as any form is.
//
// Each item bears a key that is made once; the node takes the same key once.
// What is kept here is removed only when the node answers with the item's
// number, so an item is never lost and never doubled.
"use strict";
(() => {
  const banner = document.getElementById("kept");
  if (!banner) return;
  const search = banner.dataset.search;
  const store = `ringbreaker.kept.${search}`;
  const draft = `ringbreaker.draft.${search}`;
  const read = (name, empty) => {
    try { return JSON.parse(localStorage.getItem(name)) ?? empty; } catch { return empty; }
  };
  const write = (name, value) => localStorage.setItem(name, JSON.stringify(value));
  const fields = (form) => Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "csrf"));

  let sending = false;
  const show = (problem) => {
    const kept = read(store, []);
    banner.hidden = kept.length === 0;
    document.getElementById("kept-count").textContent =
      (kept.length === 1 ? "Kept here, not yet sent: 1 item." : `Kept here, not yet sent: ${kept.length} items.`) + (problem ? " " + problem : "");
  };

  const send = async () => {
    if (sending) return;
    sending = true;
    let problem = "";
    try {
      for (const item of read(store, [])) {
        const body = new URLSearchParams({ ...item, csrf: banner.dataset.csrf });
        const answer = await fetch(banner.dataset.post, { method: "POST", body, redirect: "error" });
        if (answer.status === 201) {
          write(store, read(store, []).filter((x) => x.key !== item.key));
          continue;
        }
        const json = await answer.json().catch(() => ({}));
        problem = json.error || "Sign in again, then send them.";
        break;
      }
    } catch {
      problem = "No connection. They are sent when it is back.";
    }
    sending = false;
    show(problem);
  };

  const form = document.getElementById("item");
  if (form) {
    const old = read(draft, null);
    if (old && !form.querySelector(".wrong")) {
      for (const [name, value] of Object.entries(old)) {
        const field = form.elements[name];
        if (field && name !== "csrf") field.value = value;
      }
    }
    form.addEventListener("input", () => write(draft, fields(form)));
    form.addEventListener("submit", (e) => {
      if (navigator.onLine) { localStorage.removeItem(draft); return; }
      e.preventDefault();
      if (!form.reportValidity()) return;
      write(store, [...read(store, []), fields(form)]);
      localStorage.removeItem(draft);
      form.reset();
      const random = crypto.getRandomValues(new Uint8Array(16));
      form.elements.key.value = "K-" + [...random].map((b) => b.toString(16).padStart(2, "0")).join("");
      window.scrollTo(0, 0);
      show("");
    });
  }
  document.getElementById("kept-send").addEventListener("click", send);
  window.addEventListener("online", send);
  show("");
  if (navigator.onLine && read(store, []).length > 0) send();
})();
