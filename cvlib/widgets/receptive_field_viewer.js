import { button, choice, h, liveLine, mount, slider, watch } from "./base.js";
import { pyramid } from "./receptive_field_drawing.js";
import { layerTable, setLayers } from "./receptive_field_table.js";

const PRESET_NAMES = [
  ["three_3x3", "Three 3×3"],
  ["resnet_stem", "ResNet stem"],
  ["vgg_start", "VGG, first six layers"],
  ["dilated_stack", "Dilated stack"],
  ["custom", "Your own"],
];

// Where an arrow key leads from [level, unit], or null for other keys.
function neighbour(key, [level, unit], levels) {
  const [up, right] = {
    ArrowUp: [1, 0],
    ArrowDown: [-1, 0],
    ArrowRight: [0, 1],
    ArrowLeft: [0, -1],
  }[key] ?? [0, 0];
  if (up === 0 && right === 0) return null;
  const to = Math.min(levels.length - 1, Math.max(0, level + up));
  // Going up or down, stay above the same place of the picture.
  const place = levels[level].first + unit * levels[level].jump;
  const nearest = up ? Math.round((place - levels[to].first) / levels[to].jump) : unit + right;
  return [to, Math.min(levels[to].count - 1, Math.max(0, nearest))];
}

function describe([level, unit], pixels, { levels }) {
  const [low, high] = [Math.min(...pixels), Math.max(...pixels)];
  const span = high - low + 1;
  const what = level ? `The marked unit of layer ${level}` : "A pixel of the input";
  if (!level) return `${what} sees itself.`;
  const holes = pixels.size < span ? `, though it reads only ${pixels.size} of them` : "";
  const { jump } = levels[level];
  return `${what} sees ${span} input pixels${holes}; its neighbour looks ${jump} further.`;
}

function render({ model, el }) {
  const root = mount(
    el,
    "Receptive-field viewer",
    "Change the layers; point at a unit, or use the arrow keys on the picture, to see what it sees.",
  );
  const preset = choice(model, "preset", "Layers", PRESET_NAMES);
  preset.querySelector("[value=custom]").disabled = true;
  preset.addEventListener("change", () =>
    setLayers(model, model.get("_presets")[model.get("preset")]),
  );
  const add = button("Add a layer", () => setLayers(model, [...model.get("layers"), [3, 1, 1]]));
  const stage = h("div", {
    class: "cv-pyramid-stage",
    tabindex: 0,
    role: "group",
    "aria-label": "Pyramid of units",
  });
  const said = liveLine();
  const legend = h(
    "div",
    { class: "cv-legend" },
    h("span", { class: "cv-field-key" }, "field: what the marked unit sees"),
    h("span", { class: "cv-neighbour-key" }, "what its neighbour sees"),
  );
  const sizeNote = "Sizes hold for padding ⌊dilation·(kernel − 1) / 2⌋ in every layer.";
  root.append(
    h("div", { class: "cv-row" }, preset, add, slider(model, "input_size", "Input size")),
    stage,
    legend,
    said,
    layerTable(model),
    h("p", { class: "cv-help" }, sizeNote),
  );

  let drawn = null;
  let marked = null;
  const mark = (at) => {
    marked = at;
    said.textContent = describe(at, drawn.show(...at), drawn);
  };
  stage.addEventListener("pointerover", (event) => {
    const cell = event.target.closest("[data-at]");
    if (cell) mark(cell.dataset.at.split(",").map(Number));
  });
  stage.addEventListener("keydown", (event) => {
    const next = drawn && neighbour(event.key, marked, drawn.levels);
    if (!next) return;
    event.preventDefault();
    mark(next);
  });
  watch(model, ["layers"], () => {
    const layers = model.get("layers");
    drawn = pyramid(layers);
    add.disabled = layers.length >= model.get("_layer_limits")[3];
    legend.hidden = !drawn;
    stage.replaceChildren(...(drawn ? [drawn.element] : []));
    if (drawn) mark([layers.length, 1]);
    else
      said.textContent = "These layers see too many pixels to be drawn; the table has the numbers.";
  });
}

export default { render };
