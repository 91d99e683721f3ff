import { button, choice, h, liveLine, mount, slider, svg, update, watch } from "./base.js";
import { chart, curve } from "./chart.js";
import { playButton } from "./clock.js";
import { contours, height, race, RUNNERS } from "./race_steps.js";
import { realSlider } from "./real_slider.js";

const TRAITS = ["landscape", "rate", "ruler_rate", "momentum", "step"];
const STEP_MS = 80;
const MARKS = {
  sgd: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
  momentum: "M-4-4H4V4H-4Z",
  rmsprop: "M0-5.5L5.5 0L0 5.5L-5.5 0Z",
  adam: "M0-5L5 4H-5Z",
};
const STAR = "M0-8L2-2.6L7.6-2.5L3.2 1L4.7 6.5L0 3.3L-4.7 6.5L-3.2 1L-7.6-2.5L-2-2.6Z";

const settings = (model) => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));

// Heights of contour lines: closer together near the lowest point.
function levelsOf(landscape, { goals, x, y }) {
  const low = Math.min(...goals.map((goal) => height(landscape, ...goal)));
  const corners = x.flatMap((a) => y.map((b) => height(landscape, a, b)));
  const range = Math.max(...corners) - low;
  return [...Array(12).keys()].map((n) => low + range * ((n + 1) / 13) ** 3);
}

function mark(name, at = {}) {
  return svg("path", { class: `cv-mark cv-${name}`, d: MARKS[name], ...at });
}

function draw(s, land, paths, background) {
  const frame = chart({ x: land.x, y: land.y, width: 800, height: 400 });
  const { X, Y, plot } = frame;
  const at = ([x, y]) => ({ transform: `translate(${X(x).toFixed(1)} ${Y(y).toFixed(1)})` });
  background.text ??= contours(s.landscape, land, levelsOf(s.landscape, land), frame);
  plot.append(svg("path", { class: "cv-contours", d: background.text }));
  for (const goal of land.goals) plot.append(svg("path", { class: "cv-goal", d: STAR, ...at(goal) }));
  for (const name of RUNNERS) {
    const walked = paths[name].slice(0, s.step + 1);
    plot.append(curve(frame, walked, { class: `cv-${name}` }));
    plot.append(...walked.slice(0, -1).map(([x, y]) =>
      svg("circle", { class: `cv-dot cv-${name}`, cx: X(x), cy: Y(y), r: 1.8 })));
    plot.append(mark(name, at(walked.at(-1))));
  }
  return frame.element;
}

// The legend is a table that also tells where everybody stands.
function standings(s, paths, titles) {
  const rows = RUNNERS.map((name) => {
    const gone = paths[name].length <= s.step;
    const loss = gone ? Infinity : height(s.landscape, ...paths[name][s.step]);
    const text = gone ? "flew away" : loss.toPrecision(3).replace("-", "−");
    const key = svg("svg", { viewBox: "-8 -8 16 16", class: "cv-key", "aria-hidden": "true" }, mark(name));
    return { name, loss, text, key };
  });
  const best = Math.min(...rows.map(({ loss }) => loss));
  return rows.map(({ name, loss, text, key }) =>
    h("tr", { class: loss === best ? "cv-leads" : "" },
      h("td", {}, key, ` ${titles[name]}`), h("td", {}, text), h("td", {}, loss === best ? "leads" : "")));
}

function render({ model, el }) {
  const root = mount(el, "Optimizer race", "Set the rates, then press Race. The star is the lowest point.");
  const stage = h("div", { class: "cv-stage" });
  const body = h("tbody", {});
  const said = liveLine();
  const last = model.get("_limits").step[1];
  const walk = () => {
    const next = Math.min(last, model.get("step") + 1);
    update(model, { step: next });
    if (next === last) play.stop();
  };
  const fromTheStart = () => {
    if (model.get("step") === last) update(model, { step: 0 });
  };
  const play = playButton("Race", said, walk, STEP_MS, fromTheStart);
  const again = button("To the start", () => { play.stop(); update(model, { step: 0 }); });
  const names = [["ravine", "Ravine"], ["saddle", "Saddle"], ["rosenbrock", "Rosenbrock"]];
  root.append(
    h("div", { class: "cv-controls" },
      choice(model, "landscape", "Landscape", names),
      realSlider(model, "rate", "Rate of SGD"),
      realSlider(model, "momentum", "Momentum"),
      realSlider(model, "ruler_rate", "Rate of Adam"),
    ),
    h("div", { class: "cv-row" }, play.element, again, slider(model, "step", "Step")),
    stage,
    h("table", { class: "cv-table" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "runner"), h("th", { scope: "col" }, "loss now"), h("td"))), body),
    said,
    h("p", { class: "cv-help" }, "The rate of SGD is that of its momentum sister, too; RMSprop has Adam’s."),
  );
  let shown = "";
  let background = {};
  watch(model, TRAITS, () => {
    const s = settings(model);
    if (s.landscape !== shown) [shown, background] = [s.landscape, {}];
    const land = model.get("_landscapes")[s.landscape];
    const paths = race(s, land.start, last);
    stage.replaceChildren(draw(s, land, paths, background));
    body.replaceChildren(...standings(s, paths, model.get("_runners")));
    const gone = RUNNERS.filter((name) => paths[name].length <= s.step);
    const titles = model.get("_runners");
    said.textContent = `Step ${s.step} on ${land.formula}. ` +
      (gone.length ? `Flew away: ${gone.map((name) => titles[name]).join(", ")}.` : "Nobody has flown away.");
  });
  return play.stop;
}

export default { render };
