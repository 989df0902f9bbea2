// One way to choose people, posts and units: a field that finds by a part of the name or its pinyin initials.
// It stands before a <select data-pick> or an <input data-people>, whose value is a username, or is an <input list>
// itself; without it the browser's own control does.
"use strict";
(() => {
  // Where each initial begins in pinyin order, which the browser's own collation knows.
  const FIRST = "阿a八b嚓c哒d妸e发f旮g哈h讥j咔k垃l妈m拏n噢o妑p七q呥r仨s他t屲w夕x丫y帀z".match(/../gu);
  // Read otherwise as a family name, or in the name of a place, than the collation has it.
  const OTHERWISE = { 单: "s", 曾: "z", 解: "x", 仇: "q", 查: "z", 任: "r", 覃: "q", 盖: "g", 重: "c", 长: "c", 区: "o", 朴: "p", 尉: "y", 乐: "y", 行: "h" };
  const MOST = 60;
  const collator = new Intl.Collator("zh-CN-u-co-pinyin");
  const known = new Map();
  let count = 0, people = [], asked = null;

  function initial(letter) {
    if (!/\p{Script=Han}/u.test(letter)) return letter.toLowerCase();
    if (!known.has(letter)) {
      let found = "";
      for (const [begins, name] of FIRST) {
        if (collator.compare(begins, letter) > 0) break;
        found = name;
      }
      known.set(letter, found);
    }
    return known.get(letter);
  }

  function askForPeople(field) {
    if (field.dataset.from) return Promise.resolve();
    asked ??= fetch("/pick/people").then((answer) => (answer.ok ? answer.json() : [])).catch(() => []).then((found) => { people = found; });
    return asked;
  }

  const plain = (text) => text.toLowerCase().replace(/[\s·•・（）()]/gu, "");
  const initials = (text) => [...plain(text)].map(initial).join("");
  const otherwise = (text) => [...plain(text)].map((letter) => OTHERWISE[letter] ?? initial(letter)).join("");

  function rank(text, sought) {
    const name = plain(text);
    if (name.startsWith(sought)) return 0;
    if (name.includes(sought)) return 1;
    if (!/^[a-z0-9]+$/.test(sought)) return 9;
    const keys = [initials(text), otherwise(text)];
    if (keys.some((key) => key.startsWith(sought))) return 2;
    return keys.some((key) => key.includes(sought)) ? 3 : 9;
  }

  function matching(options, typed) {
    const sought = plain(typed);
    if (!sought) return options;
    const ranked = (option) => Math.min(rank(option.said, sought), option.value.startsWith(typed.trim()) ? 1 : 9);
    return options.map((option) => [ranked(option), option]).filter(([rank]) => rank < 9)
      .sort((one, other) => one[0] - other[0]).map(([, option]) => option);
  }

  function offered(field) {
    if (field.matches("[data-people]") && !field.dataset.from) return people;
    const all = field.matches("select") ? field.options : document.getElementById(field.dataset.from)?.options ?? [];
    return [...all].filter((option) => option.value).map((option) => ({ value: option.value, said: (option.label || option.value).trim() }));
  }

  function enhance(field) {
    field.dataset.picks = "yes";
    const isSelect = field.matches("select"), isPerson = field.matches("[data-people]"), id = `pick-${count++}`;
    const apart = isSelect || isPerson;  // what is seen is not what is sent
    const box = apart ? document.createElement("input") : field;
    const list = document.createElement("ul"), told = document.createElement("span");
    const said = () => {
      if (isPerson) return offered(field).find((one) => one.value === field.value)?.said ?? field.value;
      return isSelect && field.value ? field.selectedOptions[0].label.trim() : "";
    };
    if (apart) {
      box.type = "text";
      box.placeholder = isPerson ? "姓名或拼音首字母" : field.options[0]?.value === "" ? field.options[0].label : "";
      box.id = field.id;
      field.removeAttribute("id");
      for (const name of ["aria-required", "aria-invalid", "aria-describedby", "aria-label"]) {
        if (field.hasAttribute(name)) box.setAttribute(name, field.getAttribute(name));
      }
      field.hidden = true;
      field.before(box);
      box.value = said();
    }
    if (field.hasAttribute("list")) {
      field.dataset.from = field.getAttribute("list");
      field.removeAttribute("list");
    }
    box.autocomplete = "off";
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-expanded", "false");
    box.setAttribute("aria-controls", id);
    list.id = id;
    list.className = "picks";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "可选");
    told.className = "out";
    told.setAttribute("aria-live", "polite");
    box.after(list, told);

    let shown = [], at = -1;

    function close() {
      list.hidden = true;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
      at = -1;
    }

    function mark(next) {
      at = next;
      [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === at)));
      const item = list.children[at];
      if (!item) return box.removeAttribute("aria-activedescendant");
      box.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    }

    function open(typed) {
      // A username typed whole needs no list, which would lie over the button below.
      if (isPerson && offered(field).some((option) => option.value === typed.trim())) return close();
      const found = matching(offered(field), typed);
      shown = found.slice(0, MOST);
      list.replaceChildren(...shown.map((option, n) => {
        const item = document.createElement("li");
        item.id = `${id}-${n}`;
        item.setAttribute("role", "option");
        item.textContent = option.said;
        return item;
      }));
      told.textContent = found.length ? `${found.length} 项` : "没有符合的";
      list.dataset.more = found.length > shown.length ? `还有 ${found.length - shown.length} 项，请继续输入` : "";
      list.hidden = !shown.length;
      box.setAttribute("aria-expanded", String(shown.length > 0));
      mark(typed && shown.length ? 0 : -1);
    }

    function choose(option) {
      if (apart) field.value = option.value;
      box.value = apart ? option.said : option.value;
      close();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function settle() {
      close();
      if (!apart) return;
      const typed = box.value.trim();
      if (typed === said()) return;
      const exact = offered(field).filter((option) => option.said === typed || (isPerson && option.value === typed));
      if (exact.length === 1) return choose(exact[0]);
      if (isPerson) return void (field.value = typed);  // whom nobody knows by that is said by the server
      const none = [...field.options].find((option) => option.value === "");
      if (!typed && none) return choose({ value: "", said: "" });
      box.value = said();
    }

    box.addEventListener("input", (event) => {
      if (event.isTrusted || apart) open(box.value);
      if (isPerson) field.value = box.value.trim();
      if (apart) event.stopPropagation();
    });
    box.addEventListener("click", () => (list.hidden ? open("") : close()));
    box.addEventListener("focus", () => {
      if (apart) box.select();
      if (isPerson) askForPeople(field).then(() => document.activeElement === box && list.hidden && open(box.value === field.value ? box.value : ""));
    });
    if (isPerson && field.value) askForPeople(field).then(() => { box.value = said(); });
    box.addEventListener("blur", settle);
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) return open("");
        const step = event.key === "ArrowDown" ? 1 : -1;
        mark((at + step + shown.length) % shown.length);
      } else if (event.key === "Enter" && !list.hidden && at >= 0) {
        event.preventDefault();
        choose(shown[at]);
      } else if (event.key === "Enter" && box.value.trim() && !offered(field).some((one) => one.said === box.value.trim() || one.value === box.value.trim())) {
        event.preventDefault();  // what nobody offers is not sent by the key that chooses
      } else if (event.key === "Escape" && !list.hidden) {
        event.stopPropagation();
        box.value = apart ? said() : box.value;
        close();
      }
    });
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();  // the field keeps the focus
      const item = event.target.closest("li");
      if (item) choose(shown[[...list.children].indexOf(item)]);
    });
    field.form?.addEventListener("reset", () => setTimeout(() => { if (apart) box.value = said(); }));
  }

  function enhanceAll(within) {
    for (const field of within.querySelectorAll("select[data-pick]:not([data-picks], [multiple]), input[list]:not([data-picks]), input[data-people]:not([data-picks])")) enhance(field);
  }

  enhanceAll(document);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1 && node.parentElement) enhanceAll(node.parentElement);
  }).observe(document.body, { childList: true, subtree: true });
})();
