import { button, choice, h, liveLine, mount, number, svg, watch } from "./base.js";
import { field, outline, tag, tagPlaces } from "./box_field.js";
import { chart, curve } from "./chart.js";
import {
  areaUnder,
  cocoMean,
  counts,
  envelope,
  matches,
  only,
  precisionRecall,
} from "./detection_counts.js";
import { realSlider } from "./real_slider.js";

const TRAITS = ["confidence", "iou_threshold", "label"];
const UNITS = 260; // width of a picture
const PAGE = 6; // pictures at a time
const LEGEND = [
  ["cv-right-box", "✓", "right"],
  ["cv-wrong-box", "✗", "wrong"],
  ["cv-missed-box", "?", "missed"],
  ["cv-true-box", "", "true box of a right one"],
];
const share = (value) => (Number.isNaN(value) ? "–" : value.toFixed(2));
const settings = (model) => {
  const [confidence, threshold, label] = TRAITS.map((name) => model.get(name));
  const pictures = model.get("_pictures").map((picture) => only(picture, label));
  return { confidence, threshold, label, pictures };
};

// One picture: what is let through, right or wrong, and what is missed.
function pictureFigure(picture, index, { confidence, threshold }) {
  const drawing = field(picture, UNITS);
  const found = matches(picture, threshold);
  const shown = [...found.keys()].filter((i) => picture.scores[i] >= confidence);
  const hits = new Set(shown.map((i) => found[i]).filter((match) => match !== null));
  const all = [
    ...picture.truths.map((box, j) => [box, hits.has(j) ? "cv-true-box" : "cv-missed-box", "?"]),
    ...shown.map((i) =>
      found[i] === null
        ? [picture.boxes[i], "cv-wrong-box", `✗ ${share(picture.scores[i])}`]
        : [picture.boxes[i], "cv-right-box", `✓ ${share(picture.scores[i])}`],
    ),
  ];
  drawing.element.append(...all.map(([box, kind]) => outline(box, drawing.scale, kind)));
  const named = all.filter(([, kind]) => kind !== "cv-true-box");
  const places = tagPlaces(named.map(([box]) => box), drawing, 6);
  drawing.element.append(...named.map(([, kind, text], i) => tag(text, places[i], kind)));
  const wrong = shown.length - hits.size;
  const missed = picture.truths.length - hits.size;
  const told = `picture ${index + 1}: ${hits.size} right, ${wrong} wrong, ${missed} missed`;
  drawing.element.setAttribute("role", "img");
  drawing.element.setAttribute("aria-label", told);
  return drawing.element;
}

// Precision over recall with its envelope; the point is where the slider stands.
function curveFigure(points, confidence) {
  const yTicks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => [value, value]);
  const frame = chart({ x: [0, 1], y: [0, 1.04], yTicks });
  const heights = envelope(points);
  const steps = points.flatMap(([, recall], i) => [
    [points[i - 1]?.[1] ?? 0, heights[i]],
    [recall, heights[i]],
  ]);
  const end = points.at(-1)?.[1] ?? 0;
  const drawn = curve(frame, [[0, 0], ...steps, [end, 0]], { class: "cv-area" });
  frame.plot.append(
    drawn,
    curve(frame, steps, { class: "cv-envelope" }),
    curve(frame, points.map(([, ...point]) => point), { class: "cv-each" }),
  );
  const [, recall, precision] = points.findLast(([score]) => score >= confidence) ?? [];
  const { X, Y } = frame;
  if (recall !== undefined) {
    const [cx, cy] = [X(recall), Y(precision)];
    frame.plot.append(svg("circle", { class: "cv-now", cx, cy, r: 7 }));
  }
  return frame.element;
}

function numbers(now) {
  const { right, wrong, missed } = now;
  const rows = [
    ["precision", `${right} / (${right} + ${wrong})`, now.precision],
    ["recall", `${right} / (${right} + ${missed})`, now.recall],
    ["F1", `2·${right} / (2·${right} + ${wrong} + ${missed})`, now.f1],
  ];
  return rows.map(([name, how, value]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h("td", {}, how),
      h("td", {}, h("strong", {}, share(value))),
    ),
  );
}

function describe({ confidence, pictures }, { right, wrong, missed }) {
  const all = pictures.reduce((sum, { scores }) => sum + scores.length, 0);
  const shown = `${right + wrong} of ${all} detections are shown: ${right} right, ${wrong} wrong.`;
  const objects = `${missed} of ${right + missed} objects are missed.`;
  return `From confidence ${confidence.toFixed(2)} on, ${shown} ${objects}`;
}

const key = ([kind, sign, name]) => {
  const sample = outline([2, 2, 26, 14], 1, kind);
  const drawing = { class: "cv-key", viewBox: "0 0 28 16", "aria-hidden": "true" };
  return h("span", { class: kind }, svg("svg", drawing, sample), `${sign} ${name}`);
};

function render({ model, el }) {
  const root = mount(
    el,
    "Confidence, precision and recall",
    "Move the confidence: what is let through, and what does that do to precision and recall?",
  );
  const [grid, plot] = [h("div", { class: "cv-pictures" }), h("div")];
  const [body, said, worth] = [h("tbody"), liveLine(), h("p")];
  const [which, total] = [h("span"), model.get("_pictures").length];
  let first = 0;
  const turn = (by) => () => {
    first += by;
    draw();
  };
  const [earlier, later] = [button("Earlier", turn(-PAGE)), button("Later", turn(PAGE))];
  const labels = model.get("_labels");
  const classes = [["", "all classes"], ...labels.map((name) => [name, name])];
  root.append(
    h(
      "div",
      { class: "cv-controls" },
      realSlider(model, "confidence", "Confidence"),
      realSlider(model, "iou_threshold", "IoU at least"),
    ),
    h(
      "div",
      { class: "cv-row" },
      h("span", { class: "cv-legend" }, LEGEND.map(key)),
      labels.length ? choice(model, "label", "Class", classes) : null,
    ),
    said,
    h(
      "div",
      { class: "cv-side-by-side" },
      h(
        "div",
        {},
        grid,
        total > PAGE ? h("div", { class: "cv-row" }, earlier, later, which) : null,
      ),
      h(
        "div",
        { class: "cv-worth" },
        h("figure", { class: "cv-plot" }, h("figcaption", {}, "precision over recall"), plot),
        h("div", {}, worth, h("table", { class: "cv-table" }, body)),
      ),
    ),
  );
  const draw = () => {
    const s = settings(model);
    const points = precisionRecall(s.pictures, s.threshold);
    const now = counts(s.pictures, s.threshold, s.confidence);
    const page = s.pictures.slice(first, first + PAGE);
    grid.replaceChildren(...page.map((picture, i) => pictureFigure(picture, first + i, s)));
    plot.replaceChildren(curveFigure(points, s.confidence));
    body.replaceChildren(...numbers(now));
    const coco = `COCO’s mean of 101 heights is ${cocoMean(points).toFixed(3)}`;
    worth.textContent = `Average precision, the shaded area: ${areaUnder(points).toFixed(3)}. ${coco}.`;
    said.textContent = describe(s, now);
    which.textContent = `${first + 1} to ${first + page.length} of ${number(total)}`;
    earlier.disabled = first === 0;
    later.disabled = first + PAGE >= total;
  };
  watch(model, TRAITS, draw);
}

export default { render };
