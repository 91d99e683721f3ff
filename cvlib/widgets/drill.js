import { button, h, html, liveLine, mount, update, watch } from "./base.js";
import { rowPicture } from "./drill_row.js";

// The lines of a worked solution; what comes after the last "=" is the answer.
function solution(lines) {
  const last = lines.at(-1);
  const cut = last.lastIndexOf("=") + 2;
  const end = h("div", {}, last.slice(0, cut), h("strong", {}, last.slice(cut)));
  return h("div", { class: "cv-formula cv-drill-solution" }, lines.slice(0, -1).map((line) => h("div", {}, line)), end);
}

// What is said to an answer, or to one that can't be read, or to none.
function verdict(feedback) {
  const { says = [], right, given } = feedback;
  const judged = right !== undefined;
  const [first, ...others] = says;
  const unknown = feedback.done ? "Compare with the steps below." : "None of the usual slips either. Try again, or take a hint.";
  const line = html("p", {}, first || (right === false ? unknown : ""));
  if (judged) line.prepend(h("strong", { class: right ? "cv-right" : "cv-wrong" }, right ? "Right. " : `Not ${given}. `));
  return [
    (judged || first) && line,
    ...others.map((slip) => html("p", {}, `Or: ${slip}`)),
    feedback.solution && solution(feedback.solution),
    feedback.row && rowPicture(feedback.row),
    feedback.next && h("p", { class: "cv-drill-change" }, feedback.next),
  ].filter(Boolean);
}

function render({ model, el }) {
  const texts = model.get("_texts");
  const root = mount(el, texts.title, texts.help);
  const options = texts.options.map(([value, label]) => h("option", { value }, label));
  const choose = () => update(model, { [texts.choice]: texts.options[choice.selectedIndex][0] });
  const choice = h("select", { class: "cv-select", onchange: choose }, options);
  const score = liveLine({ class: "cv-drill-score" });
  const [name, text, code] = [h("code", { class: "cv-drill-name" }), h("span"), h("code")];
  const input = h("input", { class: "cv-number", type: "text", maxlength: texts.length, autocomplete: "off" });
  if (texts.length < 10) input.inputMode = "numeric";
  else input.classList.add("cv-drill-wide");
  const submit = h("button", { type: "submit", class: "cv-button cv-primary" });
  const left = () => model.get("question").hints - model.get("hints").length;
  const hint = button("", () => left() > 0 && send({ hint: true }));
  const giveUp = button("Show the answer", () => send({ give_up: true }));
  const result = h("div", { class: "cv-drill-result", role: "status", "aria-live": "polite" });
  const tips = h("ol", { "aria-label": "Hints" });
  const told = h("div", { class: "cv-drill-hints", role: "status", "aria-live": "polite" }, tips);
  const done = () => Boolean(model.get("feedback").done);
  const send = (what) => update(model, { reply: { ...what, sent: Date.now() } });
  const go = (event) => {
    event.preventDefault();
    send(done() ? { next: true } : { answer: input.value });
  };
  // Notebooks swallow the browser's own "Enter submits" in text inputs.
  const enter = (event) => {
    if (event.key !== "Enter" || event.target !== input) return;
    event.preventDefault();
    form.requestSubmit();
  };
  const form = h(
    "form",
    { onsubmit: go, onkeydown: enter },
    h("p", { class: "cv-drill-question" }, name, text),
    h("pre", { class: "cv-drill-code" }, code),
    h("div", { class: "cv-row" }, h("label", { class: "cv-choice" }, texts.entry, input), submit, hint, giveUp),
  );
  const top = h("div", { class: "cv-row cv-drill-top" }, h("label", { class: "cv-choice" }, texts.chooses, choice), score);
  root.append(top, form, result, told);

  let asked = null;
  function showQuestion(question) {
    name.textContent = question.name ?? "";
    text.innerHTML = question.text;
    code.textContent = question.code;
    code.parentNode.hidden = !question.code;
    const inside = form.contains(form.getRootNode().activeElement);
    if (asked !== null) input.value = "";
    if (inside) input.focus();
    asked = JSON.stringify(question);
  }
  function showHints(hints) {
    if (tips.children.length > hints.length) tips.replaceChildren();
    tips.hidden = !hints.length;
    tips.append(...hints.slice(tips.children.length).map((each) => html("li", {}, each)));
    hint.hidden = !model.get("question").hints || done();
    hint.setAttribute("aria-disabled", String(left() === 0));
    hint.textContent = left() === 0 ? "No more hints" : `Hint (${left()} left)`;
  }
  watch(model, ["question", "feedback", "hints", texts.choice, "streak", "best_streak"], () => {
    const [question, feedback] = [model.get("question"), model.get("feedback")];
    choice.value = model.get(texts.choice);
    if (asked !== JSON.stringify(question)) showQuestion(question);
    if (done() && input.value === "") input.value = feedback.given ?? ""; // a second view, or after a reload
    const wrong = feedback.right === false || Boolean(feedback.says?.length && !done());
    if (done() && form.getRootNode().activeElement === giveUp) submit.focus(); // it goes away
    input.readOnly = done();
    input.setAttribute("aria-invalid", String(wrong));
    submit.textContent = done() ? "Next" : "Check";
    giveUp.hidden = !feedback.tried || done();
    showHints(model.get("hints"));
    const line = `Streak ${model.get("streak")} · best ${model.get("best_streak")}`;
    if (score.textContent !== line) score.textContent = line;
    result.classList.toggle("cv-drill-good", feedback.right === true);
    result.replaceChildren(...verdict(feedback));
  });
}

export default { render };
