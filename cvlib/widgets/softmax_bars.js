import { h, number, svg, update, watch } from "./base.js";
import { chart } from "./chart.js";
import { scaled, softmax } from "./softmax_numbers.js";

const MOST = 10;
const HALF = 0.34; // of a bar's width, where bars stand 1 apart
const FRAME = { width: 400, height: 230 };
const KEYS = { ArrowUp: 0.1, ArrowRight: 0.1, ArrowDown: -0.1, ArrowLeft: -0.1, PageUp: 1 };
KEYS.PageDown = -1;

const percent = (share) =>
  share < 0.001 ? "< 0.1 %" : `${number(100 * share, share < 0.0995 ? 1 : 0)} %`;
const figure = (text, { element }) => h("figure", {}, h("figcaption", {}, text), element);
const overClasses = (labels) => ({
  x: [-0.5, labels.length - 0.5],
  xTicks: labels.map((label, i) => [i, label]),
  classes: true,
});

function place(rect, { X, Y }, i, value) {
  const [top, bottom] = [Y(Math.max(0, value)), Y(Math.min(0, value))];
  const box = { x: X(i - HALF), y: top, width: X(i + HALF) - X(i - HALF), height: bottom - top };
  for (const [name, each] of Object.entries(box)) rect.setAttribute(name, each);
}

// The logits as bars to drag, each a slider for the keyboard. They stay in place.
export function logitBars(model) {
  const labels = model.get("_labels");
  const frame = chart({ ...FRAME, ...overClasses(labels), y: [-MOST - 1.5, MOST + 1.5] });
  frame.element.removeAttribute("aria-hidden");
  frame.element.setAttribute("role", "group");
  const set = (i, value) => {
    const kept = Math.min(MOST, Math.max(-MOST, Math.round(10 * value) / 10));
    update(model, { logits: model.get("logits").with(i, kept) });
  };
  const bars = labels.map((label, i) =>
    logitBar(frame, label, i, set, () => model.get("logits")[i]),
  );
  frame.plot.append(...bars.map((bar) => bar.element));
  watch(model, ["logits"], () => model.get("logits").forEach((value, i) => bars[i].show(value)));
  return figure("logits z (drag the bars)", frame);
}

function logitBar(frame, label, i, set, get) {
  const { X, Y, inner } = frame;
  const room = { x: X(i - 0.5), y: inner.y, width: X(1) - X(0), height: inner.height };
  const bar = svg("rect", { class: "cv-logit" });
  const grip = svg("line", { class: "cv-grip", x1: X(i - HALF), x2: X(i + HALF) });
  const text = svg("text", { class: "cv-bar-text", x: X(i) });
  const limits = { "aria-valuemin": -MOST, "aria-valuemax": MOST };
  const attributes = { class: "cv-bar", role: "slider", tabindex: 0, ...limits };
  const element = svg(
    "g",
    { ...attributes, "aria-label": `logit of ${label}` },
    svg("rect", { class: "cv-room", ...room }),
    bar,
    grip,
    text,
  );
  element.addEventListener("keydown", (event) => {
    const ends = { Home: -MOST, End: MOST };
    const next = ends[event.key] ?? (event.key in KEYS ? get() + KEYS[event.key] : null);
    if (next === null) return;
    event.preventDefault();
    set(i, next);
  });
  const drag = (event) => {
    const box = frame.element.getBoundingClientRect();
    const y = ((event.clientY - box.top) / box.height) * FRAME.height;
    set(i, (Y(0) - y) / (Y(0) - Y(1)));
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    drag(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) drag(event);
  });
  const show = (value) => {
    place(bar, frame, i, value);
    for (const end of ["y1", "y2"]) grip.setAttribute(end, Y(value));
    text.setAttribute("y", value < 0 ? Y(value) + 15 : Y(value) - 6);
    text.textContent = number(value, 1);
    element.setAttribute("aria-valuenow", value);
  };
  return { element, show };
}

// The probabilities as bars, with a ghost of those at temperature 1.
export function probabilityBars(s) {
  const { _labels: labels, logits } = s;
  const yTicks = [0, 0.25, 0.5, 0.75, 1].map((share) => [share, share]);
  const frame = chart({ ...FRAME, ...overClasses(labels), y: [0, 1.12], yTicks });
  const plain = softmax(logits);
  softmax(scaled(s)).forEach((share, i) => {
    const bar = svg("rect", { class: "cv-share" });
    const ghost = svg("rect", { class: "cv-ghost" });
    place(bar, frame, i, share);
    place(ghost, frame, i, plain[i]);
    const y = frame.Y(share) - 6;
    const label = svg("text", { class: "cv-bar-text", x: frame.X(i), y }, percent(share));
    frame.plot.append(bar, ghost, label);
  });
  return figure("probabilities p (dashed: T = 1)", frame);
}
