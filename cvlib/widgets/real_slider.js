import { h, number, update, watch } from "./base.js";

// How many decimals the numbers of a slider need.
export const decimals = (step) => (String(step).split(".")[1] ?? "").length;

// A labelled slider bound to a RealNumber trait, with its number beside it. A slider over
// powers of ten moves in log10 and keeps two digits.
export function realSlider(model, name, label) {
  const { low, high, step, log } = model.get("_ranges")[name];
  const toTrait = (place) => {
    if (!log) return place;
    return Math.min(high, Math.max(low, Number((10 ** place).toPrecision(2))));
  };
  const text = (value) => number(value, log ? 4 : decimals(step));
  const output = h("span", { class: "cv-slider-value", "aria-hidden": "true" });
  const change = () => update(model, { [name]: toTrait(input.valueAsNumber) });
  const range = log ? [Math.log10(low), Math.log10(high), 0.05] : [low, high, step];
  const [min, max, by] = range;
  const input = h("input", { type: "range", min, max, step: log ? "any" : by, name });
  input.addEventListener("input", change);
  if (log) input.addEventListener("keydown", (event) => stepByKey(event, input, by, change));
  watch(model, [name], () => {
    const value = model.get(name);
    // While it is dragged, the thumb stays where the hand is.
    if (toTrait(input.valueAsNumber) !== value) input.value = log ? Math.log10(value) : value;
    output.textContent = text(value);
    input.setAttribute("aria-valuetext", text(value));
  });
  return h("label", { class: "cv-slider" }, h("span", {}, label), input, output);
}

// With step "any" the browser moves by a hundredth of the range; by fixed steps is better here.
function stepByKey(event, input, by, change) {
  const steps = {
    ArrowRight: 1,
    ArrowUp: 1,
    ArrowLeft: -1,
    ArrowDown: -1,
    PageUp: 5,
    PageDown: -5,
  };
  if (!(event.key in steps)) return;
  event.preventDefault();
  input.valueAsNumber = input.valueAsNumber + steps[event.key] * by;
  change();
}
