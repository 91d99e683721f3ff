// What the loss explorer computes; no drawing here. The target is 1, p = σ(z) its probability.

// [value, slope along p] of each loss; s holds the sliders' numbers.
const PAIRS = {
  bce: () => [(p) => -Math.log(p), (p) => -1 / p],
  smoothed: ({ epsilon }) => {
    const no = epsilon / 2;
    return [
      (p) => -(1 - no) * Math.log(p) - no * Math.log1p(-p),
      (p) => -(1 - no) / p + no / (1 - p),
    ];
  },
  focal: ({ gamma }) => [
    (p) => -((1 - p) ** gamma) * Math.log(p),
    (p) => gamma * (1 - p) ** (gamma - 1) * Math.log(p) - (1 - p) ** gamma / p,
  ],
  mse: () => [(p) => (1 - p) ** 2, (p) => -2 * (1 - p)],
  mae: () => [(p) => 1 - p, () => -1],
  dice: () => [(p) => 1 - (2 * p) / (p + 1), (p) => -2 / (p + 1) ** 2],
};

// { value, slope, push } of one loss: push is minus the slope along the logit z.
export function loss(name, settings) {
  const [value, slope] = PAIRS[name](settings);
  return { value, slope, push: (p) => -slope(p) * p * (1 - p) };
}
