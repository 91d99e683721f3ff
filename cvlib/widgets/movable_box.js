import { pointAt } from "./box_field.js";

const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const round = (value) => Math.round(100 * value) / 100;

// The box moved by (dx, dy), kept inside the field.
export function moved([x1, y1, x2, y2], dx, dy, { size: [width, height] }) {
  const right = Math.min(width - x2, Math.max(-x1, dx));
  const down = Math.min(height - y2, Math.max(-y1, dy));
  return [x1 + right, y1 + down, x2 + right, y2 + down].map(round);
}

// The box with its lower right corner at (x, y), not too small, inside the field.
export function resized([x1, y1], x, y, { size: [width, height], least }) {
  const x2 = Math.min(width, Math.max(x1 + least, x));
  return [x1, y1, x2, Math.min(height, Math.max(y1 + least, y))].map(round);
}

// The box from one point to another, in any direction, not too small, inside the field.
export function spanned(from, to, { size, least }) {
  const ends = [0, 1].map((i) => {
    const inside = (value) => Math.min(size[i], Math.max(0, value));
    const low = Math.min(size[i] - least, inside(Math.min(from[i], to[i])));
    return [low, Math.max(low + least, inside(Math.max(from[i], to[i])))];
  });
  return [ends[0][0], ends[1][0], ends[0][1], ends[1][1]].map(round);
}

// Let people drag `element`, which shows a box, drag its corner `grip`, and use the arrow keys
// (with Shift: resize). limits: the field's size, the least side, the step of a key.
export function makeMovable(element, grip, { drawing, limits, get, set }) {
  element.addEventListener("keydown", (event) => {
    if (!(event.key in ARROWS)) return;
    event.preventDefault();
    const [dx, dy] = ARROWS[event.key].map((way) => way * limits.step);
    const box = get();
    if (event.shiftKey) set(resized(box, box[2] + dx, box[3] + dy, limits));
    else set(moved(box, dx, dy, limits));
  });
  followPointer(element, drawing, (event) => {
    const [box, corner] = [get(), event.target === grip];
    return (from, to) => {
      const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
      if (corner) set(resized(box, box[2] + dx, box[3] + dy, limits));
      else set(moved(box, dx, dy, limits));
    };
  });
}

// start(event) may return a function of the points where a drag began and now is.
export function followPointer(element, drawing, start) {
  let [from, drag] = [null, null];
  element.addEventListener("pointerdown", (event) => {
    drag = start(event);
    if (!drag) return;
    event.stopPropagation();
    element.setPointerCapture(event.pointerId);
    from = pointAt(event, drawing);
  });
  element.addEventListener("pointermove", (event) => {
    if (drag && element.hasPointerCapture(event.pointerId)) drag(from, pointAt(event, drawing));
  });
}
