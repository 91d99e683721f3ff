import { button, h, liveLine, mount, svg, update, watch } from "./base.js";
import { measures, noticed } from "./mask_numbers.js";

const CELL = 24; // units of the drawing
const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

// The grid: truth as filled cells, prediction as small squares, a cursor for the keyboard.
function gridFigure(model) {
  const side = model.get("_side");
  const truth = model.get("_truth");
  const place = (i, gap) => ({
    x: CELL * (i % side) + gap,
    y: CELL * Math.floor(i / side) + gap,
    width: CELL - 2 * gap,
    height: CELL - 2 * gap,
  });
  const cells = truth.map((value, i) =>
    svg("rect", { class: value ? "cv-true" : "cv-ground", ...place(i, 0.5) }),
  );
  const marks = truth.map((_, i) => svg("rect", { class: "cv-mark", rx: 2, ...place(i, 6) }));
  const cursor = svg("rect", { class: "cv-cursor", rx: 2 });
  const drawing = svg(
    "svg",
    {
      class: "cv-grid",
      viewBox: `0 0 ${CELL * side} ${CELL * side}`,
      tabindex: 0,
      role: "application",
      "aria-roledescription": "grid to paint on",
    },
    cells,
    marks,
    cursor,
  );
  let at = side * 8 + 4;
  let painting = null; // the value that a drag paints
  const set = (i, value) => {
    const painted = [...model.get("painted")];
    if (painted[i] === value) return;
    painted[i] = value;
    update(model, { painted });
  };
  const show = () => {
    const painted = model.get("painted");
    marks.forEach((mark, i) => mark.classList.toggle("cv-on", painted[i] === 1));
    for (const [name, value] of Object.entries(place(at, 2))) cursor.setAttribute(name, value);
    const said = [truth[at] ? "object" : "ground", painted[at] ? "painted" : "not painted"];
    const where = `row ${Math.floor(at / side) + 1}, column ${(at % side) + 1}`;
    drawing.setAttribute("aria-label", `Predicted mask. ${where}: ${said.join(", ")}`);
  };
  const under = (event) => {
    const box = drawing.getBoundingClientRect();
    const [column, row] = [
      Math.floor((side * (event.clientX - box.left)) / box.width),
      Math.floor((side * (event.clientY - box.top)) / box.height),
    ];
    return Math.min(row, column) < 0 || Math.max(row, column) >= side ? null : row * side + column;
  };
  drawing.addEventListener("keydown", (event) => {
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      set(at, 1 - model.get("painted")[at]);
    } else if (event.key in KEYS) {
      event.preventDefault();
      const [down, right] = KEYS[event.key];
      const row = Math.min(side - 1, Math.max(0, Math.floor(at / side) + down));
      const column = Math.min(side - 1, Math.max(0, (at % side) + right));
      at = row * side + column;
      show();
    }
  });
  drawing.addEventListener("pointerdown", (event) => {
    const i = under(event);
    if (i === null) return;
    drawing.setPointerCapture(event.pointerId);
    painting = 1 - model.get("painted")[i];
    at = i;
    set(i, painting);
  });
  drawing.addEventListener("pointermove", (event) => {
    const i = under(event);
    if (painting === null || i === null) return;
    at = i;
    set(i, painting);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    drawing.addEventListener(end, () => (painting = null));
  }
  return { drawing, show };
}

function row(name, value) {
  const bar = h("span", { class: "cv-bar", style: `width: ${100 * value}%` });
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, name),
    h("td", {}, value.toFixed(2)),
    h("td", { class: "cv-track", "aria-hidden": "true" }, bar),
  );
}

function render({ model, el }) {
  const root = mount(
    el,
    "Mask metrics",
    "Blue: the truth. Small squares: your prediction. Click or drag to paint and erase; by " +
      "keyboard: arrow keys, and Space.",
  );
  const grid = gridFigure(model);
  const said = liveLine();
  const body = h("tbody");
  const scenes = Object.entries(model.get("_presets")).map(([name, cells]) =>
    button(name, () => update(model, { painted: [...cells] })),
  );
  const heads = ["measure", "value"].map((text) => h("th", { scope: "col" }, text));
  const table = h("table", { class: "cv-table" }, h("thead", {}, h("tr", {}, heads, h("td"))), body);
  root.append(
    h("div", { class: "cv-row" }, scenes),
    h("div", { class: "cv-columns" }, grid.drawing, h("div", {}, table, said)),
  );
  watch(model, ["painted"], () => {
    grid.show();
    const found = measures(model.get("painted"), model.get("_truth"));
    const names = Object.entries(model.get("_names"));
    body.replaceChildren(...names.map(([key, name]) => row(name, found[key])));
    said.textContent = noticed(found);
  });
}

export default { render };
