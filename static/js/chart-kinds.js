// What each kind of chart looks like. Times are ISO instants; a value is a number or a string of digits, null a gap.
const locale = document.documentElement.lang || "en";
const FONT = '"Inter Variable", system-ui, sans-serif';

const number = (value) => (value === null || value === undefined || value === "" ? null : Number(value));

function format(value, unit, places = 4) {
  if (value === null || value === undefined) return "–";
  const text = new Intl.NumberFormat(locale, { maximumFractionDigits: places }).format(value);
  return unit ? `${text} ${unit}` : text;
}

function frame(color) {
  return {
    textStyle: { fontFamily: FONT, color: color.ink },
    grid: { left: 8, right: 16, top: 28, bottom: 8, containLabel: true },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      backgroundColor: color.surface,
      borderColor: color.line,
      textStyle: { color: color.ink, fontFamily: FONT, fontSize: 12 },
    },
  };
}

const axisLook = (color) => ({
  axisLine: { lineStyle: { color: color.line } },
  axisTick: { show: false },
  axisLabel: { color: color.muted, fontFamily: FONT, fontSize: 11, hideOverlap: true },
  splitLine: { lineStyle: { color: color.line, opacity: 0.6 } },
  nameTextStyle: { color: color.muted, align: "left" },
});

const TIME_LABELS = { year: "{yyyy}", month: "{MMM}", day: "{d} {MMM}", hour: "{HH}:{mm}", minute: "{HH}:{mm}" };

function timeAxis(color, data) {
  const look = axisLook(color);
  return {
    type: "time",
    min: data.start,
    max: data.end,
    ...look,
    splitNumber: 4,
    axisLabel: { ...look.axisLabel, formatter: TIME_LABELS },
    splitLine: { show: false },
  };
}

function targetLine(data, color) {
  const target = number(data.target);
  if (target === null) return undefined;
  return {
    silent: true,
    symbol: "none",
    label: { formatter: data.target_label || format(target, data.unit), position: "insideEndBottom", color: color.ink, fontSize: 11 },
    lineStyle: { color: color.ink, type: "dashed", width: 1.25 },
    data: [{ yAxis: target }],
  };
}

function warningBand(data, color) {
  if (!data.warning) return undefined;
  const [low, high] = data.warning.map(number);
  return { silent: true, itemStyle: { color: color.warn, opacity: 0.14 }, data: [[{ yAxis: low }, { yAxis: high }]] };
}

// Round steps around the values, so that labels are round too; a percentage never passes 100.
function bounds(data, values) {
  const all = [...values, number(data.target), ...(data.warning || []).map(number)].filter((value) => value !== null);
  if (!all.length) return {};
  const low = Math.min(...all);
  const high = Math.max(...all);
  const rough = (high - low || Math.abs(high) * 0.01 || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) * power;
  const round = (value) => Number(value.toPrecision(10));
  const ceiling = number(data.maximum) ?? (data.unit === "%" && high <= 100 ? 100 : Infinity);
  const top = Math.ceil(high / step) * step;
  return { min: round(Math.floor((low - step * 0.1) / step) * step), max: round(Math.min(top, ceiling)), interval: round(step) };
}

// {kind, series: [{name, points: [[iso, value]]}], target, warning: [low, high], unit, start, end, maximum}
function line(data, color) {
  const values = data.series.flatMap((series) => series.points.map((point) => number(point[1]))).filter((value) => value !== null);
  return {
    ...frame(color),
    xAxis: timeAxis(color, data),
    yAxis: { type: "value", ...bounds(data, values), ...axisLook(color) },
    legend: data.series.length > 1 ? { top: 0, right: 0, textStyle: { color: color.ink } } : undefined,
    series: data.series.map((series, index) => ({
      name: series.name,
      type: "line",
      data: series.points.map(([at, value]) => [at, number(value)]),
      connectNulls: false,
      showSymbol: series.points.length < 40,
      symbolSize: 5,
      lineStyle: { width: 2, color: index ? color.muted : color.accent, type: series.dashed ? "dashed" : "solid" },
      itemStyle: { color: index ? color.muted : color.accent },
      tooltip: { valueFormatter: (value) => format(value, data.unit) },
      markLine: index ? undefined : targetLine(data, color),
      markArea: index ? undefined : warningBand(data, color),
    })),
  };
}

// {kind, bars: [{label, value, light, note}], target, unit}
function bars(data, color) {
  const tone = { green: color.good, yellow: color.warn, red: color.bad, grey: color.idle };
  const values = data.bars.map((bar) => number(bar.value)).filter((value) => value !== null);
  return {
    ...frame(color),
    xAxis: { type: "category", data: data.bars.map((bar) => bar.label), ...axisLook(color), splitLine: { show: false } },
    yAxis: { type: "value", ...(data.from_zero ? { min: 0 } : bounds(data, values)), ...axisLook(color) },
    series: [
      {
        name: data.name || "",
        type: "bar",
        barMaxWidth: 36,
        data: data.bars.map((bar) => ({ value: number(bar.value), itemStyle: { color: tone[bar.light] || color.accent, borderRadius: [3, 3, 0, 0] } })),
        tooltip: { valueFormatter: (value) => format(value, data.unit) },
        markLine: targetLine(data, color),
      },
    ],
  };
}

// {kind, points: [[iso, remaining]], budget, forecast: [[iso, remaining]], unit, start, end}: what is left of the budget
function burndown(data, color) {
  const area = { color: color.accent, opacity: 0.12 };
  const points = (rows) => (rows || []).map(([at, value]) => [at, number(value)]);
  return {
    ...frame(color),
    xAxis: timeAxis(color, data),
    yAxis: { type: "value", name: data.unit || "", max: number(data.budget), ...axisLook(color) },
    series: [
      {
        name: data.name || "", type: "line", step: "end", data: points(data.points), showSymbol: false, areaStyle: area,
        lineStyle: { color: color.accent, width: 2 }, itemStyle: { color: color.accent },
        tooltip: { valueFormatter: (value) => format(value, data.unit, 1) },
        markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: color.bad, width: 1 }, data: [{ yAxis: 0 }] },
      },
      {
        name: data.forecast_name || "", type: "line", data: points(data.forecast), showSymbol: false,
        lineStyle: { color: color.muted, type: "dotted", width: 2 }, itemStyle: { color: color.muted },
        tooltip: { valueFormatter: (value) => format(value, data.unit, 1) },
      },
    ],
  };
}

// {kind, lanes: [name], spans: [{lane, start, end, tone: bad|warn|idle|good, label}], start, end}: intervals on one time axis
function intervals(data, color, echarts) {
  const drawSpan = (params, api) => {
    const [x, y] = api.coord([api.value(1), api.value(0)]);
    const right = api.coord([api.value(2), api.value(0)])[0];
    const height = Math.min(18, api.size([0, 1])[1] * 0.6);
    const box = { x: params.coordSys.x, y: params.coordSys.y, width: params.coordSys.width, height: params.coordSys.height };
    const shape = echarts.graphic.clipRectByRect({ x, y: y - height / 2, width: Math.max(2, right - x), height }, box);
    return shape && { type: "rect", shape: { ...shape, r: 2 }, style: api.style() };
  };
  const label = (span) => `${span.label || ""}\n${new Date(span.start).toLocaleString(locale)} – ${new Date(span.end).toLocaleString(locale)}`;
  return {
    ...frame(color),
    tooltip: { ...frame(color).tooltip, trigger: "item", formatter: (item) => label(data.spans[item.dataIndex]) },
    xAxis: timeAxis(color, data),
    yAxis: { type: "category", data: data.lanes, inverse: true, ...axisLook(color) },
    dataZoom: [{ type: "inside", filterMode: "weakFilter", zoomOnMouseWheel: "ctrl" }],
    series: [
      {
        type: "custom",
        renderItem: drawSpan,
        encode: { x: [1, 2], y: 0 },
        data: data.spans.map((span) => ({
          value: [data.lanes.indexOf(span.lane), span.start, span.end],
          itemStyle: { color: color[span.tone] || color.bad },
        })),
      },
    ],
  };
}

export const KINDS = { line, bars, burndown, intervals };
