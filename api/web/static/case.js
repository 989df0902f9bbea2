// A case's page: the answer beside it where there is room, and the viewer of photographs and recordings.
"use strict";

const roomy = matchMedia("(min-width: 75em)");

// The first form of whoever may answer stands beside the tabs; on a phone the bar leads to its own page.
function fillPane() {
  const pane = document.querySelector("#pane"), form = document.querySelector("#pane-form");
  if (!pane || !roomy.matches || form.dataset.asked) return;
  form.dataset.asked = "yes";
  form.innerHTML = "<p class=\"soft\">正在打开…</p>";
  htmx.ajax("GET", pane.dataset.task, { source: form, target: form, select: "#answer, #organisations, #people", swap: "innerHTML" });
}
addEventListener("DOMContentLoaded", fillPane);
roomy.addEventListener("change", fillPane);

// The choices of that form keep the address of the task on its own page; here the address stays the case's.
document.addEventListener("htmx:before:history:update", (event) => {
  if (document.querySelector("#pane")?.contains(event.detail.sourceElement)) event.preventDefault();
});

// --- the viewer
const shots = () => [...document.querySelectorAll("#files [data-view]")];
let at = 0, zoom = 1, turned = 0;

function look(n) {
  const list = shots(), viewer = document.querySelector("#viewer");
  if (!list.length) return;
  at = (n + list.length) % list.length;
  zoom = 1;
  turned = 0;
  const shot = list[at], stage = viewer.querySelector(".viewer-stage");
  const shown = document.createElement(shot.dataset.view === "video" ? "video" : "img");
  if (shot.dataset.view === "video") shown.controls = true;
  else shown.alt = shot.querySelector(".file-name").textContent;
  shown.src = shot.href;
  stage.replaceChildren(shown);
  viewer.querySelector(".viewer-said").textContent = `${at + 1} / ${list.length}　${shot.dataset.said}`;
  for (const name of ["smaller", "larger", "turn"]) viewer.querySelector(`[data-do=${name}]`).hidden = shot.dataset.view === "video";
  for (const step of viewer.querySelectorAll(".viewer-step")) step.hidden = list.length < 2;
  lay();
  if (!viewer.open) viewer.showModal();
}

function lay() {
  const shown = document.querySelector(".viewer-stage > img");
  if (shown) shown.style.transform = `rotate(${turned}deg) scale(${zoom})`;
}

const DO = {
  before: () => look(at - 1),
  after: () => look(at + 1),
  smaller: () => { zoom = Math.max(0.5, zoom / 1.4); lay(); },
  larger: () => { zoom = Math.min(8, zoom * 1.4); lay(); },
  turn: () => { turned = (turned + 90) % 360; lay(); },
  close: () => document.querySelector("#viewer").close(),
};
const KEYS = { ArrowLeft: "before", ArrowRight: "after", "+": "larger", "=": "larger", "-": "smaller", r: "turn", R: "turn" };

document.addEventListener("click", (event) => {
  const shot = event.target.closest("#files [data-view]");
  if (shot && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    look(shots().indexOf(shot));
    return;
  }
  const pressed = event.target.closest("#viewer [data-do]");
  if (pressed) DO[pressed.dataset.do]();
});

document.addEventListener("keydown", (event) => {
  const viewer = document.querySelector("#viewer");
  if (!viewer?.open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("video") && event.key.startsWith("Arrow")) return; // it moves within the recording
  const what = KEYS[event.key];
  if (!what) return;
  event.preventDefault();
  DO[what]();
});

document.addEventListener("close", (event) => {
  if (event.target.id === "viewer") event.target.querySelector(".viewer-stage").replaceChildren();
}, true);

// A finger to the side is the next one, two fingers make it larger, and one moves what is larger than the screen.
let fingers = [];
const apart = (touches) => Math.hypot(touches[0].clientX - touches[1].clientX, touches[0].clientY - touches[1].clientY);
document.addEventListener("touchstart", (event) => {
  if (!event.target.closest(".viewer-stage")) return;
  fingers = [...event.touches].map((t) => ({ clientX: t.clientX, clientY: t.clientY }));
}, { passive: true });
document.addEventListener("touchmove", (event) => {
  if (!event.target.closest(".viewer-stage") || event.touches.length !== 2 || fingers.length !== 2) return;
  zoom = Math.min(8, Math.max(0.5, zoom * apart(event.touches) / apart(fingers)));
  fingers = [...event.touches].map((t) => ({ clientX: t.clientX, clientY: t.clientY }));
  lay();
}, { passive: true });
document.addEventListener("touchend", (event) => {
  if (!event.target.closest?.(".viewer-stage") || fingers.length !== 1) return;
  const moved = event.changedTouches[0].clientX - fingers[0].clientX;
  if (zoom <= 1.05 && Math.abs(moved) > 60) DO[moved > 0 ? "before" : "after"]();
  fingers = [];
}, { passive: true });
