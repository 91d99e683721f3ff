import { button, h, liveLine, mount, number, svg, update, watch } from "./base.js";
import { field, outline, place, tag } from "./box_field.js";
import { sharedBox } from "./box_overlaps.js";
import { followPointer, makeMovable, spanned } from "./movable_box.js";

const TRAITS = ["question", "box", "feedback", "results"];
const UNITS = 560; // width of the drawing
const GRIP = 16;
const two = (value) => value.toFixed(2);

// The learner's box, to be moved and resized; show(box, locked).
function ownBox(model, drawing, limits) {
  const seam = svg("rect", { class: "cv-seam" });
  const rect = svg("rect", { class: "cv-edge" });
  const face = svg("rect", { class: "cv-face" });
  const grip = svg("rect", { class: "cv-grip", width: GRIP, height: GRIP, rx: 3 });
  const attributes = { tabindex: 0, role: "group", "aria-roledescription": "movable box" };
  const kinds = "cv-outline cv-own cv-movable";
  const element = svg("g", { class: kinds, ...attributes }, seam, rect, face, grip);
  const set = (box) => {
    if (!model.get("feedback").truth) update(model, { box });
  };
  makeMovable(element, grip, { drawing, limits, get: () => model.get("box"), set });
  followPointer(drawing.element, drawing, () => (from, to) => set(spanned(from, to, limits)));
  const show = (box, locked) => {
    for (const each of [seam, rect, face]) place(each, box, drawing.scale);
    grip.setAttribute("x", drawing.scale * box[2] - GRIP / 2);
    grip.setAttribute("y", drawing.scale * box[3] - GRIP / 2);
    grip.toggleAttribute("hidden", locked);
    element.classList.toggle("cv-locked", locked);
    const corners = box.map((value) => number(value)).join(", ");
    element.setAttribute("aria-label", `your box, corners ${corners}`);
  };
  return { element, show };
}

// A path that goes around each of the boxes.
const around = (boxes, scale) =>
  boxes
    .map((box) => box.map((value) => (scale * value).toFixed(1)))
    .map(([x1, y1, x2, y2]) => `M${x1} ${y1}H${x2}V${y2}H${x1}Z`)
    .join("");

// Union and intersection, to lie below the learner's box; the true box, to lie above it.
function answer(box, truth, scale) {
  const both = svg("rect", { class: "cv-shared" });
  place(both, sharedBox(box, truth), scale);
  const [x, y] = [scale * truth[0], scale * truth[1]];
  const union = svg("path", { class: "cv-union", d: around([box, truth], scale) });
  const name = tag("truth", [x, Math.max(0, y - 18)], "cv-truth");
  return { below: [union, both], above: [outline(truth, scale, "cv-truth"), name] };
}

function verdict({ intersection, union, iou, says }, { good }) {
  const px = (value) => `${number(value)} px²`;
  const word = iou >= good ? "Good." : iou >= 0.5 ? "Near." : "Not near yet.";
  const kind = iou >= good ? "cv-right" : iou >= 0.5 ? "" : "cv-wrong";
  return [
    h(
      "p",
      { class: "cv-formula" },
      h("span", { class: "cv-shared-text" }, "intersection"),
      ` / union = ${px(intersection)} / ${px(union)} = `,
      h("strong", {}, `IoU ${two(iou)}`),
    ),
    h("p", {}, h("strong", { class: kind }, `${word} `), says.join(" ")),
  ];
}

function render({ model, el }) {
  const root = mount(
    el,
    "Draw a box",
    "Drag across the picture to draw. By keyboard: Tab to the box, arrow keys, with Shift for its size.",
  );
  const rules = model.get("_rules");
  const [task, stage] = [h("p", { class: "cv-task" }), h("div")];
  const [below, above] = [svg("g"), svg("g", { class: "cv-above" })];
  const result = h("div", { class: "cv-verdict", role: "status", "aria-live": "polite" });
  const score = liveLine({ class: "cv-score" });
  const done = () => Boolean(model.get("feedback").truth);
  const send = () => update(model, { reply: { do: done() ? "next" : "check", sent: Date.now() } });
  const press = button("Check", send, { class: "cv-button cv-primary" });
  const setGuess = () => {
    const value = input.valueAsNumber;
    const usable = value >= 0 && value <= 1;
    input.setAttribute("aria-invalid", String(input.value !== "" && !usable));
    update(model, { guess: usable ? value : null });
  };
  const enter = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    send();
  };
  const kind = { class: "cv-number", type: "number", min: 0, max: 1, step: 0.05 };
  const input = h("input", { ...kind, oninput: setGuess, onkeydown: enter });
  const guess = h("label", { class: "cv-choice" }, "Your guess of the IoU, if you like", input);
  root.append(
    task,
    h(
      "div",
      { class: "cv-side-by-side" },
      stage,
      h("div", {}, guess, h("div", { class: "cv-row" }, press), result, score),
    ),
  );

  let [shown, own, drawing, first] = [];
  const ask = (question) => {
    const { size } = question;
    const held = stage.contains(stage.getRootNode().activeElement);
    drawing = field(question, UNITS, { class: "cv-field cv-canvas" });
    const step = Math.max(1, Math.round(size[0] / 128));
    own = ownBox(model, drawing, { size, least: rules.least, step });
    drawing.element.append(below, own.element, above);
    stage.replaceChildren(drawing.element);
    const name = h("strong", {}, question.name);
    task.replaceChildren("Draw a box around the ", name, ", as tight as you can.");
    if (held) own.element.focus();
    [shown, first] = [question, String(model.get("box"))];
  };
  watch(model, [...TRAITS, "guess"], () => {
    const [question, box, feedback, results] = TRAITS.map((name) => model.get(name));
    if (question !== shown) ask(question);
    const locked = done();
    own.show(box, locked);
    own.element.classList.toggle("cv-fresh", String(box) === first);
    drawing.element.classList.toggle("cv-locked", locked);
    const shapes = locked ? answer(box, feedback.truth, drawing.scale) : { below: [], above: [] };
    below.replaceChildren(...shapes.below);
    above.replaceChildren(...shapes.above);
    result.replaceChildren(...(locked ? verdict(feedback, rules) : []));
    press.textContent = locked ? "Next" : "Check";
    input.disabled = locked;
    const guessed = model.get("guess");
    if (stage.getRootNode().activeElement !== input) input.value = guessed === null ? "" : guessed;
    const last = results.slice(-rules.last);
    const mean = last.reduce((sum, iou) => sum + iou, 0) / last.length;
    const streak = results.length - 1 - results.findLastIndex((iou) => iou < rules.good);
    const average = last.length ? ` · average of the last ${rules.last}: ${two(mean)}` : "";
    score.textContent = `Streak of ${two(rules.good)} or more: ${streak}${average}`;
  });
}

export default { render };
