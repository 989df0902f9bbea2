// The slider of a history keeps step with the moment shown, however it was chosen.
"use strict";
(() => {
  const slider = document.querySelector("#slider");
  if (!slider) return;
  const labels = JSON.parse(slider.dataset.labels);
  const said = document.querySelector("#slider-label");
  const links = [...document.querySelectorAll(".moments li > div > a")];

  function tell(step) {
    slider.setAttribute("aria-valuetext", labels[step]);
    said.textContent = labels[step];
  }

  slider.addEventListener("input", () => tell(slider.value));

  function follow(step) {
    const list = document.querySelector(".moments");
    const here = links[Number(step)];
    if (here && list.scrollHeight > list.clientHeight) {
      list.scrollTop += here.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 3;
    }
  }

  document.addEventListener("htmx:after:swap", () => {
    const step = document.querySelector("#moment")?.dataset.step;
    if (step === undefined) return;
    // While the slider is being moved it is ahead of the answers.
    if (document.activeElement !== slider) slider.value = step;
    if (slider.value === step) tell(step);
    for (const [n, link] of links.entries()) {
      if (String(n) === step) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    follow(step);
  });
  follow(slider.value);
})();
