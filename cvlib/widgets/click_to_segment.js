import { button, choice, h, liveLine, mount, number, svg, update, watch } from "./base.js";
import { boxBetween, fromRuns, outline } from "./mask_runs.js";
import { listenToKeys, listenToPointer, undo } from "./prompt_input.js";
import { boxMark, clickMark, cursorMark } from "./prompt_marks.js";

const FILL = [0, 114, 178, 115]; // red, green, blue, opacity of the mask on the picture
const FAINT = [255, 255, 255, 215]; // over what a small picture leaves out

const clicksOf = (model) => model.get("actions").filter((action) => action.length === 3);
const boxOf = (model) => model.get("actions").findLast((action) => action.length === 4);

// A canvas of the picture's size, in `on` where the mask is, in `off` elsewhere.
function paint(canvas, mask, [height, width], on, off) {
  Object.assign(canvas, { width, height });
  const drawing = new ImageData(width, height);
  mask.forEach((is, i) => drawing.data.set(is ? on : off, 4 * i));
  canvas.getContext("2d").putImageData(drawing, 0, 0);
}

function picture(model, ...above) {
  const [height, width] = model.get("_size");
  const img = h("img", { src: model.get("_picture"), alt: "", draggable: "false" });
  if (Math.max(height, width) <= 320) img.classList.add("cv-pixels");
  return h("div", { class: "cv-stack" }, img, above);
}

const twoDigits = (value) => value.toFixed(2).replace("-", "−");

function describe(model) {
  const { masks, scores, ious, shown } = model.get("_found");
  const clicks = clicksOf(model).length;
  if (shown == null) return "Click on something, or drag a box around it.";
  const size = model.get("_size");
  const share = fromRuns(masks[shown], size[0] * size[1]).reduce((a, b) => a + b, 0);
  const prompts = [clicks && `${clicks} click${clicks > 1 ? "s" : ""}`, boxOf(model) && "a box"];
  const name = masks.length > 1 ? `mask ${shown + 1} of ${masks.length}` : "a single mask";
  const iou = ious.length ? `, IoU with the truth ${twoDigits(ious[shown])}` : "";
  const part = number((100 * share) / (size[0] * size[1]), 1);
  const told = `score ${twoDigits(scores[shown])}${iou}, ${part} % of the picture`;
  return `${prompts.filter(Boolean).join(" and ")}: ${name}, ${told}.`;
}

// One small picture for each mask, cut out, with its numbers; pressing it shows that mask.
function smallPictures(model) {
  const size = model.get("_size");
  const { masks, scores, ious, shown } = model.get("_found");
  return masks.map((runs, i) => {
    const canvas = h("canvas", { class: "cv-pixels" });
    paint(canvas, fromRuns(runs, size[0] * size[1]), size, [0, 0, 0, 0], FAINT);
    const name = masks.length > 1 ? `mask ${i + 1}` : "single mask";
    const pressed = String(i === shown);
    const show = () => masks.length > 1 && update(model, { which: String(i + 1) });
    const lines = [`score ${twoDigits(scores[i])}`, ious.length && `IoU ${twoDigits(ious[i])}`];
    return h(
      "button",
      { type: "button", class: "cv-small", "aria-pressed": pressed, onclick: show },
      picture(model, canvas),
      h("strong", {}, name),
      lines.filter(Boolean).map((line) => h("span", {}, line)),
    );
  });
}

function render({ model, el }) {
  const root = mount(
    el,
    "Click to segment",
    "Left click: part of the object. Right click: not part of it. Drag: a box around it.",
  );
  const [height, width] = model.get("_size");
  const fill = h("canvas", { class: "cv-pixels", role: "img", "aria-label": "mask" });
  const drawing = svg("svg", {
    class: "cv-drawing",
    viewBox: `0 0 ${width} ${height}`,
    tabindex: 0,
    role: "application",
    "aria-label": `picture, ${width} by ${height} pixels: arrows move the cursor, f and b click`,
  });
  const [lines, marks, over] = [svg("g"), svg("g"), svg("g")];
  drawing.append(lines, marks, over);
  const unit = Math.max(height, width) / 100;
  const said = liveLine();
  const small = h("div", { class: "cv-masks", role: "group", "aria-label": "masks" });
  const toggle = (label, change, attributes = {}) => {
    const self = button(
      label,
      () => {
        const on = self.getAttribute("aria-pressed") !== "true";
        self.setAttribute("aria-pressed", String(on));
        change?.();
      },
      { "aria-pressed": "false", ...attributes },
    );
    self.isOn = () => self.getAttribute("aria-pressed") === "true";
    return self;
  };
  const background = toggle("Background clicks");
  const truth = model.get("_truth") && toggle("Show the truth", () => drawLines());
  const back = button("Undo", () => undo(model));
  const clear = button("Clear", () => update(model, { actions: [] }));
  root.append(
    h("div", { class: "cv-row" }, background, back, clear, truth),
    h(
      "div",
      { class: "cv-segment" },
      h("div", {}, picture(model, fill, drawing)),
      h("div", {}, choice(model, "which", "Show", model.get("_ways")), small),
    ),
    said,
    h(
      "p",
      { class: "cv-help" },
      "By keyboard, on the picture: arrows move a cursor (Shift: one pixel), f object, b ",
      "background, x first and second corner of a box, u undo.",
    ),
  );

  const cursor = { at: [Math.floor(width / 2), Math.floor(height / 2)], corner: null };
  let dragged = null;
  cursor.show = () => {
    const box = dragged ?? (cursor.corner && boxBetween(cursor.corner, cursor.at, [height, width]));
    const focused = drawing.matches(":focus-visible");
    over.replaceChildren(
      ...[box && boxMark(box), focused && cursorMark(cursor.at, unit)].filter(Boolean),
    );
  };
  const shownMask = () => {
    const { masks, shown } = model.get("_found");
    return fromRuns(shown == null ? [] : masks[shown], height * width);
  };
  const drawLines = () => {
    const border = (mask, name) =>
      svg("path", { class: `cv-border ${name}`, d: outline(mask, height, width) });
    const wanted = truth?.isOn() && border(fromRuns(model.get("_truth"), height * width), "cv-truth");
    lines.replaceChildren(...[border(shownMask(), "cv-found"), wanted].filter(Boolean));
  };
  const tell = (text) => (said.textContent = text ?? describe(model));
  listenToPointer(
    model,
    drawing,
    () => (background.isOn() ? 0 : 1),
    (box) => {
      dragged = box;
      cursor.show();
    },
  );
  listenToKeys(model, drawing, cursor, tell);
  drawing.addEventListener("focus", cursor.show);
  drawing.addEventListener("blur", cursor.show);

  watch(model, ["actions"], () => {
    const box = boxOf(model);
    const clicks = clicksOf(model).map((click) => clickMark(click, unit));
    marks.replaceChildren(...[box && boxMark(box), ...clicks].filter(Boolean));
    back.disabled = clear.disabled = model.get("actions").length === 0;
  });
  watch(model, ["_found"], () => {
    paint(fill, shownMask(), [height, width], FILL, [0, 0, 0, 0]);
    drawLines();
    small.replaceChildren(...smallPictures(model));
    tell(null);
  });
}

export default { render };
