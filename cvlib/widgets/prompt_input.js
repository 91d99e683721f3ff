import { update } from "./base.js";
import { boxBetween, fromRuns, pixelAt } from "./mask_runs.js";

// From mouse, finger and keys to `actions`: clicks [x, y, label] and boxes [x1, y1, x2, y2].

const DRAG = 4; // pixels on the screen; less is a click
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const add = (model, action) => update(model, { actions: [...model.get("actions"), action] });
export const undo = (model) => update(model, { actions: model.get("actions").slice(0, -1) });

// Mouse, pen and finger: a click is a point, a drag with the left button a box.
export function listenToPointer(model, stage, label) {
  const { drawing } = stage;
  const size = model.get("_size");
  const preview = (box) => {
    stage.dragged = box;
    stage.showCursor();
  };
  const at = (event) => {
    const view = drawing.getBoundingClientRect();
    const scale = size[1] / view.width;
    return [scale * (event.clientX - view.left), scale * (event.clientY - view.top)];
  };
  let start = null;
  const far = (event) =>
    Math.hypot(event.clientX - start.event.clientX, event.clientY - start.event.clientY) >= DRAG;
  drawing.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 && event.button !== 2) return;
    drawing.setPointerCapture(event.pointerId);
    const background = event.button === 2 || event.ctrlKey; // Ctrl and click: a Mac's right button
    start = { event, at: at(event), label: background ? 0 : label() };
    start.canBox = !background;
  });
  drawing.addEventListener("pointermove", (event) => {
    if (start?.canBox && far(event)) preview(boxBetween(start.at, at(event), size));
  });
  drawing.addEventListener("pointerup", (event) => {
    if (!start) return;
    if (start.canBox && far(event)) add(model, boxBetween(start.at, at(event), size));
    else add(model, [...pixelAt(...start.at, size), start.label]);
    start = null;
    preview(null);
  });
  drawing.addEventListener("pointercancel", () => {
    start = null;
    preview(null);
  });
  drawing.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    event.stopPropagation(); // JupyterLab has a menu of its own
  });
}

// A cursor for the arrow keys. `tell(null)` says that nothing but the masks is worth a sentence.
export function listenToKeys(model, stage, tell) {
  const size = model.get("_size");
  const step = Math.max(1, Math.round(Math.max(...size) / 32));
  const corner = () => {
    if (stage.corner) add(model, boxBetween(stage.corner, stage.cursor, size));
    stage.corner = stage.corner ? null : stage.cursor;
    tell(stage.corner ? "First corner of a box." : null);
  };
  const actions = {
    f: () => add(model, [...stage.cursor, 1]),
    b: () => add(model, [...stage.cursor, 0]),
    x: corner,
    u: () => undo(model),
    Escape: () => (stage.corner = null),
  };
  const move = ([right, down], far) => {
    const [x, y] = stage.cursor;
    stage.cursor = pixelAt(x + far * right, y + far * down, size);
    tell(`Cursor at ${stage.cursor.join(", ")}${sideOf(model, stage.cursor)}.`);
  };
  stage.drawing.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) move(ARROWS[event.key], event.shiftKey ? 1 : step);
    else if (event.key in actions) actions[event.key]();
    else return;
    event.preventDefault();
    stage.showCursor();
  });
}

// Where a pixel lies, as the end of a sentence; nothing where there is no mask yet.
function sideOf(model, [x, y]) {
  const { masks, shown } = model.get("_found");
  if (shown == null) return "";
  const [height, width] = model.get("_size");
  const inside = fromRuns(masks[shown], height * width)[y * width + x] === 1;
  return inside ? ", inside the mask" : ", outside it";
}
