// How far boxes overlap; no drawing here. Boxes are [x1, y1, x2, y2].

const EPSILON = 1e-7;
const area = ([x1, y1, x2, y2]) => (x2 - x1) * (y2 - y1);

// The box that two boxes share, its sides at least 0; and the smallest box around both.
export function sharedBox(a, b) {
  const [x1, y1] = [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
  return [x1, y1, Math.max(x1, Math.min(a[2], b[2])), Math.max(y1, Math.min(a[3], b[3]))];
}
export function boxAround(a, b) {
  return [
    Math.min(a[0], b[0]),
    Math.min(a[1], b[1]),
    Math.max(a[2], b[2]),
    Math.max(a[3], b[3]),
  ];
}

// IoU of float32 (single) or float64 tensors, rounded where torchvision rounds.
export function iou(a, b, single) {
  const f = single ? Math.fround : (value) => value;
  const area = ([x1, y1, x2, y2]) => f(f(x2 - x1) * f(y2 - y1));
  const width = Math.max(0, f(Math.min(a[2], b[2]) - Math.max(a[0], b[0])));
  const height = Math.max(0, f(Math.min(a[3], b[3]) - Math.max(a[1], b[1])));
  const shared = f(width * height);
  return f(shared / f(f(area(a) + area(b)) - shared));
}

// { iou, giou, diou, ciou } of two boxes.
export function overlaps(a, b) {
  const shared = area(sharedBox(a, b));
  const union = area(a) + area(b) - shared;
  const outer = boxAround(a, b);
  const iou = shared / (union + EPSILON);
  const giou = iou - (area(outer) - union) / (area(outer) + EPSILON);
  const apart =
    ((a[0] + a[2] - b[0] - b[2]) / 2) ** 2 + ((a[1] + a[3] - b[1] - b[3]) / 2) ** 2;
  const diagonal = (outer[2] - outer[0]) ** 2 + (outer[3] - outer[1]) ** 2;
  const diou = iou - apart / (diagonal + EPSILON);
  const angle = (box) => Math.atan2(box[2] - box[0], box[3] - box[1]);
  const v = (4 / Math.PI ** 2) * (angle(a) - angle(b)) ** 2;
  return { iou, giou, diou, ciou: diou - (v * v) / (1 - iou + v + EPSILON) };
}

// Where each loss pushes the first box's centre: minus the slope of 1 − overlap, [dx, dy].
export function pushes(a, b) {
  const step = 1e-5;
  const moved = (dx, dy) => overlaps([a[0] + dx, a[1] + dy, a[2] + dx, a[3] + dy], b);
  const [right, left, down, up] = [
    moved(step, 0),
    moved(-step, 0),
    moved(0, step),
    moved(0, -step),
  ];
  return Object.fromEntries(
    Object.keys(right).map((name) => [
      name,
      [(right[name] - left[name]) / (2 * step), (down[name] - up[name]) / (2 * step)],
    ]),
  );
}
