// The chart library is loaded only on pages that have a chart.
const address = document.querySelector("script[data-charts]")?.dataset.charts;

export async function chartsIn(root) {
  const waiting = [...root.querySelectorAll("[data-chart]:not([data-drawn])")];
  if (root.matches?.("[data-chart]:not([data-drawn])")) waiting.push(root);
  if (!waiting.length || !address) return;
  const { draw } = await import(address);
  waiting.forEach(draw);
}
