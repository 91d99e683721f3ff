import { h, number, svg } from "./base.js";

const ROOM_FOR_CORNERS = 11; // with more cells in a row, the small weights cannot be read

const span = (kind, text) => h("span", { class: kind }, text);

// A square grid of cells; cell(row, column) says { text, kind, corner } for each. Marked cells
// are drawn last, so that their frames lie on top.
function grid(cells, name, caption, cell) {
  const [plain, marked, texts] = [[], [], []];
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const { text, kind, corner } = cell(row, column);
      const at = { x: column, y: row, width: 1, height: 1, "data-at": row * cells + column };
      (kind ? marked : plain).push(svg("rect", { ...at, class: kind }));
      texts.push(svg("text", { x: column + 0.5, y: row + (corner ? 0.4 : 0.53) }, text));
      if (corner)
        texts.push(svg("text", { x: column + 0.5, y: row + 0.78, class: "cv-corner" }, corner));
    }
  }
  const drawing = svg("svg", { viewBox: `0 0 ${cells} ${cells}`, "aria-hidden": "true" });
  drawing.append(...plain, ...marked, ...texts);
  drawing.style.width = `calc(var(--cell) * ${cells})`;
  return h("figure", { class: `cv-grid cv-grid-${name}` }, h("figcaption", {}, caption), drawing);
}

function inputGrid(s, { inPicture, pixel }, terms) {
  const padded = s.size + 2 * s.padding;
  const lit = new Map(terms.flat().map((term) => [String(term.at), term.weight]));
  const caption = `input ${s.size} × ${s.size}` + (s.padding ? `, padding ${s.padding}` : "");
  return grid(padded, "input", caption, (row, column) => {
    const weight = lit.get(String([row, column]));
    const isLit = weight !== undefined;
    const kind = [!inPicture(row, column) && "cv-padding", isLit && "cv-lit"];
    return {
      text: number(pixel(row, column)),
      kind: kind.filter(Boolean).join(" "),
      corner: isLit && padded <= ROOM_FOR_CORNERS ? `×${number(weight)}` : null,
    };
  });
}

function outputGrid(s, { outputSize, valueAt }) {
  return grid(outputSize, "output", `output ${outputSize} × ${outputSize}`, (row, column) => {
    const index = row * outputSize + column;
    const text = index <= s.position ? number(valueAt(row, column)) : "";
    return { text, kind: index === s.position ? "cv-now" : "" };
  });
}

export function drawGrids(stage, s, result, terms) {
  const size = s.kernel_size;
  const kernel = grid(size, "kernel", `kernel ${size} × ${size}`, (row, column) => ({
    text: number(s._weights[row][column]),
  }));
  const sign = (text) => h("span", { class: "cv-sign", "aria-hidden": "true" }, text);
  const right = h("div", { class: "cv-right-part" }, kernel, sign("="), outputGrid(s, result));
  stage.replaceChildren(inputGrid(s, result, terms), sign("⋆"), right);
  const padded = size + s.size + 2 * s.padding;
  stage.style.setProperty("--across", padded + result.outputSize);
  stage.style.setProperty("--across-stacked", padded - size + Math.max(size, result.outputSize));
}

// output[1, 2] = (−2)·8 + …, one line per kernel row.
export function sumTable(terms, at, total) {
  const bracketed = (value) => (value < 0 ? `(${number(value)})` : number(value));
  const product = ({ weight, pixel }, sign) =>
    h("td", {}, sign, span("cv-weight", bracketed(weight)), "·", span("cv-pixel", pixel));
  const line = (row, i) => row.map((term, j) => product(term, i + j === 0 ? "" : "+ "));
  const name = span("cv-output-name", `output[${at.join(", ")}]`);
  const rule = [" = sum of ", span("cv-weight", "weight"), "·", span("cv-pixel", "pixel")];
  const rows = terms.map((row, i) => h("tr", {}, line(row, i)));
  return [
    h("div", {}, name, rule),
    h("table", { class: "cv-sum" }, rows),
    h("div", { class: "cv-total" }, `= ${number(total)}`),
  ];
}

// The output size formula, with the numbers put in.
export function formula(s, { room, outputSize, unseen }) {
  const { size: w, kernel_size: k, stride, padding: p, dilation: d } = s;
  const line = (...parts) => h("div", { class: "cv-formula" }, parts);
  const last = unseen === 1 ? "row and column" : `${unseen} rows and columns`;
  const note = `Rounded down: no window reaches the last ${last} of the padded input.`;
  return [
    h("div", {}, "output size"),
    line("= ⌊(W − D·(K − 1) − 1 + 2·P) / S⌋ + 1"),
    line(`= ⌊(${w} − ${d}·(${k} − 1) − 1 + 2·${p}) / ${stride}⌋ + 1`),
    line(`= ⌊${room} / ${stride}⌋ + 1 = `, span("cv-size", outputSize)),
    h("p", { class: "cv-help" }, unseen ? note : ""),
  ];
}

export function whyNot(s, { windowSize }) {
  const spread = s.dilation > 1 ? ` with dilation ${s.dilation}` : "";
  return (
    `The window does not fit: a ${s.kernel_size} × ${s.kernel_size} kernel${spread} spans ` +
    `${windowSize} cells, but the padded input has only ${s.size + 2 * s.padding}. ` +
    "Take a larger input or more padding, or a smaller kernel or dilation."
  );
}
