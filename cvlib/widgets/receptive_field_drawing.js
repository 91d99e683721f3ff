import { h, svg } from "./base.js";
import { levelsOf, readBy, seenFrom } from "./receptive_field.js";

const OUTPUTS = 3; // units of the last layer that are drawn
const MOST_CELLS = 240; // in the input's row
const MOST_LINES = 500;
const [ROW, GAP, BRACKET] = [26, 26, 10]; // heights in pixels; widths stretch with the page

// Rows of cells, the output on top, and brackets below the input. Returns
// { levels, element, show(level, unit) }; show lights what a unit sees, and says which pixels.
// null where there are too many cells.
export function pyramid(layers) {
  const levels = levelsOf(layers, OUTPUTS);
  const width = levels[0].count;
  if (width > MOST_CELLS) return null;
  const top = levels.length - 1;
  const y = (level) => (ROW + GAP) * (top - level);
  const middle = (level, unit) => levels[level].first + unit * levels[level].jump;
  const box = (x, width, y, height, kind) => svg("rect", { x, width, y, height, class: kind });

  const cells = levels.map(({ jump, count }, level) =>
    [...Array(count).keys()].map((unit) => {
      const cell = box(middle(level, unit) - 0.44 * jump, 0.88 * jump, y(level), ROW, "cv-unit");
      cell.dataset.at = [level, unit];
      return cell;
    }),
  );
  const links = svg("g", { class: "cv-links" });
  const brackets = svg("g");
  const height = y(0) + ROW + 3 * BRACKET;
  const drawing = svg(
    "svg",
    { viewBox: `-0.5 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    links,
    cells,
    brackets,
  );
  drawing.style.height = `${height}px`;
  drawing.style.maxWidth = `${44 * width}px`;

  const link = (level, unit, below) =>
    svg("line", {
      x1: middle(level, unit),
      y1: y(level) + ROW,
      x2: middle(level - 1, below),
      y2: y(level - 1),
    });
  const linksBelow = (level, units) =>
    [...units].flatMap((unit) =>
      readBy(layers[level - 1], unit).map((below) => link(level, unit, below)),
    );
  const bracket = (pixels, line, kind) => {
    const [low, high] = [Math.min(...pixels), Math.max(...pixels)];
    return box(low - 0.44, high - low + 0.88, y(0) + ROW + line * BRACKET, BRACKET / 2, kind);
  };
  const show = (level, unit) => {
    const seen = seenFrom(layers, level, unit);
    cells.forEach((row, i) =>
      row.forEach((cell, u) => {
        cell.classList.toggle("cv-seen", seen[i]?.has(u) ?? false);
        cell.classList.toggle("cv-marked", i === level && u === unit);
      }),
    );
    const lines = seen.flatMap((units, i) => (i ? linksBelow(i, units) : []));
    links.replaceChildren(...(lines.length > MOST_LINES ? [] : lines));
    const next = unit + 1 < levels[level].count ? unit + 1 : unit - 1;
    brackets.replaceChildren(
      bracket(seen[0], 0.8, "cv-field-bar"),
      bracket(seenFrom(layers, level, next)[0], 1.9, "cv-neighbour-bar"),
    );
    return seen[0];
  };
  return { levels, show, element: h("div", { class: "cv-pyramid" }, names(levels), drawing) };
}

// "output", "layer 2", …, "input", each beside its row.
function names(levels) {
  const name = (_, level) => (level === 0 ? "input" : `layer ${level}`);
  const column = h("div", { class: "cv-levels" });
  column.append(
    ...levels
      .map(name)
      .reverse()
      .map((text) => h("div", {}, text)),
  );
  column.style.cssText = `--row: ${ROW}px; --gap: ${GAP}px`;
  return column;
}
