import { h, liveLine, mount, svg, update, watch } from "./base.js";

const WIDEST_PICTURE = 46; // cells with padding; beyond that they are too small to see

// The cells that a window reads: its first tap at `start`, then every `dilation` cells.
const taps = ({ kernel_size, dilation }, start) =>
  Array.from({ length: kernel_size }, (_, i) => start + i * dilation);

// The padded input as a row of cells, under it the first two windows and the last one.
function picture(question, answer) {
  const { kind, size, padding, kernel_size } = question;
  const cells = size + 2 * padding;
  if (kind === "transposed" || cells > WIDEST_PICTURE) return null;
  const stride = question.stride ?? kernel_size;
  const shown = [...new Set([1, 2, answer])].filter((n) => n >= 1 && n <= answer);
  const end = taps(question, (answer - 1) * stride).at(-1) + 1;
  const height = 1.5 + shown.length * 1.3;
  const drawing = svg("svg", { viewBox: `-0.2 -0.2 ${cells + 3.2} ${height}`, class: "cv-drill-picture", "aria-hidden": "true" });
  drawing.style.maxWidth = `${(cells + 3.2) * 26}px`;
  for (let i = 0; i < cells; i++) {
    const padded = i < padding || i >= padding + size;
    const kinds = `${padded ? "cv-drill-pad" : ""} ${i >= end ? "cv-drill-unseen" : ""}`;
    drawing.append(svg("rect", { x: i, y: 0, width: 1, height: 1, class: kinds }));
    const [filled, look] = kind === "pool" ? ["−∞", "cv-drill-infinity"] : ["0", ""];
    if (padded) drawing.append(svg("text", { x: i + 0.5, y: 0.55, class: look }, filled));
  }
  shown.forEach((n, row) => {
    const [y, reads] = [1.5 + row * 1.3, taps(question, (n - 1) * stride)];
    drawing.append(svg("line", { x1: reads[0] + 0.5, x2: reads.at(-1) + 0.5, y1: y + 0.5, y2: y + 0.5 }));
    for (const x of reads) drawing.append(svg("rect", { x: x + 0.06, y, width: 0.88, height: 0.88, rx: 0.16, class: "cv-drill-tap" }));
    drawing.append(svg("text", { x: reads.at(-1) + 1.4, y: y + 0.5, class: "cv-drill-count" }, n));
  });
  const left = cells - end;
  const unseen = left ? ` The last ${left === 1 ? "cell is" : `${left} cells are`} in no window.` : "";
  const which = answer > 2 ? `windows 1, 2 and ${answer}` : answer === 2 ? "both windows" : "the only window";
  const zeros = padding ? ` with padding ${padding} on each side` : "";
  const caption = h("figcaption", { class: "cv-help" }, `One row of the input${zeros}, and ${which}.${unseen}`);
  return h("figure", { class: "cv-drill-figure" }, drawing, caption);
}

function says(source) {
  const node = h("p", {});
  node.innerHTML = source;
  return node;
}

function solution(lines) {
  const last = lines.at(-1);
  const cut = last.lastIndexOf("=") + 2;
  const end = h("div", {}, last.slice(0, cut), h("strong", {}, last.slice(cut)));
  return h("div", { class: "cv-formula cv-drill-solution" }, lines.slice(0, -1).map((line) => h("div", {}, line)), end);
}

function verdict(question, feedback, level, levels) {
  if (!feedback.solution) return (feedback.says || []).map(says);
  const word = feedback.right ? "Right. " : `Not ${feedback.given}. `;
  const head = h("strong", { class: feedback.right ? "cv-right" : "cv-wrong" }, word);
  const [first, ...others] = feedback.says;
  const line = says(first || (feedback.right ? "" : "Compare with the steps below."));
  line.prepend(head);
  const either = others.map((slip) => says(`Or: ${slip}`));
  const next = feedback.next_level;
  const name = levels[next - 1];
  const change = next > level && `Three in a row: on to level ${next}, ${name}.`;
  return [line, ...either, solution(feedback.solution), picture(question, feedback.answer), change && h("p", { class: "cv-drill-change" }, change)];
}

function render({ model, el }) {
  const root = mount(el, "How wide is the output?", "Type the width and press Enter. Three right answers in a row lead to the next level.");
  // JupyterLab takes arrow keys and Enter unless the element in focus itself says no.
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  const levels = model.get("_levels");
  const options = levels.map((name, i) => h("option", { value: i + 1 }, `${i + 1} · ${name}`));
  const level = h("select", { class: "cv-select", onchange: () => update(model, { level: Number(level.value) }) }, options);
  const score = liveLine({ class: "cv-drill-score" });
  const [size, code] = [h("strong"), h("code")];
  const input = h("input", { class: "cv-number", type: "text", inputmode: "numeric", maxlength: 6, autocomplete: "off" });
  const submit = h("button", { type: "submit", class: "cv-button cv-primary" });
  const result = h("div", { class: "cv-drill-result", role: "status", "aria-live": "polite" });
  const done = () => Boolean(model.get("feedback").solution);
  const send = (event) => {
    event.preventDefault();
    const what = done() ? { next: true } : { answer: input.value };
    update(model, { reply: { ...what, sent: Date.now() } });
  };
  // Notebooks swallow the browser's own "Enter submits" in text inputs.
  const enter = (event) => {
    if (event.key !== "Enter" || event.target !== input) return;
    event.preventDefault();
    form.requestSubmit();
  };
  const form = h(
    "form",
    { onsubmit: send, onkeydown: enter },
    h("p", { class: "cv-drill-question" }, "The input is ", size, " wide."),
    h("pre", { class: "cv-drill-code" }, code),
    h("div", { class: "cv-row" }, h("label", { class: "cv-choice" }, "Output width", input), submit),
  );
  root.append(h("div", { class: "cv-row cv-drill-top" }, h("label", { class: "cv-choice" }, "Level", level), score), form, result);

  let asked = null;
  watch(model, ["question", "feedback", "level", "streak", "best_streak"], () => {
    const [question, feedback] = [model.get("question"), model.get("feedback")];
    level.value = model.get("level");
    size.textContent = question.size;
    code.textContent = question.code;
    if (asked !== JSON.stringify(question)) {
      const inside = form.contains(form.getRootNode().activeElement);
      if (asked !== null) input.value = "";
      if (inside) input.focus();
      asked = JSON.stringify(question);
    }
    if (done() && input.value === "") input.value = feedback.given; // a second view, or after a reload
    input.readOnly = done();
    input.setAttribute("aria-invalid", String(feedback.right === false || Boolean(feedback.says && !done())));
    submit.textContent = done() ? "Next" : "Check";
    const line = `Streak ${model.get("streak")} · best ${model.get("best_streak")}`;
    if (score.textContent !== line) score.textContent = line;
    result.classList.toggle("cv-drill-good", feedback.right === true);
    result.replaceChildren(...verdict(question, feedback, model.get("level"), levels).filter(Boolean));
  });
}

export default { render };
