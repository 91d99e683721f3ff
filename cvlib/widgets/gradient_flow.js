import { button, h, liveLine, mount, number, slider, svg, update, watch } from "./base.js";
import { chart, curve, lineKey, xAt } from "./chart.js";

const FRAME = { width: 800, height: 330 };
const LEAST = 1e-20; // what is smaller leaves the plot
const KEYS = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageDown: -5,
  PageUp: 5,
  Home: -Infinity,
  End: Infinity,
};
const SUPERSCRIPTS = { "-": "⁻" };
[..."⁰¹²³⁴⁵⁶⁷⁸⁹"].forEach((sign, digit) => (SUPERSCRIPTS[digit] = sign));

const power = (exponent) => `10${[...String(exponent)].map((each) => SUPERSCRIPTS[each]).join("")}`;

// 0.00123 → "1.2·10⁻³"
export function scientific(value) {
  if (value === 0) return "0";
  const [digits, exponent] = value.toExponential(1).split("e").map(Number);
  const isPlain = exponent >= -2 && exponent <= 3;
  return isPlain ? number(Number(value.toPrecision(2)), 4) : `${digits}·${power(exponent)}`;
}

// Powers of ten around all values that are drawn: { range, ticks }.
export function logAxis(values) {
  const drawn = values.filter((value) => value >= LEAST).map(Math.log10);
  const low = Math.min(-2, ...drawn.map(Math.floor));
  const high = Math.max(1, ...drawn.map(Math.ceil));
  const step = Math.ceil((high - low) / 8);
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  const ticks = [...Array(count).keys()].map((i) => (first + i) * step);
  return { range: [low - 0.3, high + 0.3], ticks: ticks.map((each) => [each, power(each)]) };
}

const key = (net) => lineKey(`cv-${net}`);

// Check boxes that are also the legend, with the norm at the layer that is read off.
function legend(model) {
  const entries = Object.entries(model.get("_nets")).map(([net, text]) => {
    const toggle = () => {
      const shown = model.get("shown");
      const rest = shown.filter((each) => each !== net);
      update(model, { shown: box.checked ? [...rest, net] : rest });
    };
    const box = h("input", { type: "checkbox", onchange: toggle });
    const value = h("span", { class: "cv-norm" });
    const element = h("label", { class: "cv-net" }, box, key(net), h("span", {}, text), value);
    return { net, box, value, element };
  });
  const show = ({ shown, _norms, layer }) => {
    for (const { net, box, value } of entries) {
      box.checked = shown.includes(net);
      value.textContent = scientific(_norms[net][layer - 1]);
    }
  };
  return {
    show,
    element: h(
      "div",
      { class: "cv-nets" },
      entries.map((each) => each.element),
    ),
  };
}

const layerRange = (depth) => [0.5, depth + 0.5];

function draw({ depth, shown, layer, _norms }) {
  const { range, ticks } = logAxis(shown.flatMap((net) => _norms[net]));
  const frame = chart({ ...FRAME, x: layerRange(depth), y: range, yTicks: ticks });
  const { X, Y, inner, plot } = frame;
  const place = (norm) => (norm >= LEAST ? Math.log10(norm) : null);
  const ends = { y1: inner.y, y2: inner.y + inner.height };
  plot.append(svg("line", { class: "cv-probe-line", x1: X(layer), x2: X(layer), ...ends }));
  for (const net of shown) {
    const points = _norms[net].map((norm, i) => [i + 1, place(norm)]);
    plot.append(curve(frame, points, { class: `cv-${net}` }));
    const dots = points.filter(([, y]) => y !== null);
    plot.append(
      ...dots.map(([x, y]) => {
        const r = x === layer ? 6 : 2.5;
        return svg("circle", { class: `cv-point cv-${net}`, cx: X(x), cy: Y(y), r });
      }),
    );
  }
  return frame.element;
}

function describe({ depth, layer, _norms, _nets }) {
  if (layer !== 1) return `Gradient norms at layer ${layer} of ${depth}.`;
  const change = (ratio) => {
    if (ratio === 0) return "exactly 0";
    const times = scientific(Math.max(ratio, 1 / ratio));
    return ratio < 1 ? `${times} times smaller` : `${times} times larger`;
  };
  const words = (net) => `${change(_norms[net][0] / _norms[net].at(-1))} (${_nets[net]})`;
  const all = Object.keys(_nets).map(words).join(", ");
  return `From layer ${depth} back to layer 1 the gradient becomes ${all}.`;
}

function render({ model, el }) {
  const root = mount(
    el,
    "Gradient flow",
    "Change the depth. Point at the plot, or use the arrow keys on it, to read off a layer.",
  );
  const label = "Gradient norm by layer";
  const stage = h("div", { class: "cv-stage", tabindex: 0, role: "group", "aria-label": label });
  const caption = h("div", { class: "cv-help cv-caption" }, "layer, 1 next to the input");
  const said = liveLine();
  const { show, element } = legend(model);
  const again = button("Other weights", () =>
    update(model, { seed: (model.get("seed") + 1) % 100 }),
  );
  const note =
    "Gradient norm at each layer’s weight, log scale: 3×3 convolutions with 8 channels and ReLU as " +
    "torch initialises them; the same ones in all four networks.";
  root.append(
    h("div", { class: "cv-row" }, slider(model, "depth", "Depth"), again),
    element,
    stage,
    caption,
    said,
    h("p", { class: "cv-help" }, note),
  );

  // The depth changes here at once, the norms when Python has computed them.
  const depthOf = () => model.get("_norms").plain.length;
  const read = (layer) => {
    const kept = Math.min(depthOf(), model.get("depth"), Math.max(1, layer));
    if (kept !== model.get("layer")) update(model, { layer: kept });
  };
  stage.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    read(model.get("layer") + KEYS[event.key]);
  });
  stage.addEventListener("pointermove", (event) => {
    const drawing = event.target.closest(".cv-chart");
    if (drawing) read(Math.round(xAt(event, drawing, layerRange(depthOf()))));
  });
  watch(model, ["_norms", "shown", "layer"], () => {
    const names = ["_norms", "_nets", "shown", "layer"];
    const s = Object.fromEntries(names.map((name) => [name, model.get(name)]));
    s.depth = depthOf();
    s.layer = Math.min(s.layer, s.depth);
    stage.replaceChildren(draw(s));
    show(s);
    said.textContent = describe(s);
  });
}

export default { render };
