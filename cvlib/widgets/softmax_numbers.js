// What the softmax widget computes; no drawing here. s is { logits, shift, temperature }.

const sum = (values) => values.reduce((total, each) => total + each, 0);

// What goes into exp: (z + c) / T.
export const scaled = ({ logits, shift, temperature }) =>
  logits.map((logit) => (logit + shift) / temperature);

// Softmax as it should be computed: the largest exponent becomes 0.
export function softmax(values) {
  const most = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - most));
  return powers.map((power) => power / sum(powers));
}

// The formula as it stands, each step rounded to float32 as torch does: { powers, shares }.
export function naive(values) {
  const powers = values.map((value) => Math.fround(Math.exp(Math.fround(value))));
  const total = powers.reduce((all, power) => Math.fround(all + power), 0);
  return { powers, shares: powers.map((power) => Math.fround(power / total)) };
}

// In nats; 0·log 0 counts as 0.
export function entropy(probabilities) {
  const positive = probabilities.filter((p) => p > 0);
  return Math.abs(sum(positive.map((p) => -p * Math.log(p))));
}
