import { drawCharts, readOff, X_RANGE } from "./activation_drawing.js";
import { statistics } from "./activation_functions.js";
import { h, liveLine, mount, number, update, watch } from "./base.js";
import { lineKey } from "./chart.js";
import { chips } from "./chips.js";
import { ownedSliders, readingStage } from "./curve_panel.js";

// [trait, label, the activation it belongs to]
const SLIDERS = [
  ["mean", "Batch mean"],
  ["spread", "Batch spread"],
  ["negative_slope", "LeakyReLU slope", "leaky_relu"],
  ["prelu_slope", "PReLU slope", "prelu"],
  ["alpha", "ELU α", "elu"],
];
const TRAITS = ["activations", "focus", "x", ...SLIDERS.map(([name]) => name)];
const FIXED = ["_standard", "_names", "_flat_below"];

const state = (model) =>
  Object.fromEntries([...TRAITS, ...FIXED].map((name) => [name, model.get(name)]));
const fixed = (value) =>
  value
    .toFixed(2)
    .replace(/^-(?!0.00$)/, "−")
    .replace("-", "");
const percent = (share) => `${number(100 * share, share > 0 && share < 0.01 ? 1 : 0)} %`;
const key = (name) => lineKey(`cv-${name}`);

// Draw one curve more or less. The last one stays; what is added gets the batch.
function toggle(model, name) {
  const { activations, focus } = state(model);
  if (!activations.includes(name)) {
    return update(model, { activations: [...activations, name], focus: name });
  }
  const rest = activations.filter((each) => each !== name);
  if (!rest.length) return undefined;
  return update(model, { activations: rest, focus: rest.includes(focus) ? focus : rest.at(-1) });
}

// The table that is also the legend, and chooses the curve that carries the batch.
function table(model, id) {
  const body = h("tbody");
  const flat = `saturated: |f′| < ${model.get("_flat_below")}`;
  const heads = ["batch on", "output mean", "output spread", flat, "dead: f′ = 0"];
  const head = heads.map((text) => h("th", { scope: "col" }, text));
  const row = (name, settings) => {
    const choose = () => update(model, { focus: name });
    const attributes = { type: "radio", name: id, value: name, onchange: choose };
    const radio = h("input", { ...attributes, checked: name === settings.focus });
    const label = h("label", { class: "cv-pick" }, radio, key(name), settings._names[name]);
    const { mean, std, saturated, dead } = statistics(name, settings);
    const cells = [fixed(mean), fixed(std), percent(saturated), percent(dead)];
    const kind = name === settings.focus ? "cv-picked" : "";
    return h(
      "tr",
      { class: kind },
      h("th", { scope: "row" }, label),
      cells.map((text) => h("td", {}, text)),
    );
  };
  const draw = (settings) => {
    const held = body.contains(document.activeElement);
    body.replaceChildren(...settings.activations.map((name) => row(name, settings)));
    if (held) body.querySelector("input:checked").focus();
  };
  return {
    draw,
    element: h("table", { class: "cv-table" }, h("thead", {}, h("tr", {}, head)), body),
  };
}

function render({ model, el }) {
  const root = mount(
    el,
    "Activation playground",
    "Choose activations and move the batch. Point at a plot, or use the arrow keys on it, to read a value off.",
  );
  const sliders = ownedSliders(model, SLIDERS);
  const stage = readingStage(model, "x", "Plots of f and f′", X_RANGE, 0.1);
  const names = Object.entries(model.get("_names")).map(([name, text]) => [name, [key(name), text]]);
  const said = liveLine();
  const { draw, element } = table(model, `focus-${Math.random()}`);
  const note =
    "Each dot is one number of the batch; hollow red dots lie where hardly any gradient passes. " +
    "Bars: how the inputs (below) and the outputs (right) are spread.";
  root.append(
    chips(model, "activations", names, "Activations", (name) => toggle(model, name)),
    sliders.element,
    stage,
    said,
    element,
    h("p", { class: "cv-help" }, note),
  );
  watch(model, TRAITS, () => {
    const settings = state(model);
    sliders.show(settings.activations);
    stage.replaceChildren(...drawCharts(settings));
    said.textContent = readOff(settings);
    draw(settings);
  });
}

export default { render };
