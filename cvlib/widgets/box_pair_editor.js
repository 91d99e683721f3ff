import { button, h, liveLine, mount, svg, update, watch } from "./base.js";
import { field, place } from "./box_field.js";
import { boxAround, overlaps, pushes, sharedBox } from "./box_overlaps.js";
import { makeMovable } from "./movable_box.js";

const UNITS = 720; // width of the drawing
const TRAITS = ["box1", "box2"];
const LABELS = { box1: "prediction", box2: "truth" };
const SCENES = {
  overlap: [1, 1, 4, 3, 3, 2, 7, 5],
  "side by side": [1, 2, 4, 5, 5, 2, 8, 5],
  "far apart": [0.5, 0.5, 2.5, 2, 8.5, 4.5, 11.5, 6.5],
  inside: [4, 2.5, 5.5, 4, 2, 1, 9, 6],
  "same centre, other shape": [2.5, 3, 8.5, 4, 4.5, 1, 6.5, 6],
};

const fixed = (value, digits = 2) =>
  Math.abs(value) < 0.5 * 10 ** -digits
    ? (0).toFixed(digits)
    : value.toFixed(digits).replace("-", "−");

// One box: drag it, drag its corner, or use the arrow keys (with Shift: resize).
function boxFigure(model, name, drawing, limits) {
  const { scale } = drawing;
  const rect = svg("rect", { class: "cv-face" });
  const grip = svg("rect", { class: "cv-grip", width: 22, height: 22, rx: 4 });
  const text = svg("text", { class: "cv-name" }, LABELS[name]);
  const attributes = { tabindex: 0, role: "group", "aria-roledescription": "movable box" };
  const kinds = `cv-box cv-movable cv-${name}`;
  const element = svg("g", { class: kinds, ...attributes }, rect, text, grip);
  const set = (box) => update(model, { [name]: box });
  makeMovable(element, grip, { drawing, limits, get: () => model.get(name), set });
  const show = (box) => {
    place(rect, box, scale);
    grip.setAttribute("x", scale * box[2] - 22);
    grip.setAttribute("y", scale * box[3] - 22);
    text.setAttribute("x", scale * box[0] + 6);
    text.setAttribute("y", scale * box[1] + 24);
    const places = box.map((value) => fixed(value, 1)).join(", ");
    element.setAttribute("aria-label", `${LABELS[name]}, corners ${places}`);
  };
  return { element, show };
}

// An arrow from the prediction's centre, as long as the push is strong.
function arrow([x1, y1, x2, y2], [dx, dy], name, scale) {
  const length = Math.hypot(dx, dy);
  if (length < 1e-4) return null;
  const long = Math.min(2.2, 0.5 + 4 * length) / length;
  const [x, y] = [(scale * (x1 + x2)) / 2, (scale * (y1 + y2)) / 2];
  const [tx, ty] = [x + scale * long * dx, y + scale * long * dy];
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
  const [width, height, least] = model.get("_field");
  const limits = { size: [width, height], least, step: 0.1 };
  const drawing = field(limits, UNITS);
  const { scale } = drawing;
  const under = svg("g");
  const over = svg("g", { class: "cv-over" });
  const figures = Object.fromEntries(TRAITS.map((n) => [n, boxFigure(model, n, drawing, limits)]));
  drawing.element.append(under, figures.box2.element, figures.box1.element, over);
  const said = liveLine();
  const body = h("tbody");
  const heads = ["measure", "value", "loss", "push on the centre (right, down)"];
  const head = h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)));
  const scenes = Object.entries(SCENES).map(([name, n]) =>
    button(name, () => update(model, { box1: n.slice(0, 4), box2: n.slice(4) })),
  );
  root.append(
    h("div", { class: "cv-row" }, scenes),
    drawing.element,
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
    place(around, boxAround(a, b), scale);
    place(both, sharedBox(a, b), scale);
    under.replaceChildren(around);
    const arrows = ["giou", "diou"].map((name) => arrow(a, felt[name], name, scale)).filter(Boolean);
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
