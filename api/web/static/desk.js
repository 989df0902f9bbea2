// What the desk's pages do beyond plain forms and htmx: rows of lists, no sending twice, menus that close.
"use strict";
document.documentElement.classList.add("js");
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

function addRow(list) {
  const rows = list.querySelector(":scope > .rows");
  if (rows.children.length >= Number(list.dataset.most)) return;
  const used = [...rows.children].map((row) => Number(row.dataset.row));
  const next = Math.max(-1, ...used) + 1;
  const blank = document.createElement("template");
  blank.innerHTML = list.querySelector(":scope > template").innerHTML.replaceAll("__n__", next).replaceAll("__p__", next + 1);
  const row = blank.content.firstElementChild;
  rows.append(row);
  row.querySelector("input, select, textarea")?.focus();
}

document.addEventListener("click", (event) => {
  const add = event.target.closest("button.add");
  if (add) {
    event.preventDefault();
    event.stopPropagation();
    addRow(add.closest("[data-list]"));
    return;
  }
  const remove = event.target.closest("button.remove");
  if (remove) {
    const list = remove.closest("[data-list]");
    remove.closest(".row").remove();
    list.querySelector("button.add").focus();
    return;
  }
  for (const menu of document.querySelectorAll("details.me[open], details.more-actions[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
}, true);

// The way to the answer of a task is of use until what leads to the answer is in sight.
for (const way of document.querySelectorAll(".to-answer")) {
  const seen = ([entry]) => { way.hidden = entry.isIntersecting; };
  new IntersectionObserver(seen, { rootMargin: "0px 0px -40%" }).observe(way.nextElementSibling);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.me[open], details.more-actions[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Units at one click: one leads or cooperates, not both; what is typed stands for what is clicked.
document.addEventListener("input", (event) => {
  const units = event.target.closest("[data-units]"), form = event.target.form;
  if (!units || !form) return;
  const clear = (box) => { box.checked = false; };
  if (event.target.type === "text") return units.querySelectorAll("[type=radio]").forEach(clear);
  if (event.target.type === "radio") units.querySelector("[type=text]").value = "";
  const other = event.target.type === "radio" ? "checkbox" : "radio";
  for (const box of form.querySelectorAll(`[data-units] [type=${other}]`)) if (event.target.checked && box.value === event.target.value) clear(box);
});

// A form that htmx does not send goes once; the key in it would make a second one the same anyway. Whether anybody would
// take it is asked first: the browser's own page of failure would stand in the place of what was typed.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-once]") || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent === "there") return void (form.dataset.sent = "yes");
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "asking";
  const asked = navigator.onLine && fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(10000) });
  const there = await Promise.resolve(asked).then((answer) => answer && answer.ok, () => false);
  if (form.dataset.sent !== "asking") return; // left and come back to meanwhile
  if (there) {
    form.dataset.sent = "there";
    form.requestSubmit(event.submitter);
  } else {
    delete form.dataset.sent;
    sayOffline();
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});

// What would be refused is not even sent: files too large or empty, and those beyond what one answer brings, are named.
document.addEventListener("change", (event) => {
  if (!event.target.matches(".picker input")) return;
  const picker = event.target.closest(".picker");
  const limit = Number(picker.dataset.limit), most = Number(picker.dataset.most);
  const fit = [], left = [];
  for (const file of event.target.files) {
    if (file.size === 0) left.push(`${file.name}：文件是空的`);
    else if (file.size > limit) left.push(`${file.name}：超过 ${Math.floor(limit / 2 ** 20)} MB`);
    else if (fit.length >= most) left.push(`${file.name}：一次最多 ${most} 个`);
    else fit.push(file);
  }
  if (left.length) {
    const kept = new DataTransfer();
    for (const file of fit) kept.items.add(file);
    event.target.files = kept.files;
  }
  picker.querySelector(".picked").textContent = fit.length ? `已选择：${fit.map((file) => file.name).join("、")}` : "";
  const message = picker.querySelector(".unpicked");
  message.textContent = left.length ? `没有选入：${left.join("；")}` : "";
  message.hidden = !left.length;
});

// After a sign-in in between, the form is shown again with what was typed.
document.querySelector("form[data-resume]")?.requestSubmit();

document.addEventListener("htmx:after:swap", () => {
  const [oops, ...before] = document.querySelectorAll("#main > .oops");
  for (const older of before) older.remove();
  (oops ?? document.querySelector("#answer .banner[autofocus], #comments .banner[autofocus]"))?.scrollIntoView({ block: "center" });
});

document.addEventListener("htmx:error", (event) => {
  if (!event.target.matches?.("#live, #inbox")) sayOffline(); // else nothing was being sent
});

function sayOffline() {
  document.querySelector(".flash.offline")?.remove();
  const said = document.createElement("p");
  said.className = "flash warn offline";
  said.setAttribute("role", "alert");
  said.textContent = `${navigator.onLine ? "系统暂时连不上" : "网络不通"}，没有提交成功；填写的内容还在，请稍后再试。`;
  document.querySelector("#main").prepend(said);
  said.scrollIntoView({ block: "center" });
}

// What happens elsewhere: the inbox is read again, a case says that it has moved on. Nothing that is typed is lost.
let stirring;
for (const kind of ["task_opened", "task_due", "task_ringing", "task_void", "dispute_changed"]) {
  document.addEventListener(kind, (event) => {
    const change = JSON.parse(event.detail.data);
    if (kind !== "task_due") askForRings();
    const shown = document.querySelector("[data-dispute]");
    if (shown && (change.dispute_no !== shown.dataset.dispute || change.revision <= Number(shown.dataset.revision))) return;
    clearTimeout(stirring);
    stirring = setTimeout(stir, 300);
  });
}

function stir() {
  const inbox = document.querySelector("#inbox");
  const untouched = inbox && !inbox.contains(document.activeElement)
    && inbox.querySelectorAll(".task").length <= Number(inbox.dataset.page);
  if (untouched) {
    htmx.trigger(inbox, "news");
    return;
  }
  const said = document.createElement("p");
  said.className = "flash warn";
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = "点击刷新";
  link.addEventListener("click", reread);
  said.append("有新变化，", link);
  document.querySelector("#stirred").replaceChildren(said);
}

async function reread(event) {
  event.preventDefault();
  document.querySelector("#stirred").replaceChildren();
  const inbox = document.querySelector("#inbox");
  if (inbox) {
    htmx.trigger(inbox, "news");
    return;
  }
  const part = document.querySelector("#case") ? "#case" : "#main"; // beside a case somebody may be writing an answer
  const typed = [...document.querySelectorAll(`${part} :is(textarea, input:not([type=hidden]))[id]`)];
  await htmx.ajax("GET", location.pathname, { target: part, select: part, swap: "outerHTML" });
  for (const field of typed) document.getElementById(field.id)?.replaceWith(field);
  document.querySelector("#main").focus();
}

document.addEventListener("htmx:sse:error", (event) => {
  // The sign-in is over, or serves for a new password alone: the next page asks for it.
  if ([401, 403].includes(event.detail.status)) event.target.remove();
});

// 摇铃: what rings above the page sounds, and shakes a phone, until somebody answers it; silence on this machine is one
// press. Sound begins after the first touch of the page where the browser wants one; who wants less motion is not shaken.
const stillness = matchMedia("(prefers-reduced-motion: reduce)");
let asking, sounding, audio;

function askForRings() {
  clearTimeout(asking);
  asking = setTimeout(() => {
    const rings = document.querySelector("#rings");
    if (rings) htmx.trigger(rings, "rings");
  }, 300);
}

function hushed() {
  try { return sessionStorage.getItem("hushed") === "yes"; } catch { return false; }
}

function strike() {
  if (!document.querySelector("#rings .ring")) return;
  if (!stillness.matches) navigator.vibrate?.([300, 150, 300]);
  if (hushed()) return;
  try {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume().catch(() => {});
    for (const [after, pitch] of [[0, 880], [0.25, 660]]) {
      const tone = audio.createOscillator(), volume = audio.createGain(), at = audio.currentTime + after;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.2, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.22);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.23);
    }
  } catch { /* a machine without sound: the words stay */ }
}

function attendRings() {
  const ringing = document.querySelector("#rings .ring"), hush = document.querySelector("#hush");
  hush?.setAttribute("aria-pressed", String(hushed()));
  if (ringing && !sounding) {
    strike();
    sounding = setInterval(strike, 3000);
  } else if (!ringing && sounding) {
    clearInterval(sounding);
    sounding = undefined;
    navigator.vibrate?.(0);
  }
}
document.addEventListener("htmx:after:swap", attendRings);
document.addEventListener("click", (event) => {
  if (!event.target.closest("#hush")) return;
  try { sessionStorage.setItem("hushed", hushed() ? "no" : "yes"); } catch { /* it sounds on */ }
  attendRings();
});

// What an address points at is not left folded.
function unfold() {
  const folded = document.getElementById(location.hash.slice(1))?.closest("details:not([open])");
  if (folded) folded.open = true;
}
unfold();
window.addEventListener("hashchange", unfold);
