import { h, update } from "./base.js";
import { xAt } from "./chart.js";
import { decimals, realSlider } from "./real_slider.js";

const STEPS_OF_KEYS = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 };

// Sliders for [[trait, label, owner], …]; show(drawn) hides those whose owner is not drawn.
export function ownedSliders(model, list) {
  const sliders = list.map(([name, label, owner]) => [realSlider(model, name, label), owner]);
  const show = (drawn) => {
    for (const [slider, owner] of sliders) {
      slider.hidden = owner !== undefined && !drawn.includes(owner);
    }
  };
  const all = sliders.map(([slider]) => slider);
  return { element: h("div", { class: "cv-controls" }, all), show };
}

// A place for plots over `range`, on which a RealNumber trait is read off: with the pointer, or
// with arrow keys in steps of `by`.
export function readingStage(model, trait, label, range, by) {
  const { low, high, step } = model.get("_ranges")[trait];
  const read = (x) => {
    const inside = Math.min(high, Math.max(low, x));
    update(model, { [trait]: Number(inside.toFixed(decimals(step))) });
  };
  const stage = h("div", { class: "cv-charts", tabindex: 0, role: "group", "aria-label": label });
  stage.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS_OF_KEYS)) return;
    event.preventDefault();
    read(model.get(trait) + by * STEPS_OF_KEYS[event.key]);
  });
  stage.addEventListener("pointermove", (event) => {
    const drawing = event.target.closest(".cv-chart");
    if (drawing) read(xAt(event, drawing, range));
  });
  return stage;
}
