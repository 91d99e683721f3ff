import { button, choice, h, liveLine, mount, number, update, watch } from "./base.js";
import { fromRuns } from "./mask_runs.js";
import { listenToKeys, listenToPointer, undo } from "./prompt_input.js";
import { boxOf, clicksOf, paint, picture, stage } from "./prompt_stage.js";

const FAINT = [255, 255, 255, 215]; // over what a small picture leaves out

const twoDigits = (value) =>
  (Math.abs(value) < 0.005 ? 0 : value).toFixed(2).replace("-", "−");

function describe(model) {
  const { masks, scores, ious, shown } = model.get("_found");
  const clicks = clicksOf(model).length;
  if (shown == null) return "Click on something, or drag a box around it.";
  const size = model.get("_size");
  const share = fromRuns(masks[shown], size[0] * size[1]).reduce((a, b) => a + b, 0);
  const prompts = [clicks && `${clicks} click${clicks > 1 ? "s" : ""}`, boxOf(model) && "a box"];
  const name = masks.length > 1 ? `mask ${shown + 1} of ${masks.length}` : "a single mask";
  const iou = ious.length ? `, IoU with the truth ${twoDigits(ious[shown])}` : "";
  const part = number((100 * share) / (size[0] * size[1]), 1);
  const told = `score ${twoDigits(scores[shown])}${iou}, ${part} % of the picture`;
  return `${prompts.filter(Boolean).join(" and ")}: ${name}, ${told}.`;
}

// One small picture for each mask, cut out, with its numbers; pressing it shows that mask.
function smallPictures(model) {
  const size = model.get("_size");
  const { masks, scores, ious, shown } = model.get("_found");
  return masks.map((runs, i) => {
    const canvas = h("canvas", { class: "cv-pixels", role: "img", "aria-label": "cut out by" });
    paint(canvas, fromRuns(runs, size[0] * size[1]), size, [0, 0, 0, 0], FAINT);
    const name = masks.length > 1 ? `mask ${i + 1}` : "single mask";
    const pressed = String(i === shown);
    const show = () => masks.length > 1 && update(model, { which: String(i + 1) });
    const lines = [`score ${twoDigits(scores[i])}`, ious.length && `IoU ${twoDigits(ious[i])}`];
    return h(
      "button",
      { type: "button", class: "cv-small", "aria-pressed": pressed, onclick: show },
      picture(model, canvas),
      h("strong", {}, name),
      lines.filter(Boolean).map((line) => h("span", {}, line)),
    );
  });
}

// The small pictures anew; the keyboard's focus stays on the one that had it.
function showSmall(model, group) {
  const focused = [...group.children].indexOf(group.getRootNode().activeElement);
  group.replaceChildren(...smallPictures(model));
  group.children[focused]?.focus();
}

// A button that stays pressed; `isOn()` says whether it is.
function toggle(label, change) {
  const self = button(
    label,
    () => {
      self.setAttribute("aria-pressed", String(!self.isOn()));
      change?.();
    },
    { "aria-pressed": "false" },
  );
  self.isOn = () => self.getAttribute("aria-pressed") === "true";
  return self;
}

function render({ model, el }) {
  const root = mount(
    el,
    "Click to segment",
    "Left click: part of the object. Right click: not part of it. Drag: a box around it.",
  );
  const shown = stage(model, () => truth?.isOn());
  const background = toggle("Background clicks");
  const truth = model.get("_truth") && toggle("Show the truth", shown.drawMask);
  const back = button("Undo", () => undo(model));
  const clear = button("Clear", () => update(model, { actions: [] }));
  const said = liveLine();
  const small = h("div", { class: "cv-masks", role: "group", "aria-label": "masks" });
  root.append(
    h("div", { class: "cv-row" }, background, back, clear, truth),
    h(
      "div",
      { class: "cv-segment" },
      shown.element,
      h("div", {}, choice(model, "which", "Show", model.get("_ways")), small),
    ),
    said,
    h(
      "p",
      { class: "cv-help" },
      "By keyboard, on the picture: arrows move a cursor (Shift: one pixel), f object, b ",
      "background, x first and second corner of a box, u undo.",
    ),
  );
  const tell = (text) => (said.textContent = text ?? describe(model));
  listenToPointer(model, shown, () => (background.isOn() ? 0 : 1));
  listenToKeys(model, shown, tell);
  watch(model, ["actions"], () => {
    shown.drawPrompts();
    back.disabled = clear.disabled = model.get("actions").length === 0;
  });
  watch(model, ["_found"], () => {
    shown.drawMask();
    showSmall(model, small);
    tell(null);
  });
}

export default { render };
