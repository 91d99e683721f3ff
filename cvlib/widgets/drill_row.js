import { h, svg } from "./base.js";

// One row of the input of a layer, and which of its cells the first windows and the last one read.

const WIDEST_PICTURE = 46; // cells with padding; beyond that they are too small to see

// The cells that a window reads: its first tap at `start`, then every `dilation` cells.
const taps = ({ kernel_size, dilation }, start) =>
  Array.from({ length: kernel_size }, (_, i) => start + i * dilation);

// The padded input as a row of cells, under it the first two windows and the last one.
export function rowPicture(question) {
  const { kind, size, padding, kernel_size, answer } = question;
  const cells = size + 2 * padding;
  if (kind === "transposed" || cells > WIDEST_PICTURE) return null;
  const stride = question.stride ?? kernel_size;
  const shown = [...new Set([1, 2, answer])].filter((n) => n >= 1 && n <= answer);
  const end = taps(question, (answer - 1) * stride).at(-1) + 1;
  const height = 1.5 + shown.length * 1.3;
  const drawing = svg("svg", { viewBox: `-0.2 -0.2 ${cells + 3.2} ${height}`, class: "cv-drill-picture", "aria-hidden": "true" });
  drawing.style.maxWidth = `${(cells + 3.2) * 26}px`;
  for (let i = 0; i < cells; i++) {
    const padded = i < padding || i >= padding + size;
    const kinds = `${padded ? "cv-drill-pad" : ""} ${i >= end ? "cv-drill-unseen" : ""}`;
    drawing.append(svg("rect", { x: i, y: 0, width: 1, height: 1, class: kinds }));
    const [filled, look] = kind === "pool" ? ["−∞", "cv-drill-infinity"] : ["0", ""];
    if (padded) drawing.append(svg("text", { x: i + 0.5, y: 0.55, class: look }, filled));
  }
  shown.forEach((n, row) => {
    const [y, reads] = [1.5 + row * 1.3, taps(question, (n - 1) * stride)];
    drawing.append(svg("line", { x1: reads[0] + 0.5, x2: reads.at(-1) + 0.5, y1: y + 0.5, y2: y + 0.5 }));
    for (const x of reads) drawing.append(svg("rect", { x: x + 0.06, y, width: 0.88, height: 0.88, rx: 0.16, class: "cv-drill-tap" }));
    drawing.append(svg("text", { x: reads.at(-1) + 1.4, y: y + 0.5, class: "cv-drill-count" }, n));
  });
  const left = cells - end;
  const unseen = left ? ` The last ${left === 1 ? "cell is" : `${left} cells are`} in no window.` : "";
  const which = answer > 2 ? `windows 1, 2 and ${answer}` : answer === 2 ? "both windows" : "the only window";
  const zeros = padding ? ` with padding ${padding} on each side` : "";
  const caption = h("figcaption", { class: "cv-help" }, `One row of the input${zeros}, and ${which}.${unseen}`);
  return h("figure", { class: "cv-drill-figure" }, drawing, caption);
}
