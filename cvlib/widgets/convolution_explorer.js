import { button, h, liveLine, mount, number, slider, update, watch } from "./base.js";
import { playButton } from "./clock.js";
import { drawGrids, formula, sumTable, whyNot } from "./convolution_drawing.js";
import { explore, move } from "./convolution_steps.js";

const SETTINGS = ["size", "kernel_size", "stride", "padding", "dilation"];
const LABELS = {
  size: "Input W",
  kernel_size: "Kernel K",
  stride: "Stride S",
  padding: "Padding P",
  dilation: "Dilation D",
};
const STEP_MS = 700;

// The traits as an object; position is kept inside the output, as Python does.
function state(model) {
  const names = [...SETTINGS, "position", "_pixels", "_weights"];
  const s = Object.fromEntries(names.map((name) => [name, model.get(name)]));
  s.position = Math.min(s.position, Math.max(0, explore(s).outputSize ** 2 - 1));
  return s;
}

function render({ model, el }) {
  const root = mount(
    el,
    "Convolution explorer",
    "Press Play or Step, use the arrow keys on the picture, or click an output cell.",
  );
  const sliders = SETTINGS.map((name) => slider(model, name, LABELS[name]));
  const stage = h("div", { class: "cv-stage", tabindex: 0, role: "group", "aria-label": "Window" });
  const said = liveLine();
  const sum = h("div");
  const size = h("div");

  const go = (position) => update(model, { position });
  const outputs = () => explore(state(model)).outputSize ** 2;
  const step = (by) => go((state(model).position + by + outputs()) % outputs());
  const play = playButton("Play", said, () => step(1), STEP_MS);
  const stepBy = (by) => () => {
    play.stop();
    step(by);
  };
  const buttons = [play.element, button("Back", stepBy(-1)), button("Step", stepBy(1))];
  stage.addEventListener("keydown", (event) => {
    const next = move(event.key, state(model).position, explore(state(model)).outputSize);
    if (next === null || !outputs()) return;
    event.preventDefault();
    go(next);
  });
  stage.addEventListener("click", (event) => {
    const cell = event.target.closest(".cv-grid-output rect");
    if (cell) go(Number(cell.dataset.at));
  });
  root.append(
    h("div", { class: "cv-controls" }, sliders),
    h("div", { class: "cv-row" }, buttons, said),
    stage,
    h("div", { class: "cv-works" }, sum, size),
  );

  watch(model, [...SETTINGS, "position"], () => {
    const s = state(model);
    const result = explore(s);
    const fits = result.outputSize > 0;
    root.classList.toggle("cv-impossible", !fits);
    said.classList.toggle("cv-note", !fits);
    for (const each of buttons) each.disabled = !fits;
    if (!fits) {
      play.stop();
      said.textContent = whyNot(s, result);
      return;
    }
    const at = [Math.floor(s.position / result.outputSize), s.position % result.outputSize];
    const terms = result.termsAt(...at);
    const total = result.valueAt(...at);
    drawGrids(stage, s, result, terms);
    said.textContent = `Output [${at.join(", ")}] is ${number(total)}.`;
    sum.replaceChildren(...sumTable(terms, at, total));
    size.replaceChildren(...formula(s, result));
  });
  return play.stop;
}

export default { render };
