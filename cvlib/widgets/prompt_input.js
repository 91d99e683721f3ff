import { update } from "./base.js";
import { boxBetween, fromRuns, pixelAt } from "./mask_runs.js";

// From mouse, finger and keys to `actions`: clicks [x, y, label] and boxes [x1, y1, x2, y2].

const DRAG = 4; // pixels on the screen; less is a click
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const add = (model, action) => update(model, { actions: [...model.get("actions"), action] });
export const undo = (model) => update(model, { actions: model.get("actions").slice(0, -1) });

// Mouse, pen and finger: a click is a point, a drag with the left button a box.
export function listenToPointer(model, drawing, label, preview) {
  const size = model.get("_size");
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
export function listenToKeys(model, drawing, cursor, tell) {
  const size = model.get("_size");
  const step = Math.max(1, Math.round(Math.max(...size) / 32));
  const inMask = () => {
    const { masks, shown } = model.get("_found");
    if (shown == null) return "";
    const place = cursor.at[1] * size[1] + cursor.at[0];
    return fromRuns(masks[shown], size[0] * size[1])[place] ? ", inside the mask" : ", outside it";
  };
  const corner = () => {
    if (!cursor.corner) cursor.corner = [...cursor.at];
    else {
      add(model, boxBetween(cursor.corner, cursor.at, size));
      cursor.corner = null;
    }
  };
  const actions = {
    f: () => add(model, [...cursor.at, 1]),
    b: () => add(model, [...cursor.at, 0]),
    x: corner,
    u: () => undo(model),
    Escape: () => (cursor.corner = null),
  };
  drawing.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = ARROWS[event.key];
    if (!move && !(event.key in actions)) return;
    event.preventDefault();
    if (move) {
      const far = event.shiftKey ? 1 : step;
      cursor.at = pixelAt(cursor.at[0] + far * move[0], cursor.at[1] + far * move[1], size);
      tell(`Cursor at ${cursor.at.join(", ")}${inMask()}.`);
    } else {
      actions[event.key]();
      if (event.key === "x") tell(cursor.corner ? "First corner of a box." : null);
    }
    cursor.show();
  });
}
