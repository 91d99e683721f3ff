import { button, h, liveLine, mount, number, svg, update, watch } from "./base.js";
import { chart, curve } from "./chart.js";
import { realSlider } from "./real_slider.js";

const PAUSE_MS = 60; // between two wishes, so that the curve can be followed
const WINDOW = 15; // steps in the mean
const SEEDS = 100;

// Mean of the last few losses at every step; null where one of them is no number.
export function smooth(losses, count = WINDOW) {
  return losses.map((_, i) => {
    const last = losses.slice(Math.max(0, i + 1 - count), i + 1);
    return last.includes(null) ? null : last.reduce((sum, each) => sum + each, 0) / last.length;
  });
}

// [step, rate] wherever the rate is another than before.
export function changes(rates) {
  return rates.flatMap((rate, i) => (rate === rates[i - 1] ? [] : [[i, rate]]));
}

function draw(losses, rates, steps) {
  const seen = losses.filter((loss) => loss !== null);
  const top = Math.min(5, Math.max(2.5, ...seen));
  const frame = chart({ x: [0, steps], y: [0, top], width: 800, height: 300 });
  const { X, inner, plot } = frame;
  const ends = { y1: inner.y, y2: inner.y + inner.height };
  for (const [step, rate] of changes(rates)) {
    plot.append(svg("line", { class: "cv-change", x1: X(step), x2: X(step), ...ends }));
    plot.append(svg("text", { class: "cv-rate-text", x: X(step) + 4, y: inner.y + 14 }, `η ${rate}`));
  }
  const points = (values) => values.map((value, step) => [step, value]);
  plot.append(curve(frame, points(losses), { class: "cv-each" }));
  plot.append(curve(frame, points(smooth(losses)), { class: "cv-mean" }));
  return frame.element;
}

function render({ model, el }) {
  const root = mount(
    el,
    "Live training",
    "Press Start. Stop whenever you like, change rate or momentum, and continue.",
  );
  const stage = h("div", { class: "cv-stage" });
  const said = liveLine();
  const steps = model.get("_steps");
  let running = false;
  let timer = null;
  const ask = () => update(model, { _asked: model.get("_asked") + 1 });
  const label = () => (running ? "Stop" : model.get("losses").length ? "Continue" : "Start");
  const set = (next) => {
    running = next;
    clearTimeout(timer);
    play.textContent = label();
    said.setAttribute("aria-live", running ? "off" : "polite");
    if (running) ask();
  };
  const play = button("Start", () => set(!running), { class: "cv-button cv-primary" });
  const others = button("New weights", () => {
    set(false);
    update(model, { seed: (model.get("seed") + 1) % SEEDS });
  });
  root.append(
    h("div", { class: "cv-controls" }, realSlider(model, "rate", "Rate η"), realSlider(model, "momentum", "Momentum")),
    h("div", { class: "cv-row" }, play, others),
    stage,
    h("div", { class: "cv-help cv-caption" }, "loss of the batch over the step; thick: mean of the last 15"),
    said,
  );
  watch(model, ["losses"], () => {
    const losses = model.get("losses");
    const finished = losses.length >= steps;
    if (finished && running) set(false);
    play.disabled = finished;
    play.textContent = label();
    stage.replaceChildren(draw(losses, model.get("rates"), steps));
    const last = smooth(losses).at(-1);
    const level = losses.length === 0 ? "not started" : last === null ? "the loss is no number any more" : `mean loss ${number(last, 3)}`;
    said.textContent = `Step ${losses.length} of ${steps}: ${level}.`;
    clearTimeout(timer);
    if (running) timer = setTimeout(ask, PAUSE_MS);
  });
  return () => clearTimeout(timer);
}

export default { render };
