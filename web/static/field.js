// A seizure list keeps what is typed on the phone until the node has it.
// Without this file the form is sent as any form is.
//
//	typed ─▶ draft (each keystroke) ─▶ kept ─▶ sent, by its key ─▶ taken off the phone
//
// Each item bears a key that is made once; the node takes the same key once.
// An item is kept before it is sent and removed only when the node answers
// with its number or says why it refuses it, so none is lost and none doubled.
// A phone that says it has a connection may be wrong: only an answer counts.
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
  const keep = (item) => write(store, [...read(store, []).filter((x) => x.key !== item.key), item]);
  const drop = (item) => write(store, read(store, []).filter((x) => x.key !== item.key));
  const newKey = () => "K-" + [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

  const show = (problem) => {
    const n = read(store, []).length;
    banner.hidden = n === 0;
    document.getElementById("kept-count").textContent =
      (n === 1 ? "Kept here, not yet sent: 1 item." : `Kept here, not yet sent: ${n} items.`) + (problem ? " " + problem : "");
  };

  // post answers "sent", or the sentence of why the node refuses the item; it
  // throws if there was no answer.
  const post = async (item) => {
    const body = new URLSearchParams({ ...item, csrf: banner.dataset.csrf });
    const answer = await fetch(banner.dataset.post, { method: "POST", body, redirect: "error" });
    if (answer.status === 201) return "sent";
    if (answer.status === 422) return (await answer.json()).error;
    throw new Error(answer.status);
  };

  let sending = false;
  const sendAll = async () => {
    if (sending) return;
    sending = true;
    let problem = "";
    for (const item of read(store, [])) {
      try {
        const said = await post(item);
        if (said === "sent") drop(item);
        else problem = `Item “${item.what}”: ${said}`;
      } catch {
        problem = "No connection, or you are signed out. They are sent when it is back.";
        break;
      }
    }
    sending = false;
    show(problem);
  };

  const form = document.getElementById("item");
  const refused = document.getElementById("refused");
  if (form) {
    const old = read(draft, null);
    if (old && !form.querySelector(".wrong")) {
      for (const [name, value] of Object.entries(old)) {
        if (form.elements[name]) form.elements[name].value = value;
      }
    }
    // What an item's type asks for lies open: a thumb need not look for it.
    const unfold = () => {
      for (const d of form.querySelectorAll("details[data-for]")) {
        const typed = [...d.querySelectorAll("input, select")].some((i) => i.value !== "" && i.name !== "currency");
        d.open = typed || d.dataset.for.split(" ").includes(form.elements.type.value);
      }
    };
    form.addEventListener("change", (e) => { if (e.target.name === "type") unfold(); });
    if (!form.querySelector(".wrong")) unfold();
    form.addEventListener("input", () => write(draft, fields(form)));
    form.addEventListener("submit", async (e) => {
      e.preventDefault();
      if (!form.reportValidity()) return;
      const item = fields(form);
      keep(item);
      refused.hidden = true;
      try {
        const said = await post(item);
        drop(item);
        if (said === "sent") {
          localStorage.removeItem(draft);
          location.assign(`/searches/${encodeURIComponent(search)}` + (e.submitter?.name === "again" ? "/add" : "") + "?done=saved");
          return;
        }
        refused.querySelector("p").textContent = said;
        refused.hidden = false;
        refused.scrollIntoView();
      } catch {
        localStorage.removeItem(draft);
        form.reset();
        form.elements.key.value = newKey();
        unfold();
        window.scrollTo(0, 0);
        show("");
      }
    });
  }
  document.getElementById("kept-send").addEventListener("click", sendAll);
  window.addEventListener("online", sendAll);
  show("");
  if (read(store, []).length > 0) sendAll();
})();
