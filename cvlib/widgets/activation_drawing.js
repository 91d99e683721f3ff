import { h, number, svg } from "./base.js";
import { activation, batchOf, histogram } from "./activation_functions.js";
import { chart, curve, spread } from "./chart.js";

export const X_RANGE = [-6, 6];
const BINS = 48;
const BOUNDED = ["sigmoid", "tanh"];

// The y range of f: what the curves need, but no line of slope 1 runs all the way.
function heights({ activations, alpha }) {
  if (activations.every((name) => BOUNDED.includes(name))) return [-1.4, 1.4];
  return activations.includes("elu") && alpha > 1.4 ? [-2.6, 4] : [-1.8, 4];
}

// The y range of f′, with some air.
function slopeHeights(settings, xs) {
  const all = settings.activations.flatMap((name) => xs.map(activation(name, settings).slope));
  return [Math.min(-0.2, Math.min(...all) - 0.1), Math.max(1.2, Math.max(...all) + 0.1)];
}

function curves(frame, settings, which, xs) {
  // The focused one is drawn last, on top.
  const order = settings.activations.filter((name) => name !== settings.focus);
  return [...order, settings.focus].map((name) => {
    const own = activation(name, settings)[which];
    const focus = name === settings.focus ? "cv-focus" : "";
    return curve(
      frame,
      xs.map((x) => [x, own(x)]),
      { class: `cv-${name} ${focus}` },
    );
  });
}

// The batch as dots on the focused curve; a dot where no gradient passes is hollow.
function dots({ X, Y }, settings, which) {
  const own = activation(settings.focus, settings);
  return batchOf(settings).map((x) => {
    const kind = Math.abs(own.slope(x)) < settings._flat_below ? "cv-dot cv-flat" : "cv-dot";
    return svg("circle", {
      class: kind,
      cx: X(x).toFixed(1),
      cy: Y(own[which](x)).toFixed(1),
      r: 2.6,
    });
  });
}

// Inputs as bars that stand on the lower edge, marked where the curve is flat; outputs as bars
// that lie at the right edge.
function bars({ X, Y, inner }, settings, yRange) {
  const batch = batchOf(settings);
  const { f, slope } = activation(settings.focus, settings);
  const outputs = batch.map(f);
  const right = inner.x + inner.width;
  const bottom = inner.y + inner.height;
  const below = histogram(batch, X_RANGE, BINS);
  const beside = histogram(outputs, yRange, BINS);
  const length = (counts, count, most) => (most * count) / Math.max(1, ...counts);
  return [
    below.map((count, i) => {
      const height = length(below, count, 0.22 * inner.height);
      const width = inner.width / BINS - 1;
      const left = X_RANGE[0] + (i * 12) / BINS;
      const flat = Math.abs(slope(left + 6 / BINS)) < settings._flat_below;
      const kind = flat ? "cv-inputs cv-flat" : "cv-inputs";
      return svg("rect", { class: kind, x: X(left), y: bottom - height, width, height });
    }),
    beside.map((count, i) => {
      const width = length(beside, count, 0.2 * inner.width);
      const height = inner.height / BINS - 1;
      const y = Y(yRange[0] + ((i + 1) * (yRange[1] - yRange[0])) / BINS);
      return svg("rect", { class: "cv-outputs", x: right - width, y, width, height });
    }),
  ];
}

// A dashed line at the input that is read off, and its point on every curve.
function probe({ X, Y, inner }, settings, which) {
  const { x, activations } = settings;
  const ends = { y1: inner.y, y2: inner.y + inner.height };
  const points = activations.map((name) => {
    const y = Y(activation(name, settings)[which](x));
    return svg("circle", { class: `cv-probe cv-${name}`, cx: X(x), cy: y, r: 5 });
  });
  return [svg("line", { class: "cv-probe-line", x1: X(x), x2: X(x), ...ends }), points];
}

// The two plots as figures.
export function drawCharts(settings) {
  const xs = spread(X_RANGE, 481);
  const yRange = heights(settings);
  const values = chart({ x: X_RANGE, y: yRange });
  const slopes = chart({ x: X_RANGE, y: slopeHeights(settings, xs) });
  values.plot.append(...bars(values, settings, yRange).flat());
  for (const [frame, which] of [
    [values, "f"],
    [slopes, "slope"],
  ]) {
    frame.plot.append(...curves(frame, settings, which, xs));
    frame.plot.append(...dots(frame, settings, which), ...probe(frame, settings, which).flat());
  }
  const figure = (frame, text) => h("figure", {}, h("figcaption", {}, text), frame.element);
  return [figure(values, "activation f(x)"), figure(slopes, "derivative f′(x)")];
}

// What stands at the input that is read off, in words.
export function readOff(settings) {
  const { x, focus, _names, _flat_below } = settings;
  const { f, slope } = activation(focus, settings);
  const steep = slope(x);
  const values = `${_names[focus]} at x = ${number(x, 1)}: f = ${number(f(x), 3)}, `;
  const value = `f′ = ${number(steep, 3)}`;
  if (steep === 0) return `${values}${value}, so no gradient passes.`;
  if (Math.abs(steep) < _flat_below) return `${values}${value}, so hardly any gradient passes.`;
  return `${values}${value}.`;
}
