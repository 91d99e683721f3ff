import { h, svg } from "./base.js";
import { shapeText } from "./block_steps.js";

const WIDTH = 400;
const MIDDLE = 150; // of the path
const RAIL = 335; // of the shortcut
const [SHAPE_ROOM, BAR, BOX, GAP] = [35, 14, 44, 12]; // heights
const WIDEST = 250;

const rect = (x, y, width, height, kind) =>
  svg("rect", { x, y, width, height, rx: 6, class: kind });
const text = (x, y, kind, words) => svg("text", { x, y, class: kind }, words);
const arrow = (x, from, to, kind = "") =>
  svg("path", { class: `cv-flow ${kind}`, d: `M${x} ${from}V${to}m-4 -6l4 6l4 -6` });

// A feature map: a bar as wide as the root of its channels and as high as its picture, with its
// shape below.
function tensor(y, shape, most) {
  const width = tensorWidth(shape, most.channels);
  const height = Math.max(3, (BAR * shape[1]) / most.size);
  return [
    rect(MIDDLE - width / 2, y + (BAR - height) / 2, width, height, "cv-tensor"),
    text(MIDDLE, y + BAR + 15, "cv-shape", shapeText(shape)),
  ];
}

const tensorWidth = ([channels], most) => Math.max(6, WIDEST * Math.sqrt(channels / most));

function layerBox(x, y, width, { name, after }) {
  return [
    rect(x - width / 2, y, width, BOX, "cv-box"),
    text(x, y + 18, "cv-box-name", name),
    text(x, y + 35, "cv-box-after", after),
  ];
}

// The shortcut from the input at the top to the addition at y.
function shortcutLine(result, projection, y, start) {
  const kind = result.fits ? "cv-fits" : "cv-misfits";
  const line = svg("path", {
    class: `cv-flow cv-shortcut ${kind}`,
    d: `M${start} ${4 + BAR / 2}H${RAIL}V${y}H${MIDDLE + 16}m6 -4l-6 4l6 4`,
  });
  const middle = y / 2 + 6;
  const box = projection
    ? layerBox(RAIL, middle - 22, 124, {
        ...projection,
        name: projection.name.replace(", stride", " / "),
      })
    : [
        rect(RAIL - 50, middle - 14, 100, 28, "cv-box"),
        text(RAIL, middle + 5, "cv-box-name", "identity"),
      ];
  const label = text(RAIL, y - 22, `cv-shape ${kind}`, shapeText(result.shortcut));
  const halo = rect(RAIL - 60, y - 37, 120, 20, "cv-halo");
  return [line, box, halo, label];
}

function addition(y, fits) {
  const kind = fits ? "cv-fits" : "cv-misfits";
  return [
    svg("circle", { class: `cv-sum-circle ${kind}`, cx: MIDDLE, cy: y, r: 15 }),
    text(MIDDLE, y + 6, `cv-sum-sign ${kind}`, fits ? "+" : "✕"),
  ];
}

// The data path from top to bottom, the shortcut on its right.
export function drawBlock(result, last) {
  const path = result.steps.filter((step) => step.on === "path");
  const channels = Math.max(result.input[0], ...path.map((step) => step.shape[0]));
  const most = { channels, size: result.input[1] };
  const parts = [];
  let y = 4;
  parts.push(tensor(y, result.input, most));
  y += SHAPE_ROOM;
  for (const step of path) {
    parts.push(arrow(MIDDLE, y, y + GAP), layerBox(MIDDLE, y + GAP, 170, step));
    y += GAP + BOX;
    parts.push(arrow(MIDDLE, y, y + GAP), tensor(y + GAP + 2, step.shape, most));
    y += GAP + SHAPE_ROOM;
  }
  if (result.shortcut) {
    const centre = y + GAP + 15;
    const start = MIDDLE + tensorWidth(result.input, channels) / 2;
    const projection = result.steps.find((step) => step.on === "shortcut");
    parts.unshift(shortcutLine(result, projection, centre, start));
    parts.push(arrow(MIDDLE, y, y + GAP - 1), addition(centre, result.fits));
    y = centre + 15;
    if (result.fits)
      parts.push(arrow(MIDDLE, y, y + GAP + 4), text(MIDDLE, y + GAP + 18, "cv-box-after", last));
    y += result.fits ? GAP + 20 : 4;
  }
  const viewBox = `0 0 ${WIDTH} ${y + 4}`;
  return svg("svg", { class: "cv-block", viewBox, "aria-hidden": "true" }, parts.flat(3));
}

// One row per convolution, and the sums.
export function blockTable({ steps, parameters, macs }) {
  const head = ["layer", "output", "parameters", "MACs"].map((name) =>
    h("th", { scope: "col" }, name),
  );
  const count = (value) => value.toLocaleString("en");
  const row = (name, shape, costs) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h("td", {}, shape),
      costs.map((each) => h("td", {}, count(each))),
    );
  const rows = steps.map((step) => {
    const name = step.on === "shortcut" ? `shortcut: ${step.name}` : step.name;
    return row(`${name}, BN`, shapeText(step.shape), [step.parameters, step.macs]);
  });
  const sums = row("block", "", [parameters, macs]);
  return h(
    "table",
    { class: "cv-table" },
    h("thead", {}, h("tr", {}, head)),
    h("tbody", {}, rows),
    h("tfoot", {}, sums),
  );
}
