import { h, svg } from "./base.js";
import { boxBetween, fromRuns, outline } from "./mask_runs.js";
import { boxMark, clickMark, cursorMark } from "./prompt_marks.js";

// The picture with its mask and its prompts, one layer over the other.

const FILL = [0, 114, 178, 115]; // red, green, blue, opacity of the mask on the picture
const NOTHING = [0, 0, 0, 0];
const SMALL = 320; // pixels; single ones are shown as such in smaller pictures

export const clicksOf = (model) => model.get("actions").filter((action) => action.length === 3);
export const boxOf = (model) => model.get("actions").findLast((action) => action.length === 4);

// A canvas of the picture's size, in `on` where the mask is, in `off` elsewhere.
export function paint(canvas, mask, [height, width], on, off) {
  Object.assign(canvas, { width, height });
  const drawing = new ImageData(width, height);
  mask.forEach((is, i) => drawing.data.set(is ? on : off, 4 * i));
  canvas.getContext("2d").putImageData(drawing, 0, 0);
}

export function picture(model, ...above) {
  const img = h("img", { src: model.get("_picture"), alt: "", draggable: "false" });
  if (Math.max(...model.get("_size")) <= SMALL) img.classList.add("cv-pixels");
  return h("div", { class: "cv-stack" }, img, above);
}

// `cursor` is where the arrow keys are, `corner` the first one of a box by keyboard, `dragged` a
// box by mouse; `showCursor` draws all three.
export function stage(model, showsTruth) {
  const size = model.get("_size");
  const [height, width] = size;
  const unit = Math.max(height, width) / 100;
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
  const self = {
    element: h("div", {}, picture(model, fill, drawing)),
    drawing,
    cursor: [Math.floor(width / 2), Math.floor(height / 2)],
    corner: null,
    dragged: null,
  };
  const border = (mask, name) => svg("path", { class: name, d: outline(mask, height, width) });
  const some = (...marked) => marked.filter(Boolean);
  self.showCursor = () => {
    const box = self.dragged ?? (self.corner && boxBetween(self.corner, self.cursor, size));
    const focused = drawing.matches(":focus-visible");
    over.replaceChildren(...some(box && boxMark(box), focused && cursorMark(self.cursor, unit)));
  };
  self.drawPrompts = () => {
    const box = boxOf(model);
    const clicks = clicksOf(model).map((click) => clickMark(click, unit));
    marks.replaceChildren(...some(box && boxMark(box), ...clicks));
  };
  self.drawMask = () => {
    const { masks, shown } = model.get("_found");
    const mask = fromRuns(shown == null ? [] : masks[shown], height * width);
    const truth = showsTruth() && fromRuns(model.get("_truth"), height * width);
    paint(fill, mask, size, FILL, NOTHING);
    lines.replaceChildren(...some(border(mask, "cv-found"), truth && border(truth, "cv-truth")));
  };
  drawing.addEventListener("focus", self.showCursor);
  drawing.addEventListener("blur", self.showCursor);
  return self;
}
