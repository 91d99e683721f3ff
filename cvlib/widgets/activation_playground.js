import { drawCharts, readOff, X_RANGE } from "./activation_drawing.js";
import { statistics } from "./activation_functions.js";
import { button, h, liveLine, mount, number, svg, update, watch } from "./base.js";
import { xAt } from "./chart.js";
import { realSlider } from "./real_slider.js";

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
const KEYS = { ArrowLeft: -0.1, ArrowRight: 0.1, PageDown: -1, PageUp: 1 };

const state = (model) =>
  Object.fromEntries([...TRAITS, ...FIXED].map((name) => [name, model.get(name)]));
const fixed = (value) =>
  value
    .toFixed(2)
    .replace(/^-(?!0.00$)/, "−")
    .replace("-", "");
const percent = (share) => `${number(100 * share, share > 0 && share < 0.01 ? 1 : 0)} %`;
const key = (name) => {
  const line = svg("path", { class: `cv-curve cv-${name}`, d: "M0 4H24" });
  return svg("svg", { class: "cv-key", viewBox: "0 0 24 8", "aria-hidden": "true" }, line);
};

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

// One button for each activation; pressed means drawn.
function chips(model) {
  const names = Object.entries(model.get("_names"));
  const buttons = names.map(([name, text]) =>
    button([key(name), text], () => toggle(model, name), { class: "cv-button cv-chip" }),
  );
  watch(model, ["activations"], () => {
    const drawn = model.get("activations");
    names.forEach(([name], i) => buttons[i].setAttribute("aria-pressed", drawn.includes(name)));
  });
  return h("div", { class: "cv-chips", role: "group", "aria-label": "Activations" }, buttons);
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
  const sliders = SLIDERS.map(([name, label, owner]) => [realSlider(model, name, label), owner]);
  const stage = h("div", {
    class: "cv-charts",
    tabindex: 0,
    role: "group",
    "aria-label": "Plots of f and f′",
  });
  const said = liveLine();
  const { draw, element } = table(model, `focus-${Math.random()}`);
  const note =
    "Each dot is one number of the batch; hollow red dots lie where hardly any gradient passes. " +
    "Bars: how the inputs (below) and the outputs (right) are spread.";
  root.append(
    chips(model),
    h(
      "div",
      { class: "cv-controls" },
      sliders.map(([slider]) => slider),
    ),
    stage,
    said,
    element,
    h("p", { class: "cv-help" }, note),
  );

  const read = (x) => update(model, { x: Math.min(6, Math.max(-6, Math.round(10 * x) / 10)) });
  stage.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    read(model.get("x") + KEYS[event.key]);
  });
  stage.addEventListener("pointermove", (event) => {
    const drawing = event.target.closest(".cv-chart");
    if (!drawing) return;
    read(xAt(event, drawing, X_RANGE));
  });
  watch(model, TRAITS, () => {
    const settings = state(model);
    for (const [slider, owner] of sliders) {
      slider.hidden = owner !== undefined && !settings.activations.includes(owner);
    }
    stage.replaceChildren(...drawCharts(settings));
    said.textContent = readOff(settings);
    draw(settings);
  });
}

export default { render };
