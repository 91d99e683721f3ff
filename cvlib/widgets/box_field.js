import { svg } from "./base.js";

const LETTER = 7.6; // width of a tag's letters, and height of a tag, in units of the drawing
const TAG = 17;

// A picture to draw boxes on, `units` wide whatever its own size: { element, scale, size }.
export function field({ size, image }, units, attributes = {}) {
  const scale = units / size[0];
  const height = scale * size[1];
  const whole = { href: image, width: units, height, preserveAspectRatio: "none" };
  const viewBox = `0 0 ${units} ${height}`;
  const ground = image ? svg("image", whole) : null;
  return { element: svg("svg", { class: "cv-field", viewBox, ...attributes }, ground), scale, size };
}

// Where an event's pointer is, in numbers of the picture.
export function pointAt(event, { element, size }) {
  const view = element.getBoundingClientRect();
  const scale = size[0] / view.width;
  return [scale * (event.clientX - view.left), scale * (event.clientY - view.top)];
}

export function place(rect, [x1, y1, x2, y2], scale) {
  const sizes = { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
  for (const [name, value] of Object.entries(sizes)) rect.setAttribute(name, scale * value);
}

// A box's outline, with a light or dark seam so that it can be seen on any picture.
export function outline(box, scale, kind) {
  const rects = ["cv-seam", "cv-edge"].map((name) => svg("rect", { class: name }));
  for (const rect of rects) place(rect, box, scale);
  return svg("g", { class: `cv-outline ${kind}` }, rects);
}

// A tag with its left upper corner at [x, y], of the drawing.
export function tag(text, [x, y], kind = "") {
  return svg("text", { class: `cv-tag ${kind}`, x: x + 4, y: y + TAG - 4 }, text);
}

// Corners [x, y] for one tag a box, each `letters` long: in a corner of the box or beside it,
// where it covers the least of the tags placed before.
export function tagPlaces(boxes, { scale, size }, letters) {
  const [wide, taken] = [LETTER * letters + 8, []];
  const most = [scale * size[0] - wide, scale * size[1] - TAG];
  const cost = ([x, y]) =>
    taken.reduce((sum, [u, v]) => {
      const [across, down] = [wide - Math.abs(x - u), TAG - Math.abs(y - v)];
      return sum + (across > 0 && down > 0 ? across * down : 0);
    }, 0);
  for (const box of boxes) {
    const [x1, y1, x2, y2] = box.map((value) => scale * value);
    const [left, right] = [x1, x2 - wide];
    const places = [y1, y1 - TAG, y2 - TAG, y2, (y1 + y2 - TAG) / 2].flatMap((y) =>
      [left, right, (left + right) / 2].map((x) =>
        [x, y].map((value, i) => Math.max(0, Math.min(most[i], value))),
      ),
    );
    taken.push(places.reduce((best, each) => (cost(each) < cost(best) ? each : best)));
  }
  return taken;
}
