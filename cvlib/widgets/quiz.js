import { button, h, html, liveLine, mount, update, watch } from "./base.js";
import { ASKS, entry, options, order } from "./quiz_inputs.js";

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
