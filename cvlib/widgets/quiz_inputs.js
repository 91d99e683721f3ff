import { button, h, html } from "./base.js";

// How each kind of question is answered: { node, first, read, restore, mark }.

const LETTERS = "abcdefgh";
export const ASKS = {
  choice: "Choose one answer",
  choices: "Choose all that are right",
  order: "Put these in order, first one on top",
  number: "Your number",
  shape: "Your shape, for example (1, 3, 32, 32)",
};

// Radio buttons or check boxes.
export function options(question, name) {
  const type = question.kind === "choice" ? "radio" : "checkbox";
  const inputs = question.options.map((_, i) => h("input", { type, name, value: LETTERS[i] }));
  const rows = question.options.map((text, i) =>
    h(
      "label",
      { class: "cv-quiz-option", "data-letter": LETTERS[i] },
      inputs[i],
      h("span", { class: "cv-quiz-letter" }, `${LETTERS[i]})`),
      html("span", { class: "cv-quiz-text" }, text),
      h("span", { class: "cv-quiz-mark", "aria-hidden": "true" }),
    ),
  );
  const picked = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return {
    node: h("div", { class: "cv-quiz-options" }, rows),
    first: inputs[0],
    read: () => picked().join(""),
    restore: (given) => inputs.forEach((input) => (input.checked = given.includes(input.value))),
    mark(verdict) {
      for (const [i, row] of rows.entries()) {
        const chosen = verdict && (verdict.given || "").includes(LETTERS[i]);
        // Of several picks only Python knows which are wrong, and the text says so.
        const sure = chosen && (type === "radio" || verdict.right);
        row.classList.toggle("cv-quiz-right", Boolean(sure && verdict.right));
        row.classList.toggle("cv-quiz-wrong", Boolean(sure && !verdict.right));
        row.lastChild.textContent = sure ? (verdict.right ? "✓" : "✗") : "";
        inputs[i].disabled = Boolean(verdict?.right);
      }
    },
  };
}

// A list whose items move up and down with buttons; the focus stays on the button pressed.
export function order(question, announce, changed) {
  const list = h("ol", { class: "cv-quiz-options" });
  const place = (row) => [...list.children].indexOf(row) + 1;
  const shift = (row, by, pressed) => {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(row);
    else other.after(row);
    pressed.focus();
    changed();
    announce(`Now at place ${place(row)} of ${list.children.length}.`);
  };
  for (const [i, source] of question.options.entries()) {
    const text = html("span", { class: "cv-quiz-text" }, source);
    const row = h("li", { class: "cv-quiz-option", "data-letter": LETTERS[i] }, text);
    for (const [sign, by, word] of [["▲", -1, "up"], ["▼", 1, "down"]]) {
      const label = `Move “${text.textContent}” ${word}`;
      const press = (event) => shift(row, by, event.currentTarget);
      row.append(button(sign, press, { class: "cv-button cv-quiz-move", "aria-label": label }));
    }
    list.append(row);
  }
  return {
    node: list,
    first: list.querySelector("button"),
    read: () => [...list.children].map((row) => row.dataset.letter).join(""),
    restore: (given) => list.append(...[...given].map((letter) => list.querySelector(`[data-letter="${letter}"]`))),
    mark(verdict) {
      for (const row of list.children) row.classList.toggle("cv-quiz-right", Boolean(verdict?.right));
      for (const each of list.querySelectorAll("button")) each.disabled = Boolean(verdict?.right);
    },
  };
}

export function entry(question) {
  const input = h("input", {
    class: `cv-number cv-quiz-entry cv-quiz-${question.kind}`,
    type: "text",
    inputmode: question.kind === "number" ? "decimal" : "text",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": ASKS[question.kind],
  });
  return {
    node: input,
    first: input,
    read: () => input.value,
    restore: (given) => (input.value = given),
    mark(verdict) {
      input.readOnly = Boolean(verdict?.right);
      input.classList.toggle("cv-quiz-right", Boolean(verdict?.right));
      input.setAttribute("aria-invalid", String(Boolean(verdict && !verdict.right)));
    },
  };
}
