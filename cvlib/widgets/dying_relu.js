import { button, choice, h, liveLine, mount, number, update, watch } from "./base.js";
import { playButton } from "./clock.js";
import { historyCharts, unitTiles } from "./dying_relu_drawing.js";
import { realSlider } from "./real_slider.js";
import { activeShares, advance, freshState, slopeOf } from "./relu_units.js";

const TRAITS = ["learning_rate", "initial_bias", "activation", "negative_slope", "seed", "state"];
const FIXED = ["_inputs", "_targets", "_start_weights", "_max_steps"];
const SEEDS = 100;
const STEP_MS = 120;

const settings = (model) =>
  Object.fromEntries([...TRAITS, ...FIXED].map((name) => [name, model.get(name)]));

function describe(s) {
  const shares = activeShares(s);
  const silent = shares.filter((share) => share === 0).length;
  const step = `Step ${s.state.history.length - 1}: `;
  const units = silent === 1 ? "1 of 16 units gets" : `${silent} of 16 units get`;
  if (!silent) return `${step}every unit is active for some input of the batch, so all can learn.`;
  if (slopeOf(s)) {
    return (
      `${step}${units} only negative pre-activations, but the slope of ` +
      `${number(s.negative_slope, 2)} still lets gradient through: they can come back.`
    );
  }
  return (
    `${step}${silent} of 16 units ${silent === 1 ? "is" : "are"} dead: no input of the batch makes ` +
    "the pre-activation positive, so the gradient is 0 and no step changes anything."
  );
}

function render({ model, el }) {
  const root = mount(
    el,
    "Dying-ReLU simulator",
    "Sixteen units learn the dotted targets. Set learning rate and bias, then press Play or Step.",
  );
  const said = liveLine();
  const tiles = unitTiles();
  const charts = h("div", { class: "cv-history" });
  const walk = (steps) => update(model, { state: advance(settings(model), steps) });
  const restart = () => update(model, { state: freshState(settings(model)) });
  const stopAnd = (action) => () => {
    play.stop();
    action();
  };
  const play = playButton("Play", said, () => walk(1), STEP_MS);
  const moves = [
    play.element,
    button(
      "Step",
      stopAnd(() => walk(1)),
    ),
    button(
      "20 steps",
      stopAnd(() => walk(20)),
    ),
  ];
  const others = () => update(model, { seed: (model.get("seed") + 1) % SEEDS });
  const starts = [button("Start again", stopAnd(restart)), button("Other units", stopAnd(others))];
  const bias = realSlider(model, "initial_bias", "Initial bias");
  bias.addEventListener("input", stopAnd(restart)); // Python does so too; this is at once
  const slope = realSlider(model, "negative_slope", "Negative slope");
  const kinds = [
    ["relu", "ReLU"],
    ["leaky_relu", "LeakyReLU"],
  ];
  root.append(
    h(
      "div",
      { class: "cv-controls" },
      realSlider(model, "learning_rate", "Learning rate"),
      bias,
      choice(model, "activation", "Activation", kinds),
      slope,
    ),
    h("div", { class: "cv-row" }, moves, starts),
    said,
    h("div", { class: "cv-layer" }, tiles.element, charts),
  );

  watch(model, [...TRAITS, ...FIXED], () => {
    const s = settings(model);
    const finished = s.state.history.length > s._max_steps;
    if (finished) play.stop();
    for (const each of moves) each.disabled = finished;
    slope.classList.toggle("cv-hidden", s.activation === "relu");
    said.textContent = describe(s);
    tiles.draw(s);
    charts.replaceChildren(...historyCharts(s.state.history));
  });
  return play.stop;
}

export default { render };
