import { h, number, svg } from "./base.js";
import { chart, curve } from "./chart.js";
import { activeShares, preActivations, slopeOf } from "./relu_units.js";

const UNITS = 16;
const [WIDTH, HEIGHT] = [120, 76]; // of a tile
const TOP = 5; // the largest output that has room
const place = {
  X: (x) => (WIDTH * (x + 2.1)) / 4.2,
  Y: (y) => HEIGHT - 12 - ((HEIGHT - 16) * y) / TOP,
};

// Sixteen small plots that stay in place; draw(s) fills them.
export function unitTiles() {
  const tiles = [...Array(UNITS).keys()].map(() => {
    const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
    const text = h("span", { class: "cv-tile-text" });
    return { drawing, text, element: h("li", { class: "cv-tile" }, drawing, text) };
  });
  const list = tiles.map(({ element }) => element);
  const element = h("ol", { class: "cv-tiles", "aria-label": "Units" }, list);
  const draw = (s) => {
    const shares = activeShares(s);
    tiles.forEach((tile, unit) => drawTile(tile, s, unit, shares[unit]));
  };
  return { element, draw };
}

function drawTile({ drawing, text, element }, s, unit, share) {
  const slope = slopeOf(s);
  const outputs = preActivations(s, unit).map((z) => (z > 0 ? z : slope * z));
  const points = (values) => s._inputs.map((x, i) => [x, values[i]]);
  drawing.replaceChildren(
    svg("line", { class: "cv-ground", x1: 0, x2: WIDTH, y1: place.Y(0), y2: place.Y(0) }),
    curve(place, points(s._targets[unit]), { class: "cv-target" }),
    curve(place, points(outputs), { class: "cv-response" }),
  );
  const silent = share === 0;
  element.classList.toggle("cv-dead", silent && slope === 0);
  element.classList.toggle("cv-leaking", silent && slope > 0);
  const living = share < 0.005 ? "active: 0 %" : `active: ${number(100 * share)} %`;
  text.textContent = !silent ? living : slope ? "negative" : "✕ dead";
}

// Two plots over the steps: how many units are silent, and the loss.
export function historyCharts(history) {
  const last = Math.max(20, history.length - 1);
  const frame = { x: [0, last], width: 300, height: 190 };
  const series = (column) => history.map((each, step) => [step, each[column]]);
  const silent = chart({ ...frame, y: [-0.5, 16.5], yTicks: [0, 4, 8, 12, 16].map((n) => [n, n]) });
  silent.plot.append(curve(silent, series(0), { class: "cv-silent-curve" }));
  const most = Math.max(0.5, ...history.map(([, loss]) => loss));
  const loss = chart({ ...frame, y: [-0.04 * most, 1.04 * most] });
  loss.plot.append(curve(loss, series(1), { class: "cv-loss-curve" }));
  const figure = (text, { element }) => h("figure", {}, h("figcaption", {}, text), element);
  return [figure("silent units of 16", silent), figure("mean loss", loss)];
}
