// Files of a form go by themselves, one after another: pictures made smaller first, in pieces, gone on with after a lost
// connection. A bad one is named and left out alone; the form goes with what has come. Without scripts the form brings
// its files itself.
"use strict";

const LONGEST = 2560; // pixels [DESIGN]: a number plate across a street is still read
const BREATH = [1, 2, 4, 8, 15]; // seconds between two tries
const queues = new WeakMap();
const pause = (seconds) => new Promise((done) => {
  const timer = setTimeout(done, seconds * 1000);
  addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
});

class Refusal extends Error {}

// A request with a form; `told` hears of its progress. It fails with a Refusal where the server says no, else with the line.
function send(method, path, fields, told) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest(), form = new FormData();
    for (const [name, value] of Object.entries(fields ?? {})) form.append(name, value);
    request.open(method, path);
    request.timeout = 120_000;
    request.upload.onprogress = (event) => told?.(event.loaded);
    request.onload = () => {
      let said = {};
      try { said = JSON.parse(request.responseText || "{}"); } catch { /* a proxy's page */ }
      if (request.status < 300) done(said);
      else if (request.status === 408 || request.status >= 500) failed(new Error(said.detail || ""));
      else failed(Object.assign(new Refusal(said.detail || said.title || "没有上传成功"), { status: request.status }));
    };
    request.onerror = request.ontimeout = () => failed(new Error());
    request.send(method === "GET" ? null : form);
  });
}

async function smaller(file) {
  if (!/^image\/(jpeg|png|webp|hei[cf])$/.test(file.type)) return file;
  const foreign = /hei[cf]$/.test(file.type); // Safari alone draws it: nobody else would see more than a name
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const by = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if (by === 1 && !foreign) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * by);
    canvas.height = Math.round(picture.height * by);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.87));
    return drawn && (foreign || drawn.size < file.size) ? new File([drawn], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file; // what the browser can't draw goes as it is
  }
}

// The row of a file: its name, how far it is, and the button by which it goes.
function rowOf(picker, file) {
  const row = document.createElement("li"), said = document.createElement("span"), bar = document.createElement("progress");
  const away = document.createElement("button");
  row.className = "upload";
  said.textContent = file.name;
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `${file.name} 上传进度`);
  away.type = "button";
  away.className = "drop";
  away.textContent = "取消";
  away.setAttribute("aria-label", `取消：${file.name}`);
  const state = document.createElement("span");
  state.className = "faint";
  row.append(said, bar, state, away);
  picker.querySelector(".uploads").append(row);
  return { row, said, bar, state, away };
}

async function upload(picker, item) {
  const csrf = picker.closest("form").querySelector("[name=csrf]").value;
  const { bar, state } = item.shown;
  const file = await smaller(item.file);
  if (file.size > limitOf(picker, file)) throw new Refusal(`超过 ${Math.floor(limitOf(picker, file) / 2 ** 20)} MB`);
  let tries = 0, offset = 0;
  for (;;) {
    if (item.gone) return;
    try {
      if (!item.id) {
        const begun = await send("POST", "/uploads", { csrf, dispute_no: picker.dataset.no, name: file.name, size: file.size });
        [item.id, item.piece] = [begun.upload_id, begun.piece];
      } else if (tries) ({ offset } = await send("GET", `/uploads/${item.id}`));
      state.textContent = "";
      while (offset < file.size && !item.gone) {
        const piece = file.slice(offset, offset + item.piece);
        ({ offset } = await send("POST", `/uploads/${item.id}`, { csrf, offset, file: piece }, (sent) => {
          bar.value = Math.min(1, (offset + sent) / file.size);
        }));
        tries = 0;
        bar.value = offset / file.size;
      }
      if (item.gone) return;
      if (!picker.dataset.no) return { upload_id: item.id, name: file.name }; // of a report: looked into when it is registered
      state.textContent = "正在检查";
      return await send("POST", `/uploads/${item.id}/finish`, { csrf });
    } catch (error) {
      if (error instanceof Refusal && error.status !== 409) throw error;
      state.textContent = "网络中断，恢复后自动继续";
      await pause(BREATH[Math.min(tries++, BREATH.length - 1)]);
    }
  }
}

function limitOf(picker, file) {
  return Number(file.type.startsWith("video/") ? picker.dataset.video : picker.dataset.limit);
}

// What has come goes with the form, as what the server has kept of an earlier try does.
function come(picker, item, attachment) {
  const kept = document.createElement("div"), label = document.createElement("label"), tick = document.createElement("input");
  kept.className = "kept";
  const [field, id] = attachment.upload_id ? ["uploads", attachment.upload_id] : ["attached", attachment.attachment_id];
  Object.assign(tick, { type: "checkbox", name: field, value: id, checked: true });
  label.append(tick);
  if (attachment.thumbnail) {
    const small = document.createElement("img");
    Object.assign(small, { src: `/attachments/${attachment.attachment_id}/thumbnail`, alt: "", width: 40, height: 40 });
    label.append(small);
  }
  const said = document.createElement("span");
  said.textContent = `已上传：${attachment.name}`;
  label.append(said);
  item.shown.away.textContent = "删除";
  item.shown.away.setAttribute("aria-label", `删除：${attachment.name}`);
  kept.append(label, item.shown.away);
  item.shown.row.replaceChildren(kept);
}

function name(picker, bad) {
  const message = picker.querySelector(".unpicked");
  const said = [...(message.hidden ? [] : message.textContent.replace("没有选入：", "").split("；")), ...bad];
  message.textContent = `没有选入：${said.join("；")}`;
  message.hidden = false;
}

async function work(picker) {
  const queue = queues.get(picker);
  if (queue.busy) return;
  queue.busy = true;
  const form = picker.closest("form");
  hold(form, true);
  for (let item; (item = queue.waiting.shift());) {
    try {
      const attachment = await upload(picker, item);
      if (attachment) come(picker, item, attachment);
    } catch (error) {
      item.shown.row.remove();
      queue.names = queue.names.filter((each) => each !== item.file.name);
      name(picker, [`${item.file.name}：${error.message}`]);
    }
    tell(picker);
  }
  queue.busy = false;
  hold(form, false);
}

function hold(form, held) {
  for (const button of form.querySelectorAll(".send")) button.disabled = held;
  form.toggleAttribute("data-uploading", held);
}

function tell(picker) {
  const { names } = queues.get(picker);
  picker.querySelector(".picked").textContent = names.length ? `已选择：${names.join("、")}` : "";
}

document.addEventListener("change", (event) => {
  const picker = event.target.matches(".picker[data-no] input[type=file]") && event.target.closest(".picker");
  if (!picker) return;
  event.stopPropagation(); // what desk.js does for pages without this
  if (!queues.has(picker)) queues.set(picker, { waiting: [], names: [], busy: false });
  const queue = queues.get(picker), bad = [], most = Number(picker.dataset.most);
  picker.querySelector(".unpicked").hidden = true;
  for (const file of event.target.files) {
    const shrinks = /^image\/(jpeg|png|webp)$/.test(file.type);
    if (file.size === 0) bad.push(`${file.name}：文件是空的`);
    else if (!shrinks && file.size > limitOf(picker, file)) bad.push(`${file.name}：超过 ${Math.floor(limitOf(picker, file) / 2 ** 20)} MB`);
    else if (picker.closest("form").querySelectorAll("[name=attached]:checked, [name=uploads]:checked, .upload:not(:has(input))").length >= most) bad.push(`${file.name}：一次最多 ${most} 个`);
    else {
      const item = { file, shown: rowOf(picker, file) };
      item.shown.away.addEventListener("click", () => leave(picker, item));
      queue.waiting.push(item);
      queue.names.push(file.name);
    }
  }
  event.target.value = ""; // they go by themselves
  if (bad.length) name(picker, bad);
  tell(picker);
  work(picker);
}, true);

async function leave(picker, item) {
  const queue = queues.get(picker), csrf = picker.closest("form").querySelector("[name=csrf]").value;
  item.gone = true;
  queue.waiting = queue.waiting.filter((each) => each !== item);
  queue.names = queue.names.filter((each) => each !== item.file.name);
  item.shown.row.remove();
  tell(picker);
  try {
    if (item.id) await send("POST", `/uploads/${item.id}/drop`, { csrf });
  } catch { /* what is left is swept */ }
  picker.querySelector("input").focus();
}

// Enter in a field would send the form before its files have come.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-uploading]")) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);
