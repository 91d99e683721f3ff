import { button, choice, h, liveLine, mount, number, update, watch } from "./base.js";
import { prior, shares } from "./imbalance_numbers.js";
import { realSlider } from "./real_slider.js";

const TRAITS = ["ratio", "loss", "p_positive", "p_negative"];
const ROWS = { samples: "samples", loss: "loss", gradient: "gradient" };

const percent = (share) => {
  if (share > 0 && share < 0.0005) return "< 0.1 %";
  return share < 1 && share > 0.9995 ? "> 99.9 %" : `${number(100 * share, 1)} %`;
};

// One bar from left to right: the positives' share, and the rest.
function bar(name, share) {
  const rare = h("span", { class: "cv-rare" });
  rare.style.width = `${100 * share}%`;
  const label = `${ROWS[name]}: positives ${percent(share)}, negatives ${percent(1 - share)}`;
  return [
    h("span", { class: "cv-what" }, ROWS[name]),
    h("span", { class: "cv-bar", role: "img", "aria-label": label }, rare),
    h("span", { class: "cv-share" }, percent(share)),
  ];
}

function describe(s, found) {
  const half = Math.abs(found.gradient - 0.5) < 0.02;
  const share = percent(found.gradient);
  const start =
    `A classifier that always says no is right for ${percent(1 - prior(s).share)} of the samples. ` +
    (half
      ? "Here positives and negatives pull equally hard."
      : `The positives have ${share} of the gradient.`);
  if (s.loss === "weighted" && s.p_positive === s.p_negative && !half) {
    return `${start} Weights balance a network that says ½ to all; this one does no longer.`;
  }
  return start;
}

function render({ model, el }) {
  const root = mount(
    el,
    "Imbalance slider",
    "One positive meets many negatives. Set what the network says to each, and choose a loss.",
  );
  const said = liveLine();
  const bars = h("div", { class: "cv-bars" });
  const bias = h("p", { class: "cv-muted" });
  const both = (p) => () => update(model, { p_positive: p, p_negative: p });
  root.append(
    h(
      "div",
      { class: "cv-controls" },
      realSlider(model, "ratio", "Negatives per positive"),
      choice(model, "loss", "Loss", model.get("_losses")),
      realSlider(model, "p_positive", "p for the positive"),
      realSlider(model, "p_negative", "p for each negative"),
    ),
    h(
      "div",
      { class: "cv-row" },
      h("span", {}, "The network is"),
      button("undecided: ½ to all", both(0.5)),
      button("started at the share of positives", () => {
        const p = Math.max(0.001, Number(prior({ ratio: model.get("ratio") }).share.toFixed(3)));
        both(p)();
      }),
      button("trained: 0.6 and 0.02", () => update(model, { p_positive: 0.6, p_negative: 0.02 })),
    ),
    bars,
    h(
      "p",
      { class: "cv-legend" },
      h("span", { class: "cv-swatch cv-rare" }),
      "positives",
      h("span", { class: "cv-swatch cv-rest" }),
      "negatives",
    ),
    said,
    bias,
  );
  watch(model, TRAITS, () => {
    const s = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    const found = shares(s);
    bars.replaceChildren(...Object.entries(found).flatMap(([name, share]) => bar(name, share)));
    said.textContent = describe(s, found);
    const { share, logit } = prior(s);
    bias.textContent =
      `Share of positives ${percent(share)}: a last bias of log(${number(share, 4)} / ` +
      `${number(1 - share, 4)}) = ${number(logit, 2)} starts the network there.`;
  });
}

export default { render };
