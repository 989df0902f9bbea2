// The list by keyboard: j and k walk the rows, enter opens the one that is marked (it is a link), / goes to the search.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, [contenteditable]")) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("q")?.focus();
    return;
  }
  const step = { j: 1, k: -1 }[event.key];
  const rows = [...document.querySelectorAll(".dense .c-title a")];
  if (!step || !rows.length) return;
  const now = rows.indexOf(document.activeElement);
  const next = rows[now < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(now + step, 0), rows.length - 1)];
  next.focus();
  next.closest("tr").scrollIntoView({ block: "nearest" });
  event.preventDefault();
});

// What a button at the foot opens comes into sight.
document.addEventListener("toggle", (event) => {
  if (event.target.matches(".columns[open]")) event.target.querySelector("form").scrollIntoView({ block: "nearest" });
}, true);
