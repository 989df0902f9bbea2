// The workbench by keyboard: rows are moved along, looked into, claimed. Never while somebody types, never with a
// modifier, and switched off for good by who wants his keys for himself (WCAG 2.1.4).
"use strict";
(() => {
  const typing = "input, textarea, select, [contenteditable], dialog";
  let peeking;

  function off() {
    try { return localStorage.getItem("keys-off") === "yes"; } catch { return false; }
  }

  const links = () => [...document.querySelectorAll("#tasks .task > a")];
  const at = () => document.activeElement?.closest?.("#tasks .task");

  function mark() {
    for (const row of document.querySelectorAll("#tasks .task.at")) row.classList.remove("at");
    at()?.classList.add("at");
  }

  function move(by) {
    const all = links(), row = at() ?? document.querySelector("#tasks .task.at");
    const here = all.indexOf(row?.querySelector(":scope > a"));
    const next = all[here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1)];
    if (!next) return;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    clearTimeout(peeking);
    const side = document.querySelector(".bench-side");
    if (side && getComputedStyle(side).display !== "none") peeking = setTimeout(() => look(next.parentElement), 250);
  }

  async function look(row) {
    const peek = row?.querySelector(".peek");
    if (!peek) return;
    await htmx.ajax("GET", peek.getAttribute("hx-get"), { source: peek, target: "#glance", swap: "innerHTML" });
  }

  async function claim() {
    const row = at() ?? document.querySelector("#tasks .task.at"), peek = row?.querySelector(".peek");
    if (!peek) return;
    clearTimeout(peeking);
    const shown = () => document.querySelector(`#glance [data-task="${peek.getAttribute("hx-get").split("/").pop()}"]`);
    if (!shown()) await look(row);
    shown()?.querySelector("form.take")?.requestSubmit();
  }

  function help() {
    const keys = document.querySelector("#keys");
    if (!keys) return;
    keys.querySelector("#keys-off").checked = off();
    keys.showModal();
  }

  const does = { j: () => move(1), k: () => move(-1), c: claim, n: () => next().click(), "/": () => field().focus() };
  const next = () => document.querySelector(".flash .next, .onward .next");
  const field = () => document.querySelector("#q");
  const row = () => document.querySelector("#tasks .task");
  // A key is taken from the page only where there is something for it.
  const where = { j: row, k: row, c: row, n: next, "/": field };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest?.(typing)) return;
    if (event.key === "?" || event.key === "？") {
      if (document.querySelector("#keys")) event.preventDefault();
      help();
      return;
    }
    const key = event.key.toLowerCase();
    if (!does[key] || off() || !where[key]()) return;
    event.preventDefault();
    does[key]();
  });
  document.addEventListener("focusin", mark);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) help();
    const peek = event.target.closest(".peek");
    if (peek) {
      for (const row of document.querySelectorAll("#tasks .task.at")) row.classList.remove("at");
      peek.parentElement.classList.add("at");
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.id !== "keys-off") return;
    try { localStorage.setItem("keys-off", event.target.checked ? "yes" : "no"); } catch { /* for this page only */ }
  });
})();
