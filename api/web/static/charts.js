// Draws what the board's tables say. Each figure holds its numbers as JSON; without this script it stays hidden, and the
// tables are there all the same.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  if (!window.echarts) return;
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const ink = token("--ink"), soft = token("--soft"), edge = token("--edge");
  const font = getComputedStyle(document.body).fontFamily;
  const hues = [token("--brand"), token("--orange-bar"), token("--green"), token("--red-bar")];
  const shapes = ["circle", "rect", "triangle", "diamond"];
  const dashes = ["solid", "dashed", "dotted", [8, 3, 2, 3]];
  // Never by hue alone: lines differ in shape and dashes, bars in their pattern.
  const decals = [
    null,
    { color: "rgba(255,255,255,.65)", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 },
    { color: "rgba(255,255,255,.65)", symbol: "circle", dashArrayX: [[5, 5], [0, 5, 5, 0]], dashArrayY: [4, 0], symbolSize: 0.7 },
    { color: "rgba(255,255,255,.65)", dashArrayX: [1, 0], dashArrayY: [2, 3] },
  ];

  const axes = (data, most) => ({
    grid: { left: 4, right: 12, top: 34, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemGap: 14, itemWidth: 22, itemHeight: 10, textStyle: { color: ink, fontSize: 12 } },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, textStyle: { color: ink, fontSize: 12 },
               valueFormatter: (value) => (value === null || value === undefined ? "—" : `${value}${data.unit}`) },
    xAxis: { type: "category", data: data.labels.map((month) => `${Number(month.slice(5))}月`),
             axisLabel: { color: soft }, axisLine: { lineStyle: { color: soft } }, axisTick: { show: false } },
    yAxis: { type: "value", min: 0, max: most, minInterval: 1, axisLabel: { color: soft }, splitLine: { lineStyle: { color: edge } } },
  });

  const kinds = {
    lines: (data) => ({
      ...axes(data, 100),
      series: data.series.map((each, n) => ({
        type: "line", name: each.name, data: each.values, symbol: shapes[n % 4], symbolSize: 7, color: hues[n % 4],
        lineStyle: { width: 2, type: dashes[n % 4] }, connectNulls: false,
      })),
    }),
    bars: (data) => ({
      ...axes(data, null),
      series: data.series.map((each, n) => ({
        type: "bar", name: each.name, data: each.values, color: hues[n % 4], barGap: "0%", barCategoryGap: "28%",
        itemStyle: { decal: decals[n % 4] },
      })),
    }),
    funnel: (data) => ({
      series: [{
        type: "funnel", sort: "none", left: 4, right: 4, top: 4, bottom: 4, gap: 3, min: 0,
        max: Math.max(1, ...data.steps.map((step) => step.value)), minSize: "0%", maxSize: "100%",
        label: { position: "inside", color: ink, fontSize: 13, fontWeight: 600, formatter: "{b} {c} 件" },
        itemStyle: { borderWidth: 0 },
        data: data.steps.map((step, n) => ({ ...step, itemStyle: { color: ["#cfe0f4", "#b7d1ee", "#9dc0e6", "#83aedd"][n] } })),
        emphasis: { disabled: true },
      }],
    }),
  };

  for (const figure of document.querySelectorAll("figure[data-plot]")) {
    const data = JSON.parse(figure.querySelector("script").textContent);
    figure.hidden = false;
    const room = figure.querySelector(".canvas");
    const chart = echarts.init(room, null, { renderer: "svg" });
    chart.setOption({ animation: false, textStyle: { fontFamily: font }, ...kinds[figure.dataset.plot](data) });
    // A picture that knows its own proportions is made as wide as the paper when it is printed.
    const scalable = () => {
      const svg = room.querySelector("svg");
      svg?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
    };
    scalable();
    new ResizeObserver(() => {
      if (matchMedia("print").matches || !room.clientWidth) return;
      chart.resize();
      scalable();
    }).observe(room);
  }
});
