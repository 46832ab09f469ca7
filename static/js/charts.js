// The charts of the product. Each reads its data from a JSON script and is described by the table beside it.
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

import { KINDS } from "./chart-kinds.js";

echarts.use([
  BarChart, CustomChart, LineChart, CanvasRenderer,
  DataZoomComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent,
]);

const drawn = new Set();

function palette() {
  const styles = getComputedStyle(document.documentElement);
  const read = (name) => styles.getPropertyValue(`--c-${name}`).trim();
  return Object.fromEntries(
    ["accent", "ink", "muted", "line", "surface", "good", "warn", "bad", "idle"].map((name) => [name, read(name)]),
  );
}

function render(element, still) {
  const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  const kind = KINDS[data.kind];
  if (!kind) throw new Error(`no chart of kind ${data.kind}`);
  const chart = echarts.getInstanceByDom(element) || echarts.init(element);
  chart.setOption({ animation: !still, animationDuration: 250, ...kind(data, palette(), echarts) }, true);
  return chart;
}

export function draw(element) {
  element.dataset.drawn = "yes";
  const chart = render(element, window.matchMedia("(prefers-reduced-motion: reduce)").matches);
  drawn.add(element);
  new ResizeObserver(() => chart.resize()).observe(element);
}

document.addEventListener("covenant:theme", () => {
  for (const element of drawn) {
    if (element.isConnected) render(element, true);
    else drawn.delete(element);
  }
});
