import { h, liveLine, mount, number, svg, update, watch } from "./base.js";
import { chart, curve, lineKey, spread } from "./chart.js";
import { chips } from "./chips.js";
import { ownedSliders, readingStage } from "./curve_panel.js";
import { loss } from "./loss_functions.js";

const TRAITS = ["losses", "p", "gamma", "epsilon", "_names"];
const SLIDERS = [
  ["p", "p, truth is yes"],
  ["gamma", "Focal γ", "focal"],
  ["epsilon", "Smoothing ε", "smoothed"],
];
const RANGES = { value: [0, 5], push: [-0.35, 1.5] };
const CAPTIONS = { value: "loss", push: "push on the logit, −∂loss/∂z" };
const SILENT = 0.02; // a push below this is hardly felt

const state = (model) => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
const fixed = (value) => value.toFixed(3).replace(/^-(?!0\.000$)/, "−").replace("-", "");
const key = (name) => lineKey(`cv-${name}`);

// Draw one curve more or less. The last one stays.
function toggle(model, name) {
  const { losses } = state(model);
  const rest = losses.filter((each) => each !== name);
  if (!losses.includes(name)) update(model, { losses: [...losses, name] });
  else if (rest.length) update(model, { losses: rest });
}

function plot(which, settings, ps) {
  const frame = chart({ x: [0, 1], y: RANGES[which] });
  const { X, Y, inner } = frame;
  const ends = { y1: inner.y, y2: inner.y + inner.height };
  frame.plot.append(
    svg("line", { class: "cv-probe-line", x1: X(settings.p), x2: X(settings.p), ...ends }),
  );
  for (const name of settings.losses) {
    const own = loss(name, settings)[which];
    const points = ps.map((p) => [p, own(p)]);
    const at = Math.min(RANGES[which][1], own(settings.p)); // at the edge if beyond
    frame.plot.append(
      curve(frame, points, { class: `cv-${name}` }),
      svg("circle", { class: `cv-probe cv-${name}`, cx: X(settings.p), cy: Y(at), r: 5 }),
    );
  }
  return h("figure", {}, h("figcaption", {}, CAPTIONS[which]), frame.element);
}

// The losses at the chosen p, the hardest push first.
function rows(settings) {
  const { p, losses, _names } = settings;
  const found = losses.map((name) => [name, loss(name, settings)]);
  found.sort(([, a], [, b]) => b.push(p) - a.push(p));
  return found.map(([name, { value, slope, push }]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, key(name), _names[name]),
      [value(p), slope(p), push(p)].map((each) => h("td", {}, fixed(each))),
    ),
  );
}

function describe(settings) {
  const { p, losses, _names } = settings;
  const pushes = losses.map((name) => [name, loss(name, settings).push(p)]);
  const quiet = pushes.filter(([, push]) => Math.abs(push) < SILENT).map(([name]) => _names[name]);
  const start = `At p = ${number(p, 3)}`;
  if (!quiet.length) return `${start}, every loss drawn here is felt.`;
  const who = quiet.join(", ");
  if (p < 0.1) return `${start} the network is sure and wrong, and ${who} hardly pushes.`;
  if (p > 0.9) return `${start} the answer is good, and ${who} leaves it in peace.`;
  return `${start}, ${who} hardly pushes.`;
}

function render({ model, el }) {
  const root = mount(
    el,
    "Loss explorer",
    "Slide p, the probability given to the truth. Point at a plot, or use the arrow keys on it.",
  );
  const sliders = ownedSliders(model, SLIDERS);
  const stage = readingStage(model, "p", "Plots of loss and push over p", [0, 1], 0.01);
  const names = Object.entries(model.get("_names")).map(([name, text]) => [name, [key(name), text]]);
  const said = liveLine();
  const body = h("tbody");
  const heads = ["loss", "value", "slope along p", "push on the logit"];
  const head = h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)));
  root.append(
    chips(model, "losses", names, "Losses", (name) => toggle(model, name)),
    sliders.element,
    stage,
    said,
    h("table", { class: "cv-table" }, h("thead", {}, head), body),
  );
  const ps = spread([0.001, 0.999], 300);
  watch(model, TRAITS, () => {
    const settings = state(model);
    sliders.show(settings.losses);
    stage.replaceChildren(plot("value", settings, ps), plot("push", settings, ps));
    said.textContent = describe(settings);
    body.replaceChildren(...rows(settings));
  });
}

export default { render };
