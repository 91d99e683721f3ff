import { button, choice, h, liveLine, mount, update, watch } from "./base.js";
import { blockTable, drawBlock } from "./block_drawing.js";
import { block, explain } from "./block_steps.js";

const TRAITS = ["kind", "shortcut", "in_channels", "out_channels", "stride", "size", "expansion"];
const KINDS = [
  ["plain", "plain (two 3×3)"],
  ["basic", "basic (ResNet-18)"],
  ["bottleneck", "bottleneck (ResNet-50)"],
  ["inverted_residual", "inverted residual (MobileNetV2)"],
];
const SHORTCUTS = [
  ["identity", "identity"],
  ["projection", "projection"],
  ["none", "none"],
];
const CHANNELS = [16, 24, 32, 64, 96, 128, 160, 256, 320, 512, 1024, 2048];
const SIZES = [7, 8, 14, 16, 28, 32, 56, 64, 112, 224];

const state = (model) => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));

// A drop-down list of whole numbers; one that Python has set joins the list.
function numberChoice(model, name, label, numbers) {
  const change = () => update(model, { [name]: Number(select.value) });
  const select = h("select", { class: "cv-select", name, onchange: change });
  watch(model, [name], () => {
    const value = model.get(name);
    const all = [...new Set([...numbers, value])].sort((a, b) => a - b);
    select.replaceChildren(...all.map((each) => h("option", { value: each }, each)));
    select.value = value;
  });
  return h("label", { class: "cv-choice" }, h("span", {}, label), select);
}

function render({ model, el }) {
  const root = mount(el, "Block builder", "Choose a block, and see what happens to the shapes.");
  const shortcut = choice(model, "shortcut", "Shortcut", SHORTCUTS);
  const expansion = numberChoice(model, "expansion", "Expansion", [1, 2, 3, 4, 6]);
  const controls = [
    choice(model, "kind", "Block", KINDS),
    shortcut,
    numberChoice(model, "in_channels", "Channels in", CHANNELS),
    numberChoice(model, "out_channels", "Channels out", CHANNELS),
    numberChoice(model, "stride", "Stride", [1, 2]),
    numberChoice(model, "size", "Input size", SIZES),
    expansion,
  ];
  const said = liveLine();
  const mend = button("Put a projection there", () => {
    update(model, { shortcut: "projection" });
    shortcut.querySelector("select").focus();
  });
  const drawing = h("div");
  const costs = h("div", { class: "cv-scroll" });
  root.append(
    h("div", { class: "cv-row" }, controls),
    h("div", { class: "cv-verdict" }, said, mend),
    h("div", { class: "cv-parts" }, drawing, costs),
  );
  watch(model, TRAITS, () => {
    const s = state(model);
    const result = block(s);
    shortcut.querySelector("select").disabled = s.kind === "plain";
    expansion.hidden = s.kind !== "inverted_residual";
    said.textContent = explain(s, result);
    said.classList.toggle("cv-note", !result.fits);
    mend.hidden = result.fits || s.kind === "inverted_residual";
    drawing.replaceChildren(
      drawBlock(result, s.kind === "inverted_residual" ? "output" : "ReLU → output"),
    );
    costs.replaceChildren(blockTable(result));
  });
}

export default { render };
