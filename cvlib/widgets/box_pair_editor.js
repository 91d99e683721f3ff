import { button, h, liveLine, mount, svg, update, watch } from "./base.js";
import { boxAround, overlaps, pushes, sharedBox } from "./box_overlaps.js";

const SCALE = 60; // units of the drawing for one of the field
const TRAITS = ["box1", "box2"];
const LABELS = { box1: "prediction", box2: "truth" };
const STEP = 0.1;
const KEYS = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};
const SCENES = {
  overlap: [1, 1, 4, 3, 3, 2, 7, 5],
  "side by side": [1, 2, 4, 5, 5, 2, 8, 5],
  "far apart": [0.5, 0.5, 2.5, 2, 8.5, 4.5, 11.5, 6.5],
  inside: [4, 2.5, 5.5, 4, 2, 1, 9, 6],
  "same centre, other shape": [2.5, 3, 8.5, 4, 4.5, 1, 6.5, 6],
};

const round = (value) => Math.round(100 * value) / 100;
const fixed = (value, digits = 2) =>
  Math.abs(value) < 0.5 * 10 ** -digits
    ? (0).toFixed(digits)
    : value.toFixed(digits).replace("-", "−");

// The box moved by (dx, dy), kept inside the field.
function moved([x1, y1, x2, y2], dx, dy, [width, height]) {
  const right = Math.min(width - x2, Math.max(-x1, dx));
  const down = Math.min(height - y2, Math.max(-y1, dy));
  return [x1 + right, y1 + down, x2 + right, y2 + down].map(round);
}

// The box with its lower right corner at (x, y), not too small, inside the field.
function resized([x1, y1], x, y, [width, height, least]) {
  const x2 = Math.min(width, Math.max(x1 + least, x));
  return [x1, y1, x2, Math.min(height, Math.max(y1 + least, y))].map(round);
}

function place(rect, [x1, y1, x2, y2]) {
  const sizes = { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
  for (const [name, value] of Object.entries(sizes)) rect.setAttribute(name, SCALE * value);
}

// One box: drag it, drag its corner, or use the arrow keys (with Shift: resize).
function boxFigure(model, name, drawing) {
  const field = model.get("_field");
  const rect = svg("rect", { class: "cv-face" });
  const grip = svg("rect", { class: "cv-grip", width: 22, height: 22, rx: 4 });
  const text = svg("text", { class: "cv-name" }, LABELS[name]);
  const attributes = { tabindex: 0, role: "group", "aria-roledescription": "movable box" };
  const element = svg("g", { class: `cv-box cv-${name}`, ...attributes }, rect, text, grip);
  const set = (box) => update(model, { [name]: box });
  element.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    const [dx, dy] = KEYS[event.key];
    const box = model.get(name);
    if (event.shiftKey) set(resized(box, box[2] + dx, box[3] + dy, field));
    else set(moved(box, dx, dy, field));
  });
  const at = (event) => {
    const view = drawing.getBoundingClientRect();
    const scale = field[0] / view.width;
    return [scale * (event.clientX - view.left), scale * (event.clientY - view.top)];
  };
  let start = null;
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    start = { at: at(event), box: model.get(name), corner: event.target === grip };
  });
  element.addEventListener("pointermove", (event) => {
    if (!start || !element.hasPointerCapture(event.pointerId)) return;
    const [dx, dy] = at(event).map((value, i) => value - start.at[i]);
    const { box, corner } = start;
    set(corner ? resized(box, box[2] + dx, box[3] + dy, field) : moved(box, dx, dy, field));
  });
  const show = (box) => {
    place(rect, box);
    grip.setAttribute("x", SCALE * box[2] - 22);
    grip.setAttribute("y", SCALE * box[3] - 22);
    text.setAttribute("x", SCALE * box[0] + 6);
    text.setAttribute("y", SCALE * box[1] + 24);
    const places = box.map((value) => fixed(value, 1)).join(", ");
    element.setAttribute("aria-label", `${LABELS[name]}, corners ${places}`);
  };
  return { element, show };
}

// An arrow from the prediction's centre, as long as the push is strong.
function arrow([x1, y1, x2, y2], [dx, dy], name) {
  const length = Math.hypot(dx, dy);
  if (length < 1e-4) return null;
  const long = Math.min(2.2, 0.5 + 4 * length) / length;
  const [x, y] = [(SCALE * (x1 + x2)) / 2, (SCALE * (y1 + y2)) / 2];
  const [tx, ty] = [x + SCALE * long * dx, y + SCALE * long * dy];
  const turn = (Math.atan2(dy, dx) * 180) / Math.PI;
  return svg(
    "g",
    { class: `cv-arrow cv-push-${name}` },
    svg("line", { x1: x, y1: y, x2: tx, y2: ty }),
    svg("path", { d: "M0 -9L18 0L0 9Z", transform: `translate(${tx} ${ty}) rotate(${turn})` }),
  );
}

function describe(found, felt) {
  const push = (name) => Math.hypot(...felt[name]);
  if (found.iou === 0) {
    const fine = `GIoU ${fixed(found.giou)} and DIoU ${fixed(found.diou)} tell how far.`;
    return `The boxes do not touch: IoU is 0 and its push is 0, wherever they are. ${fine}`;
  }
  if (found.iou > 0.995) return "The boxes agree: every loss is 0.";
  if (push("iou") < 1e-4 && push("giou") < 1e-4) {
    return push("diou") < 1e-4
      ? "No push on the centre: the centres agree. Only sizes are left to mend."
      : "IoU and GIoU do not care where the smaller box lies. DIoU pulls the centres together.";
  }
  return "The boxes overlap: all four push. Move them apart, or one into the other.";
}

function render({ model, el }) {
  const root = mount(
    el,
    "Box-pair editor",
    "Drag a box, or its corner to resize. By keyboard: Tab to a box, arrow keys, Shift for size.",
  );
  const [width, height] = model.get("_field");
  const viewBox = `0 0 ${SCALE * width} ${SCALE * height}`;
  const drawing = svg("svg", { class: "cv-field", viewBox });
  const under = svg("g");
  const over = svg("g", { class: "cv-over" });
  const figures = Object.fromEntries(TRAITS.map((n) => [n, boxFigure(model, n, drawing)]));
  drawing.append(under, figures.box2.element, figures.box1.element, over);
  const said = liveLine();
  const body = h("tbody");
  const heads = ["measure", "value", "loss", "push on the centre (right, down)"];
  const head = h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)));
  const scenes = Object.entries(SCENES).map(([name, n]) =>
    button(name, () => update(model, { box1: n.slice(0, 4), box2: n.slice(4) })),
  );
  root.append(
    h("div", { class: "cv-row" }, scenes),
    drawing,
    said,
    h("table", { class: "cv-table" }, h("thead", {}, head), body),
    h(
      "p",
      { class: "cv-help" },
      "Dashed: the smallest box around both. Solid arrow: push of 1 − GIoU; dotted: of 1 − DIoU.",
    ),
  );
  watch(model, TRAITS, () => {
    const [a, b] = TRAITS.map((name) => model.get(name));
    TRAITS.forEach((name) => figures[name].show(model.get(name)));
    const [found, felt] = [overlaps(a, b), pushes(a, b)];
    const around = svg("rect", { class: "cv-around" });
    const both = svg("rect", { class: "cv-both" });
    place(around, boxAround(a, b));
    place(both, sharedBox(a, b));
    under.replaceChildren(around);
    const arrows = ["giou", "diou"].map((name) => arrow(a, felt[name], name)).filter(Boolean);
    over.replaceChildren(both, ...arrows);
    said.textContent = describe(found, felt);
    const names = Object.entries(model.get("_names"));
    body.replaceChildren(
      ...names.map(([name, text]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, text),
          h("td", {}, fixed(found[name])),
          h("td", {}, fixed(1 - found[name])),
          h("td", {}, `${fixed(felt[name][0], 3)}, ${fixed(felt[name][1], 3)}`),
        ),
      ),
    );
  });
}

export default { render };
