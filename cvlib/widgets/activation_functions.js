// What the activation playground computes; no drawing here.

// erf by a series without cancellation (Abramowitz and Stegun 1964, 7.1.6).
export function erf(x) {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const Phi = (x) => (1 + erf(x / Math.SQRT2)) / 2;
const phi = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const C = Math.sqrt(2 / Math.PI);
const cubic = (x) => C * (x + 0.044715 * x ** 3);
const kinked = (slope) => [(x) => (x > 0 ? x : slope * x), (x) => (x > 0 ? 1 : slope)];

// [f, f′] of each activation; s holds the sliders' numbers. At a kink, f′ is torch's choice.
const PAIRS = {
  relu: () => [(x) => Math.max(0, x), (x) => (x > 0 ? 1 : 0)],
  leaky_relu: (s) => kinked(s.negative_slope),
  prelu: (s) => kinked(s.prelu_slope),
  elu: ({ alpha }) => [
    (x) => (x > 0 ? x : alpha * Math.expm1(x)),
    (x) => (x > 0 ? 1 : alpha * Math.exp(x)),
  ],
  sigmoid: () => [sigmoid, (x) => sigmoid(x) * sigmoid(-x)],
  tanh: () => [Math.tanh, (x) => 1 - Math.tanh(x) ** 2],
  gelu: () => [(x) => x * Phi(x), (x) => Phi(x) + x * phi(x)],
  gelu_tanh: () => [
    (x) => 0.5 * x * (1 + Math.tanh(cubic(x))),
    (x) =>
      0.5 * (1 + Math.tanh(cubic(x))) +
      0.5 * x * (1 - Math.tanh(cubic(x)) ** 2) * C * (1 + 3 * 0.044715 * x * x),
  ],
  silu: () => [(x) => x * sigmoid(x), (x) => sigmoid(x) * (1 + x * sigmoid(-x))],
};

// { f, slope } of one activation.
export function activation(name, settings) {
  const [f, slope] = PAIRS[name](settings);
  return { f, slope };
}

// The batch that mean and spread make of the standard numbers.
export function batchOf({ _standard, mean, spread }) {
  return _standard.map((z) => mean + spread * z);
}

// What one activation does to the batch.
export function statistics(name, settings) {
  const { f, slope } = activation(name, settings);
  const batch = batchOf(settings);
  const outputs = batch.map(f);
  const steepness = batch.map((x) => Math.abs(slope(x)));
  const share = (test) => steepness.filter(test).length / batch.length;
  const mean = outputs.reduce((sum, y) => sum + y, 0) / outputs.length;
  const squares = outputs.reduce((sum, y) => sum + (y - mean) ** 2, 0);
  return {
    mean,
    std: Math.sqrt(squares / (outputs.length - 1)),
    saturated: share((each) => each < settings._flat_below),
    dead: share((each) => each === 0),
  };
}

// How many of the numbers fall in each of `bins` equal parts of a range; what lies outside
// counts nowhere.
export function histogram(values, [low, high], bins) {
  const counts = Array(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor(((value - low) / (high - low)) * bins);
    if (bin >= 0 && bin < bins) counts[bin] += 1;
  }
  return counts;
}
