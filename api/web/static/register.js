// 登记: what stands beside the form follows the typing; when it was begun; what a source asks besides; the phone's position.
"use strict";
(() => {
  const form = document.querySelector("#register");
  if (!form) return;
  const beside = document.querySelector("#beside");
  let waiting, begun = Boolean(form.querySelector("#narrative").value) || "registered" in form.dataset;

  const look = () => { if (navigator.onLine) htmx.trigger(beside, "look"); };
  form.addEventListener("input", (event) => {
    if (!begun) {
      begun = true;
      form.elements.begun.value = new Date().toISOString();
    }
    if (event.target.id === "source_no") return;
    clearTimeout(waiting);
    waiting = setTimeout(look, 400);
  });

  // Typed before this was there; htmx itself begins with a timer, and what is triggered before that is lost.
  if (form.querySelector("#narrative").value !== form.querySelector("#narrative").defaultValue) waiting = setTimeout(look);

  // Nothing was being sent: that the network is gone is told where the typing is kept.
  beside.addEventListener("htmx:error", (event) => event.stopPropagation());

  function asked() {
    const source = form.elements.source?.value;
    for (const field of form.querySelectorAll("[data-source]")) field.hidden = Boolean(source) && field.dataset.source !== source;
    const also = form.querySelector(".also");
    if (also) also.hidden = !also.querySelector("[data-source]:not([hidden])");
  }
  form.addEventListener("change", asked);
  asked();

  const locate = form.querySelector("#locate");
  if (!locate || !navigator.geolocation || !window.isSecureContext) return;
  locate.closest(".locate").hidden = false;
  const said = form.elements.position;
  locate.addEventListener("click", () => {
    said.value = "";
    said.placeholder = "正在定位…";
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const side = (degrees, plus, minus) => `${degrees < 0 ? minus : plus}${Math.abs(degrees).toFixed(5)}`;
      said.value = `${side(coords.latitude, "北纬", "南纬")}，${side(coords.longitude, "东经", "西经")}（误差约${Math.round(coords.accuracy)}米）`;
    }, () => { said.placeholder = "没有取得定位，请在地址中写明"; }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  });
})();
