import { button, h, liveLine, mount, update, watch } from "./base.js";

const LETTERS = "abcdefgh";
const ASKS = {
  choice: "Choose one answer",
  choices: "Choose all that are right",
  order: "Put these in order, first one on top",
  number: "Your number",
  shape: "Your shape, for example (1, 3, 32, 32)",
};

// Text from the question bank, as HTML that Python made and escaped.
function html(tag, attributes, source) {
  const node = h(tag, attributes);
  node.innerHTML = source;
  return node;
}

// An input of radio buttons or check boxes, and how to read it: { node, read, lock }.
function options(question, name) {
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
function order(question, announce, changed) {
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

function entry(question) {
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

function feedback(verdict) {
  if (!verdict) return [];
  const word = verdict.right ? "Right. " : verdict.given === null ? "" : "Not yet. ";
  const kind = verdict.right ? "cv-right" : "cv-wrong";
  return [h("strong", { class: kind }, word), html("span", {}, verdict.html)];
}

// One question: everything between the numbers on top and the score at the bottom.
function card(model, index, uid, goOn) {
  const [key, question] = [String(index + 1), model.get("questions")[index]];
  const said = h("div", { class: "cv-note cv-quiz-said", role: "status", "aria-live": "polite" });
  const moved = liveLine({ class: "cv-quiz-unseen" });
  let wasRight = Boolean(model.get("verdicts")[key]?.right);
  const asks = { choice: options, choices: options, order, number: entry, shape: entry }[question.kind];
  const show = () => {
    const verdict = model.get("verdicts")[key];
    const hints = model.get("hints")[key] || [];
    const inside = node.contains(node.getRootNode().activeElement);
    input.mark(verdict);
    if (inside && verdict?.right && !wasRight) check.focus(); // what had the focus is locked now
    wasRight = Boolean(verdict?.right);
    said.replaceChildren(...feedback(verdict));
    said.classList.toggle("cv-quiz-good", Boolean(verdict?.right));
    said.hidden = !verdict;
    check.textContent = verdict?.right ? goOn.label() : "Check";
    tips.append(...hints.slice(tips.children.length).map((hint) => html("li", {}, hint)));
    const left = question.hints - hints.length;
    hint.hidden = question.hints === 0 || Boolean(verdict?.right);
    hint.setAttribute("aria-disabled", String(left === 0));
    hint.textContent = left === 0 ? "No more hints" : `Hint (${left} left)`;
  };
  const changed = () => {
    if (!model.get("verdicts")[key]?.right) said.hidden = true;
    input.mark(model.get("verdicts")[key]?.right ? model.get("verdicts")[key] : undefined);
  };
  const input = question.kind === "order"
    ? order(question, (text) => (moved.textContent = text), changed)
    : asks(question, `cv-quiz-${uid}-${key}`);
  const send = (what) => update(model, { reply: { question: index + 1, ...what, sent: Date.now() } });
  const check = h("button", { type: "submit", class: "cv-button cv-primary" });
  const hint = button("", () => hint.getAttribute("aria-disabled") !== "true" && send({ hint: true }));
  const tips = h("ol", { class: "cv-quiz-hints", role: "status", "aria-live": "polite", "aria-label": "Hints" });
  const submit = (event) => {
    event.preventDefault();
    if (model.get("verdicts")[key]?.right) goOn.go();
    else send({ answer: input.read() });
  };
  // Notebooks swallow the browser's own "Enter submits" in text inputs.
  const enter = (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    node.requestSubmit();
  };
  const legend = html("legend", {}, question.html);
  const node = h(
    "form",
    { class: "cv-quiz-card", onsubmit: submit, oninput: changed, onkeydown: enter },
    h(
      "fieldset",
      {},
      legend,
      question.code && h("pre", { class: "cv-quiz-code" }, h("code", {}, question.code)),
      h("p", { class: "cv-help" }, ASKS[question.kind]),
      input.node,
    ),
    h("div", { class: "cv-row" }, check, hint),
    said,
    tips,
    moved,
  );
  const given = model.get("verdicts")[key]?.given;
  if (given) input.restore(given);
  return { node, show, focus: () => input.first.focus() };
}

let count = 0;

function render({ model, el }) {
  const uid = (count += 1);
  const total = model.get("questions").length;
  const root = mount(el, model.get("title"));
  // JupyterLab takes arrow keys and Enter unless the element in focus itself says no.
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  const steps = h("div", { class: "cv-row cv-quiz-steps", role: "group", "aria-label": "Questions" });
  const [stage, score] = [h("div"), liveLine({ class: "cv-live cv-help" })];
  const isRight = (i) => Boolean(model.get("verdicts")[String(i + 1)]?.right);
  let [current, shown] = [0, null];

  const nextOpen = () => {
    const after = Array.from({ length: total }, (_, i) => (current + 1 + i) % total);
    return after.find((i) => !isRight(i));
  };
  const goOn = {
    label: () => (nextOpen() === undefined ? "All done" : "Next question"),
    go: () => nextOpen() !== undefined && open(nextOpen()),
  };
  const numbers = Array.from({ length: total }, (_, i) => button("", () => open(i), { class: "cv-button cv-quiz-step" }));
  steps.append(...numbers);

  function open(index, focus = true) {
    current = index;
    shown = card(model, index, uid, goOn);
    stage.replaceChildren(shown.node);
    draw();
    if (focus) shown.focus();
  }
  function draw() {
    shown.show();
    for (const [i, node] of numbers.entries()) {
      const verdict = model.get("verdicts")[String(i + 1)];
      const state = verdict?.right ? "right" : verdict?.tries ? "not right yet" : "open";
      node.textContent = `${i + 1}${{ right: " ✓", open: "" }[state] ?? " ✗"}`;
      node.setAttribute("aria-label", `Question ${i + 1}, ${state}`);
      node.setAttribute("aria-current", i === current ? "step" : "false");
      node.classList.toggle("cv-quiz-right", state === "right");
      node.classList.toggle("cv-quiz-wrong", state === "not right yet");
    }
    const [right, first] = [model.get("score"), model.get("first_try")];
    const text = right ? `${right} of ${total} right, ${first} at the first try.` : `${total} questions.`;
    if (score.textContent !== text) score.textContent = text;
  }
  root.append(steps, stage, score);
  open(0, false);
  watch(model, ["verdicts", "hints", "score", "first_try"], draw);
}

export default { render };
