import { button, h, liveLine, mount, number, slider, svg, update, watch } from "./base.js";

const SETTINGS = ["size", "kernel_size", "stride", "padding", "dilation"];
const STEP_MS = 700;

// Everything on the screen, computed from the settings. `outputSize` is 0 where the window
// does not fit; `valueAt(row, column)` is one output, `termsAt` its products, kernel row by row.
export function explore({ size, kernel_size, stride, padding, dilation, _pixels, _weights }) {
  const windowSize = dilation * (kernel_size - 1) + 1;
  const room = size + 2 * padding - windowSize;
  const outputSize = room < 0 ? 0 : Math.floor(room / stride) + 1;
  const inside = (i) => i >= padding && i < padding + size;
  const inPicture = (row, column) => inside(row) && inside(column);
  const pixel = (row, column) =>
    inPicture(row, column) ? _pixels[row - padding][column - padding] : 0;
  const range = [...Array(kernel_size).keys()];
  const termsAt = (row, column) =>
    range.map((i) =>
      range.map((j) => {
        const at = [row * stride + i * dilation, column * stride + j * dilation];
        return { at, weight: _weights[i][j], pixel: pixel(...at), padded: !inPicture(...at) };
      }),
    );
  const valueAt = (row, column) =>
    termsAt(row, column)
      .flat()
      .reduce((sum, term) => sum + term.weight * term.pixel, 0);
  const unseen = outputSize ? room % stride : 0;
  return { windowSize, room, outputSize, unseen, inPicture, pixel, termsAt, valueAt };
}

function state(model) {
  const names = [...SETTINGS, "position", "_pixels", "_weights"];
  return Object.fromEntries(names.map((name) => [name, model.get(name)]));
}

function whyNot(s, { windowSize }) {
  const spread = s.dilation > 1 ? ` with dilation ${s.dilation}` : "";
  return (
    `The window does not fit: a ${s.kernel_size} × ${s.kernel_size} kernel${spread} spans ` +
    `${windowSize} cells, but the padded input has only ${s.size + 2 * s.padding}. ` +
    "Take a larger input or more padding, or a smaller kernel or dilation."
  );
}

// A square grid of cells; cell(row, column) says { text, kind, corner } for each.
function grid(cells, name, caption, cell) {
  const drawing = svg("svg", { viewBox: `-0.06 -0.06 ${cells + 0.12} ${cells + 0.12}` });
  drawing.style.width = `calc(var(--cell) * ${cells})`;
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const { text, kind, corner } = cell(row, column);
      drawing.append(
        svg("rect", { x: column, y: row, width: 1, height: 1, class: kind, "data-at": row * cells + column }),
        svg("text", { x: column + 0.5, y: row + (corner ? 0.4 : 0.52) }, text),
      );
      if (corner) drawing.append(svg("text", { x: column + 0.5, y: row + 0.79, class: "cv-corner" }, corner));
    }
  }
  drawing.setAttribute("aria-hidden", "true");
  return h("figure", { class: `cv-grid cv-grid-${name}` }, h("figcaption", {}, caption), drawing);
}

function drawGrids(s, result) {
  const { outputSize, inPicture, pixel, termsAt, valueAt } = result;
  const padded = s.size + 2 * s.padding;
  const row = Math.floor(s.position / outputSize);
  const column = s.position % outputSize;
  const lit = new Map(termsAt(row, column).flat().map((term) => [String(term.at), term.weight]));
  const input = grid(padded, "input", `input ${s.size} × ${s.size}`, (r, c) => {
    const weight = lit.get(String([r, c]));
    const kind = (inPicture(r, c) ? "" : "cv-padding ") + (weight === undefined ? "" : "cv-lit");
    const corner = weight === undefined ? undefined : `×${number(weight)}`;
    return { text: number(pixel(r, c)), kind, corner };
  });
  const kernel = grid(s.kernel_size, "kernel", `kernel ${s.kernel_size} × ${s.kernel_size}`, (r, c) => ({
    text: number(s._weights[r][c]),
  }));
  const output = grid(outputSize, "output", `output ${outputSize} × ${outputSize}`, (r, c) => {
    const index = r * outputSize + c;
    const text = index <= s.position ? number(valueAt(r, c)) : "";
    return { text, kind: index === s.position ? "cv-now" : "cv-later" };
  });
  const stage = [input, h("span", { class: "cv-sign" }, "∗"), kernel, h("span", { class: "cv-sign" }, "="), output];
  return { stage, units: padded + s.kernel_size + outputSize };
}

function sumTable(terms, row, column, total) {
  const bracketed = (value) => (value < 0 ? `(${number(value)})` : number(value));
  const cell = ({ weight, pixel, padded }, first) =>
    h(
      "td",
      { class: padded ? "cv-muted" : "" },
      first ? "" : "+ ",
      h("span", { class: "cv-weight" }, bracketed(weight)),
      "·",
      h("span", { class: "cv-pixel" }, pixel),
    );
  const rows = terms.map((line, i) => h("tr", {}, line.map((term, j) => cell(term, i + j === 0))));
  const heading = h("div", {}, h("span", { class: "cv-output-name" }, `output[${row}, ${column}]`), " = w·x + w·x + …");
  const result = h("div", { class: "cv-total" }, `= ${number(total)}`);
  return [heading, h("table", { class: "cv-sum" }, rows), result];
}

function formula(s, { room, outputSize }) {
  const { size: w, kernel_size: k, stride: st, padding: p, dilation: d } = s;
  const line = (...parts) => h("div", { class: "cv-formula" }, ...parts);
  return [
    h("div", {}, "output size"),
    line("= ⌊(W − D·(K − 1) − 1 + 2·P) / S⌋ + 1"),
    line(`= ⌊(${w} − ${d}·(${k} − 1) − 1 + 2·${p}) / ${st}⌋ + 1`),
    line(`= ⌊${room} / ${st}⌋ + 1 = `, h("strong", { class: "cv-size" }, outputSize)),
  ];
}

// Where an arrow key leads, or null for other keys.
export function move(key, position, outputSize) {
  const last = outputSize ** 2 - 1;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -outputSize, ArrowDown: outputSize }[key];
  if (key === "Home") return 0;
  if (key === "End") return last;
  return step === undefined ? null : Math.min(last, Math.max(0, position + step));
}

// A clock that can be stopped and started; calls tick at each step, changed at each switch.
function player(tick, changed) {
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    changed(false);
  };
  const toggle = () => {
    if (timer !== null) return stop();
    timer = setInterval(tick, STEP_MS);
    return changed(true);
  };
  return { stop, toggle };
}

function render({ model, el }) {
  const root = mount(el, "Convolution explorer", "Press Play or Step, use the arrow keys on the picture, or click an output cell.");
  const controls = h("div", { class: "cv-controls" });
  const labels = { size: "Input W", kernel_size: "Kernel K", stride: "Stride S", padding: "Padding P", dilation: "Dilation D" };
  for (const name of SETTINGS) controls.append(slider(model, name, labels[name]));
  const stage = h("div", { class: "cv-stage", tabindex: 0, role: "group", "aria-label": "Window position, arrow keys move it" });
  const [said, sum, size] = [liveLine(), h("div", { class: "cv-work" }), h("div", { class: "cv-work" })];

  const outputs = () => explore(state(model)).outputSize ** 2;
  const go = (position) => update(model, { position });
  const step = (by) => outputs() && go((model.get("position") + by + outputs()) % outputs());
  const clock = player(() => step(1), (playing) => {
    play.textContent = playing ? "Pause" : "Play";
    said.setAttribute("aria-live", playing ? "off" : "polite");
  });
  const play = button("Play", clock.toggle, { class: "cv-button cv-primary" });
  const stepBy = (by) => () => (clock.stop(), step(by));
  const buttons = h("div", { class: "cv-row" }, play, button("Back", stepBy(-1)), button("Step", stepBy(1)), said);

  stage.addEventListener("keydown", (event) => {
    const next = move(event.key, model.get("position"), explore(state(model)).outputSize);
    if (event.key === " ") clock.toggle();
    else if (next === null || !outputs()) return;
    else go(next);
    event.preventDefault();
  });
  stage.addEventListener("click", (event) => {
    const cell = event.target.closest(".cv-grid-output rect");
    if (cell) go(Number(cell.dataset.at));
  });
  root.append(controls, buttons, stage, h("div", { class: "cv-works" }, sum, size));

  watch(model, [...SETTINGS, "position"], () => {
    const s = state(model);
    const result = explore(s);
    root.classList.toggle("cv-impossible", result.outputSize === 0);
    if (result.outputSize === 0) {
      said.textContent = "";
      stage.replaceChildren(h("p", { class: "cv-note", role: "status" }, whyNot(s, result)));
      return;
    }
    s.position = Math.min(s.position, result.outputSize ** 2 - 1);
    const [row, column] = [Math.floor(s.position / result.outputSize), s.position % result.outputSize];
    const total = result.valueAt(row, column);
    const { stage: grids, units } = drawGrids(s, result);
    stage.style.setProperty("--units", units);
    stage.replaceChildren(...grids);
    said.textContent = `Output [${row}, ${column}] is ${number(total)}. `;
    sum.replaceChildren(...sumTable(result.termsAt(row, column), row, column, total));
    size.replaceChildren(...formula(s, result));
    if (result.unseen) size.append(h("p", { class: "cv-note" }, unseenNote(result.unseen)));
  });
  return () => clock.stop();
}

function unseenNote(unseen) {
  const which = unseen === 1 ? "row and the last column" : `${unseen} rows and the last ${unseen} columns`;
  return `The stride does not come out even: no window reaches the last ${which} of the padded input.`;
}

export default { render };
