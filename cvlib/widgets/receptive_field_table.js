import { button, h, update, watch } from "./base.js";
import { tableRows } from "./receptive_field.js";

const COLUMNS = ["kernel", "stride", "dilation"];
const RESULTS = ["size", "field", "jump"];

// Python names the layers in the same way; doing it here too keeps the list right at once.
export function setLayers(model, layers) {
  const isSame = ([, preset]) => JSON.stringify(preset) === JSON.stringify(layers);
  const preset = Object.entries(model.get("_presets")).find(isSame)?.[0] ?? "custom";
  update(model, { layers, preset });
}

// The table that is also the editor. Fields stay in place while only numbers change.
export function layerTable(model) {
  const limits = model.get("_layer_limits");
  const body = h("tbody");
  const heads = ["layer", ...COLUMNS, ...RESULTS];
  const head = h(
    "tr",
    {},
    heads.map((text) => h("th", { scope: "col" }, text)),
    h("td"),
  );
  const table = h("table", { class: "cv-table cv-layers" }, h("thead", {}, head), body);

  const change = (row, column) => (event) => {
    if (!event.target.checkValidity() || event.target.value === "") return;
    const layers = structuredClone(model.get("layers"));
    layers[row][column] = event.target.valueAsNumber;
    setLayers(model, layers);
  };
  const field = (row, column) =>
    h("input", {
      type: "number",
      class: "cv-number",
      min: 1,
      max: limits[column],
      "aria-label": `${COLUMNS[column]} of layer ${row + 1}`,
      oninput: change(row, column),
    });
  const remove = (row) => () => setLayers(model, model.get("layers").toSpliced(row, 1));
  const results = () => RESULTS.map((name) => h("td", { class: `cv-${name}` }));
  const layerRow = (row) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, `layer ${row + 1}`),
      COLUMNS.map((_, column) => h("td", {}, field(row, column))),
      results(),
      h("td", {}, button("Remove", remove(row), { "aria-label": `remove layer ${row + 1}` })),
    );
  const inputRow = () =>
    h("tr", {}, h("th", { scope: "row" }, "input"), h("td", { colspan: 3 }), results(), h("td"));

  watch(model, ["layers", "input_size"], () => {
    const layers = model.get("layers");
    if (body.rows.length !== layers.length + 1) {
      body.replaceChildren(inputRow(), ...layers.map((_, row) => layerRow(row)));
    }
    tableRows(layers, model.get("input_size")).forEach((result, i) => {
      const row = body.rows[i];
      for (const name of RESULTS)
        row.querySelector(`.cv-${name}`).textContent = result[name] ?? "–";
      row.querySelectorAll("input").forEach((input, column) => {
        const number = layers[i - 1][column];
        if (input.valueAsNumber !== number) input.value = number;
      });
    });
  });
  return table;
}
