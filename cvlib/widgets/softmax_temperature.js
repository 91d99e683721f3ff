import { button, h, liveLine, mount, number, update, watch } from "./base.js";
import { realSlider } from "./real_slider.js";
import { logitBars, probabilityBars } from "./softmax_bars.js";
import { entropy, naive, scaled, softmax } from "./softmax_numbers.js";

const TRAITS = ["logits", "temperature", "shift", "_labels"];
const COLUMNS = [
  "class",
  "x = (z + c) / T",
  "exp(x)",
  "naive p",
  "x − max x",
  "exp(x − max x)",
  "stable p",
];

// Numbers from 10⁻⁴⁵ to 10³⁸ in a narrow column.
function short(value) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return "inf";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.0005 || size >= 100000)) {
    const [digits, power] = value.toExponential(1).split("e");
    return `${number(Number(digits), 1)}e${number(Number(power))}`;
  }
  return number(value, size < 100 ? 3 : 1);
}

// Both formulas, step by step, one row per class.
function table(s) {
  const values = scaled(s);
  const { powers, shares } = naive(values);
  const most = Math.max(...values);
  const probabilities = softmax(values);
  const head = COLUMNS.map((text) => h("th", { scope: "col" }, text));
  const cell = (value) =>
    h("td", { class: Number.isFinite(value) ? "" : "cv-broken" }, short(value));
  const rows = s._labels.map((label, i) => {
    const lowered = values[i] - most;
    const cells = [values[i], powers[i], shares[i], lowered, Math.exp(lowered), probabilities[i]];
    return h("tr", {}, h("th", { scope: "row" }, label), cells.map(cell));
  });
  return h("table", { class: "cv-table" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows));
}

// How undecided the probabilities are: a bar from 0 to ln 5, and words.
function entropyLine(s) {
  const value = entropy(softmax(scaled(s)));
  const most = Math.log(s._labels.length);
  const fill = h("span", { class: "cv-fill" });
  fill.style.width = `${(100 * value) / most}%`;
  const words =
    `entropy ${value.toFixed(2)} nats of at most ln 5 = ${number(most, 2)}: ` +
    `as undecided as ${Math.exp(value).toFixed(1)} equal classes`;
  return [h("span", { class: "cv-meter", "aria-hidden": "true" }, fill), h("span", {}, words)];
}

function describe(s) {
  const { powers, shares } = naive(scaled(s));
  const remedy = "Subtracting the largest x first leaves the probabilities as they are and works.";
  if (powers.some((power) => power === Infinity)) {
    return `Naive: exp(x) is too large for float32 and becomes inf, and inf / inf is nan. ${remedy}`;
  }
  if (shares.some(Number.isNaN)) {
    return `Naive: every exp(x) is too small for float32 and becomes 0, and 0 / 0 is nan. ${remedy}`;
  }
  if (s.shift !== 0) {
    return `Every logit has grown by c = ${number(s.shift)}, and the probabilities are the same.`;
  }
  if (s.temperature === 1) return "Temperature 1: softmax as it is. Try a lower and a higher one.";
  return s.temperature < 1
    ? "Below temperature 1, differences count for more: the largest logit takes over."
    : "Above temperature 1, differences count for less: the probabilities become more equal.";
}

function render({ model, el }) {
  const root = mount(
    el,
    "Softmax and temperature",
    "Drag the logits, or choose one by Tab and use the arrow keys. Then change T and c.",
  );
  const said = liveLine();
  const right = h("div");
  const meter = h("div", { class: "cv-row cv-entropy" });
  const steps = h("div", { class: "cv-scroll" });
  const shiftTo = (shift) => button(`c = ${number(shift)}`, () => update(model, { shift }));
  root.append(
    h(
      "div",
      { class: "cv-controls" },
      realSlider(model, "temperature", "Temperature T"),
      realSlider(model, "shift", "Shift c"),
    ),
    h(
      "div",
      { class: "cv-row" },
      h("span", {}, "Add to every logit:"),
      [0, 80, 1000, -1000].map(shiftTo),
    ),
    h("div", { class: "cv-charts" }, logitBars(model), right),
    meter,
    said,
    steps,
  );
  watch(model, TRAITS, () => {
    const s = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    right.replaceChildren(probabilityBars(s));
    meter.replaceChildren(...entropyLine(s));
    said.textContent = describe(s);
    said.classList.toggle("cv-note", naive(scaled(s)).shares.some(Number.isNaN));
    steps.replaceChildren(table(s));
  });
}

export default { render };
