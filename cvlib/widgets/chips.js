import { button, h, watch } from "./base.js";

// One button for each of names, [[key, text or nodes], …]; pressed means that the trait, a list,
// holds it. toggle(key) says what a press does.
export function chips(model, trait, names, label, toggle) {
  const buttons = names.map(([name, text]) =>
    button(text, () => toggle(name), { class: "cv-button cv-chip" }),
  );
  watch(model, [trait], () => {
    const chosen = model.get(trait);
    names.forEach(([name], i) => buttons[i].setAttribute("aria-pressed", chosen.includes(name)));
  });
  return h("div", { class: "cv-chips", role: "group", "aria-label": label }, buttons);
}
