import { number, svg } from "./base.js";

const EDGE = { left: 46, right: 10, top: 8, bottom: 22 };

// Places around 0, 1, 2, 5, 10, … that cut a range into three to six parts.
export function ticks([low, high]) {
  const rough = (high - low) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const count = Math.floor((high + 1e-9 * step) / step) - Math.ceil(low / step - 1e-9) + 1;
  const first = Math.ceil(low / step - 1e-9);
  return [...Array(count).keys()].map((i) => Number(((first + i) * step).toPrecision(12)));
}

// An empty plot with axes: { element, plot, X, Y }. X and Y turn numbers into places; what is
// appended to plot is cut off at its edges. Ticks may be given as [[value, text], …]; over
// classes, those of x have no lines.
export function chart({ label, x, y, xTicks, yTicks, classes, width = 400, height = 260 }) {
  const inner = { x: EDGE.left, y: EDGE.top };
  inner.width = width - EDGE.left - EDGE.right;
  inner.height = height - EDGE.top - EDGE.bottom;
  const X = (value) => inner.x + (inner.width * (value - x[0])) / (x[1] - x[0]);
  const Y = (value) => inner.y + inner.height * (1 - (value - y[0]) / (y[1] - y[0]));
  const named = (given, range) => given ?? ticks(range).map((value) => [value, number(value, 6)]);
  const kind = (value) => (value === 0 ? "cv-zero-line" : "cv-grid-line");
  const bottom = inner.y + inner.height;
  const ends = { y1: inner.y, y2: bottom };
  const axes = [
    named(xTicks, x).map(([value, text]) => [
      classes ? [] : svg("line", { class: kind(value), x1: X(value), x2: X(value), ...ends }),
      svg("text", { class: "cv-x-tick", x: X(value), y: bottom + 16 }, text),
    ]),
    named(yTicks, y).map(([value, text]) => [
      svg("line", {
        class: kind(value),
        x1: inner.x,
        x2: inner.x + inner.width,
        y1: Y(value),
        y2: Y(value),
      }),
      svg("text", { class: "cv-y-tick", x: inner.x - 6, y: Y(value) + 4 }, text),
    ]),
  ];
  // An inner svg cuts off what leaves it, without a clip path and its page-wide id.
  const viewBox = `${inner.x} ${inner.y} ${inner.width} ${inner.height}`;
  const plot = svg("svg", { ...inner, viewBox });
  const attributes = { class: "cv-chart", viewBox: `0 0 ${width} ${height}` };
  const meaning = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  const element = svg("svg", { ...attributes, ...meaning }, axes, plot);
  return { element, plot, X, Y, inner };
}

// A curve through [x, y] points; a gap where a number is missing or not finite.
export function curve({ X, Y }, points, attributes) {
  let pen = "M";
  let d = "";
  for (const [x, y] of points) {
    const drawn = y !== null && Number.isFinite(y);
    if (drawn) d += `${pen}${X(x).toFixed(1)} ${Y(y).toFixed(1)}`;
    pen = drawn ? "L" : "M";
  }
  return svg("path", { ...attributes, class: `cv-curve ${attributes.class ?? ""}`, d });
}

// A piece of a curve with that class, for legends.
export function lineKey(kind) {
  const line = svg("path", { class: `cv-curve ${kind}`, d: "M0 4H24" });
  return svg("svg", { class: "cv-line-key", viewBox: "0 0 24 8", "aria-hidden": "true" }, line);
}

// The x of a chart, in numbers of its range, at which an event's pointer is.
export function xAt(event, drawing, [low, high]) {
  const box = drawing.getBoundingClientRect();
  const { width } = drawing.viewBox.baseVal;
  const place = ((event.clientX - box.left) / box.width) * width - EDGE.left;
  return low + ((high - low) * place) / (width - EDGE.left - EDGE.right);
}

// Numbers from low to high, count of them, evenly.
export function spread([low, high], count) {
  return [...Array(count).keys()].map((i) => low + ((high - low) * i) / (count - 1));
}
