import { choice, h, liveLine, mount, update, watch } from "./base.js";
import { chips } from "./chips.js";
import { describe, layerList, overview } from "./model_tables.js";

const MOST = 3;
const SIZES = ["64", "96", "128", "160", "192", "224", "256", "288", "320", "384", "448", "512"];

// One more model or one less; a fourth takes the place of the first.
function toggle(model, name) {
  const models = model.get("models");
  if (!models.includes(name)) return update(model, { models: [...models, name].slice(-MOST) });
  if (models.length > 1) return update(model, { models: models.filter((each) => each !== name) });
  return undefined;
}

function render({ model, el }) {
  const root = mount(
    el,
    "Model explorer",
    "Choose up to three architectures, and compare where their parameters and their work sit.",
  );
  const scales = [
    ["model", "each model by itself"],
    ["all", "all models together"],
  ];
  const size = h(
    "select",
    {
      class: "cv-select",
      name: "size",
      onchange: () => update(model, { size: Number(size.value) }),
    },
    SIZES.map((each) => h("option", { value: each }, `${each} × ${each}`)),
  );
  watch(model, ["size"], () => (size.value = model.get("size")));
  const key = h(
    "span",
    { class: "cv-legend" },
    h("span", { class: "cv-parameters" }, "parameters"),
    h("span", { class: "cv-macs" }, "MACs"),
  );
  const said = liveLine();
  const [table, lists] = [h("div", { class: "cv-scroll-x" }), h("div")];
  const open = new Set();
  root.append(
    chips(model, "models", Object.entries(model.get("_labels")), "Models", (name) =>
      toggle(model, name),
    ),
    h(
      "div",
      { class: "cv-row" },
      h("label", { class: "cv-choice" }, h("span", {}, "Image"), size),
      choice(model, "scale", "Full bar", scales),
      key,
    ),
    table,
    said,
    lists,
  );
  watch(model, ["_tables", "scale"], () => {
    const tables = Object.values(model.get("_tables"));
    table.replaceChildren(overview(tables, model.get("scale")));
    said.textContent = describe(tables);
    const list = (each) =>
      layerList(each, open.has(each.label), (now) =>
        now ? open.add(each.label) : open.delete(each.label),
      );
    lists.replaceChildren(...tables.map(list));
  });
}

export default { render };
