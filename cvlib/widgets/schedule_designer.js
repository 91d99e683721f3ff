import { choice, h, liveLine, mount, slider, update, watch } from "./base.js";
import { chart, curve } from "./chart.js";
import { realSlider } from "./real_slider.js";
import { rates } from "./schedule_curves.js";

const TRAITS = ["kind", "peak", "total", "turn", "floor"];
const TURNS = { warmup: "Warm-up", step: "Stair", one_cycle: "Way up", cosine: "" };
const [WIDTH, HEIGHT, LEFT, TOP, INNER] = [800, 300, 46, 8, [744, 270]];
const KEYS = { ArrowLeft: [-1, 1], ArrowRight: [1, 1], ArrowUp: [0, 1.1], ArrowDown: [0, 1 / 1.1] };

const settings = (model) => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
const two = (value) => Number(value.toPrecision(2));

// The highest rate of the axis: 1, 2 or 5 times a power of ten, with some room above the peak.
export function ceiling(peak) {
  const power = 10 ** Math.floor(Math.log10(peak * 1.15));
  return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= peak * 1.15);
}

// Where the handle sits: [step, rate] of the point that can be dragged.
export function handle({ kind, peak, turn }) {
  if (kind === "cosine") return [0, peak];
  if (kind === "step") return [turn, peak];
  return [turn - 1, peak];
}

function render({ model, el }) {
  const root = mount(
    el,
    "Schedule designer",
    "Drag the round handle, or move it with the arrow keys. Below stands the code for the curve.",
  );
  const stage = h("div", { class: "cv-stage" });
  const said = liveLine();
  const code = h("pre", { class: "cv-code", tabindex: 0, "aria-label": "PyTorch code" });
  const turn = slider(model, "turn", "Turn");
  const floor = realSlider(model, "floor", "Floor");
  root.append(
    h("div", { class: "cv-controls" },
      choice(model, "kind", "Schedule", Object.entries(model.get("_kinds"))),
      realSlider(model, "peak", "Peak"),
      slider(model, "total", "Steps"),
      turn,
      floor,
    ),
    stage,
    h("div", { class: "cv-help cv-caption" }, "learning rate over the step"),
    said,
    code,
  );

  // Values are put in range before they are sent: Python refuses others.
  const move = (changes) => {
    const s = { ...settings(model), ...changes };
    const { low, high } = model.get("_ranges").peak;
    s.total = Math.round(s.total);
    s.turn = Math.min(s.total - 1, Math.max(2, Math.round(s.turn)));
    s.peak = two(Math.min(high, Math.max(low, s.peak)));
    update(model, { turn: s.turn, peak: s.peak });
  };
  let top = 1; // of the axis; stays while the handle is dragged
  const drag = (event) => {
    const box = stage.getBoundingClientRect();
    const s = settings(model);
    const x = ((event.clientX - box.left) / box.width) * WIDTH - LEFT;
    const y = ((event.clientY - box.top) / box.height) * HEIGHT - TOP;
    const step = (x / INNER[0]) * s.total;
    const changes = { peak: top * (1 - y / INNER[1]) };
    if (s.kind !== "cosine") changes.turn = step + (s.kind === "step" ? 0 : 1);
    move(changes);
  };
  let dragging = false;
  stage.addEventListener("pointerdown", (event) => {
    dragging = true;
    stage.setPointerCapture(event.pointerId);
    event.preventDefault();
    drag(event);
    knob.focus();
  });
  stage.addEventListener("pointermove", (event) => dragging && drag(event));
  const release = () => {
    dragging = false;
    draw();
  };
  stage.addEventListener("pointerup", release);
  stage.addEventListener("pointercancel", release);

  const knob = h("div", { class: "cv-knob", tabindex: 0, role: "slider", "aria-label": "Peak and turn",
    "aria-valuemin": 0, "aria-valuemax": 1 });
  knob.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    const [steps, factor] = KEYS[event.key];
    const s = settings(model);
    if (steps && s.kind !== "cosine") move({ turn: s.turn + steps * Math.max(1, Math.round(s.total / 100)) });
    if (factor !== 1) move({ peak: s.peak * factor });
  });

  const draw = () => {
    const s = settings(model);
    s.turn = Math.min(s.turn, s.total - 1);
    if (!dragging) top = ceiling(s.peak);
    const frame = chart({ x: [0, s.total], y: [0, top], width: WIDTH, height: HEIGHT });
    const values = rates(s);
    const points = values.map((rate, step) => [step, rate]);
    frame.plot.append(curve(frame, points, { class: "cv-rate" }));
    const [x, y] = handle(s);
    knob.style.left = `${(100 * frame.X(x)) / WIDTH}%`;
    knob.style.top = `${(100 * frame.Y(y)) / HEIGHT}%`;
    knob.setAttribute("aria-valuenow", s.peak);
    const text = (rate) => (rate === 0 ? "0" : Number(rate.toPrecision(2)).toString());
    knob.setAttribute("aria-valuetext", `peak ${text(s.peak)}, turn at step ${s.turn}`);
    const focused = document.activeElement === knob;
    stage.replaceChildren(frame.element, knob);
    if (focused) knob.focus();
    turn.classList.toggle("cv-hidden", s.kind === "cosine");
    turn.firstChild.textContent = TURNS[s.kind];
    floor.classList.toggle("cv-hidden", s.kind === "step" || s.kind === "one_cycle");
    said.textContent =
      `First step ${text(values[0])}, highest ${text(Math.max(...values))}, ` +
      `last ${text(values.at(-1))}, mean ${text(values.reduce((sum, v) => sum + v, 0) / s.total)}.`;
  };
  watch(model, TRAITS, draw);
  watch(model, ["code"], () => (code.textContent = model.get("code")));
}

export default { render };
