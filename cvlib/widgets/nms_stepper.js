import { button, h, liveLine, mount, number, svg, update, watch } from "./base.js";
import { field, outline, tag, tagPlaces } from "./box_field.js";
import { iou } from "./box_overlaps.js";
import { playButton } from "./clock.js";
import { standing, suppression } from "./nms_steps.js";
import { realSlider } from "./real_slider.js";

const TRAITS = ["iou_threshold", "per_class", "step"];
const UNITS = 560; // width of the drawing
const STEP_MS = 800;
const KEYS = { ArrowLeft: -1, ArrowRight: 1 };
const two = (value) => (Number.isNaN(value) ? "none" : value.toFixed(2));
const settings = (model) => {
  const [threshold, perClass, step] = TRAITS.map((name) => model.get(name));
  const given = model.get("_given");
  const events = suppression(given, threshold, perClass);
  return { given, threshold, perClass, events, step, ...standing(given, events, step) };
};
const boxes = (count) => (count === 1 ? "1 box" : `${count} boxes`);

// What has become of a box, as a class of style.
function fate({ kept, removed, best, last, step, events }, box) {
  if (box === best && step < events.length) return "cv-best";
  if (kept.includes(box)) return "cv-kept";
  if (!removed.has(box)) return "cv-waiting";
  return last.box === box ? "cv-gone cv-just" : "cv-gone";
}

// The picture with all boxes; show(s) gives each its look and its tag.
function boxesFigure(given) {
  const drawing = field(given, UNITS, { role: "img", "aria-label": "the boxes" });
  const { order } = standing(given, [], 0);
  const outlines = given.boxes.map((box) => outline(box, drawing.scale, ""));
  const places = tagPlaces(order.map((box) => given.boxes[box]), drawing, 12);
  const tags = svg("g");
  drawing.element.append(...order.toReversed().map((box) => outlines[box]), tags); // best on top
  const text = (s, box) => {
    const event = s.removed.get(box);
    if (s.kept.includes(box)) return `${box} · ${two(given.scores[box])}`;
    if (!event) return `${box}`;
    return event === s.last ? `${box} · IoU ${two(event.iou)}` : "";
  };
  const show = (s) => {
    outlines.forEach((each, box) => each.setAttribute("class", `cv-outline ${fate(s, box)}`));
    const shown = order.map((box, i) => tag(text(s, box), places[i], fate(s, box)));
    tags.replaceChildren(...shown.toReversed());
  };
  return { element: drawing.element, show };
}

// The boxes that wait, in order of score, with their overlap with the best one.
function rows({ given, waiting, best, threshold, perClass }) {
  const overlap = (box) => {
    if (best === null) return "";
    if (perClass && given.classes[box] !== given.classes[best]) return "other class";
    const value = iou(given.boxes[best], given.boxes[box], given.single);
    return value > threshold ? h("strong", {}, `${two(value)} goes`) : two(value);
  };
  return waiting.map((box) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, box),
      given.named ? h("td", {}, given.classes[box]) : null,
      h("td", {}, two(given.scores[box])),
      h("td", {}, overlap(box)),
    ),
  );
}

function describe(s) {
  const { given, step, events, last, kept, threshold, perClass } = s;
  if (!events.length) return "There is no box, so nothing is kept.";
  if (last === null) {
    return `${boxes(events.length)}, in order of score. The first step takes the best.`;
  }
  const end = step === events.length ? ` That is all: ${kept.length} of ${events.length} stay.` : "";
  if (last.kind === "remove") {
    const digits = two(last.iou) === two(threshold) ? 6 : 2; // where they look equal, they are not
    const above = `${last.iou.toFixed(digits)}, greater than ${number(threshold, digits)}`;
    return `Box ${last.box} goes: its IoU with box ${last.by} is ${above}.${end}`;
  }
  const gone = events.slice(step).filter(({ by }) => by === last.box).length;
  const whose = perClass && given.named ? " of its class" : "";
  const more = gone ? `It will remove ${boxes(gone)}${whose}.` : "It removes none.";
  const score = two(given.scores[last.box]);
  return `Box ${last.box} has the best score left, ${score}: it stays. ${more}${end}`;
}

function classSwitch(model) {
  const change = () => update(model, { per_class: input.checked });
  const input = h("input", { type: "checkbox", name: "per_class", onchange: change });
  watch(model, ["per_class"], () => (input.checked = model.get("per_class")));
  return h("label", { class: "cv-choice" }, input, h("span", {}, "per class"));
}

function render({ model, el }) {
  const root = mount(
    el,
    "Non-maximum suppression, step by step",
    "Press Step or Run, or use the arrow keys on the picture. Boxes are named by their index.",
  );
  const given = model.get("_given");
  const last = given.boxes.length;
  const figure = boxesFigure(given);
  const stage = h("div", { class: "cv-stage", tabindex: 0, role: "group", "aria-label": "Steps" });
  stage.append(figure.element);
  const [body, count] = [h("tbody"), h("p", { class: "cv-result" })];
  const said = liveLine();
  const go = (to) => update(model, { step: Math.min(last, Math.max(0, to)) });
  const tick = () => {
    go(model.get("step") + 1);
    if (model.get("step") === last) run.stop();
  };
  const fromTheStart = () => {
    if (model.get("step") === last) go(0);
  };
  const run = playButton("Run", said, tick, STEP_MS, fromTheStart);
  const stopAnd = (to) => () => {
    run.stop();
    go(to());
  };
  const step = button("Step", stopAnd(() => model.get("step") + 1));
  const back = button("Back", stopAnd(() => model.get("step") - 1));
  const reset = button("Reset", stopAnd(() => 0));
  stage.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    stopAnd(() => model.get("step") + KEYS[event.key])();
  });
  const heads = ["box", ...(given.named ? ["class"] : []), "score", "IoU with the best"];
  const head = h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)));
  const scroll = { class: "cv-scroll", tabindex: 0, role: "group", "aria-label": "Boxes left" };
  const table = h("table", { class: "cv-table" }, h("thead", {}, head), body);
  root.append(
    h(
      "div",
      { class: "cv-row" },
      [run.element, step, back, reset],
      realSlider(model, "iou_threshold", "Threshold"),
      given.named ? classSwitch(model) : null,
    ),
    said,
    h(
      "div",
      { class: "cv-side-by-side" },
      stage,
      h("div", {}, count, h("div", scroll, table)),
    ),
  );
  watch(model, TRAITS, () => {
    const s = settings(model);
    figure.show(s);
    said.textContent = describe(s);
    body.replaceChildren(...rows(s));
    count.textContent = `keep = [${s.kept.join(", ")}]`;
    run.element.disabled = last === 0;
    step.disabled = s.step === last;
    for (const each of [back, reset]) each.disabled = s.step === 0;
  });
  return run.stop;
}

export default { render };
