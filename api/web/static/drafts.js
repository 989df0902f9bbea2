// What is typed into a form with data-draft is kept on the server while it is typed. Nothing is put into the browser's
// own storage: a station's computer is many people's.
"use strict";
(() => {
  const WAIT = 1200, AGAIN = 2000;
  const states = new WeakMap();

  function state(form) {
    if (!states.has(form)) states.set(form, { timer: 0, running: null, dirty: false, sent: false });
    return states.get(form);
  }

  function mark(form, said, bad) {
    let place = form.querySelector(".draft-mark");
    if (!place) {
      place = document.createElement("span");
      place.className = "draft-mark";
      (form.querySelector(".send-bar") ?? form).append(place);
    }
    place.textContent = said;
    place.classList.toggle("bad", Boolean(bad));
  }

  function later(form, wait = WAIT) {
    const s = state(form);
    if (s.sent) return;
    s.dirty = true;
    mark(form, "尚未保存");
    clearTimeout(s.timer);
    s.timer = setTimeout(() => save(form), wait);
  }

  async function save(form, leaving = false) {
    const s = state(form);
    clearTimeout(s.timer);
    if (s.sent || !form.isConnected || (s.running && !leaving)) return;
    if (!navigator.onLine) {
      mark(form, "未保存：网络不通，恢复后自动保存", true);
      return;
    }
    const said = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") said.append(name, value);
    s.dirty = false;
    s.running = new AbortController();
    try {
      const answer = await fetch(`/drafts/${encodeURIComponent(form.dataset.draft)}`, {
        method: "PUT", body: said, signal: s.running.signal, keepalive: leaving && said.toString().length < 60000,
      });
      if (answer.ok) {
        // Where the address says which of several drafts it is, a reload brings this one back.
        if (form.dataset.draftAt) history.replaceState(history.state, "", form.dataset.draftAt);
        mark(form, `已保存 ${new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false })}`);
      } else if (answer.status === 401 || answer.status === 403) {
        s.dirty = true;
        mark(form, "未保存：登录已失效，提交时会请您重新登录", true);
        return;
      } else if (answer.status === 413) {
        mark(form, "未保存：内容太长，请尽快提交", true);
        return;
      } else {
        throw new Error(String(answer.status));
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      s.dirty = true;
      mark(form, "未保存，稍后自动重试", true);
      s.timer = setTimeout(() => save(form), AGAIN);
      return;
    } finally {
      s.running = null;
    }
    if (s.dirty) later(form);
  }

  const forms = () => [...document.querySelectorAll("form[data-draft]")];
  // Who types faster than this was loaded.
  for (const form of forms()) {
    const typed = [...form.querySelectorAll("textarea, input:not([type=hidden], [type=file], [type=checkbox], [type=radio])")];
    if (typed.some((field) => field.value !== field.defaultValue)) later(form);
  }
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest?.("form[data-draft]");
      if (form && event.target.type !== "file") later(form);
    });
  }
  document.addEventListener("click", (event) => {
    const list = event.target.closest?.("form[data-draft]");
    if (list && event.target.closest("button.remove")) later(list);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (!form || event.defaultPrevented) return; // desk.js keeps it here while the network is away
    const s = state(form);
    clearTimeout(s.timer);
    s.running?.abort();
    s.sent = true;
    // Back brings this very form, also where nothing was saved yet.
    if (form.dataset.draftAt) history.replaceState(history.state, "", form.dataset.draftAt);
  });
  // A form that was refused by the network stays; what was sent is saved again when it changes.
  for (const kind of ["htmx:error", "htmx:after:request"]) {
    document.addEventListener(kind, () => { for (const form of forms()) state(form).sent = false; });
  }
  window.addEventListener("pageshow", () => { for (const form of forms()) state(form).sent = false; });
  window.addEventListener("online", () => { for (const form of forms()) if (state(form).dirty) save(form); });
  window.addEventListener("offline", () => { for (const form of forms()) if (state(form).dirty) save(form); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    for (const form of forms()) if (state(form).dirty) save(form, true);
  });
  window.addEventListener("beforeunload", (event) => {
    if (forms().some((form) => state(form).dirty && !state(form).sent && !navigator.onLine)) event.preventDefault();
  });
})();
