// What the imbalance slider computes; no drawing here. One positive meets `ratio` negatives; the
// network gives the positive the probability p_positive, and each negative p_negative of "yes".

// [value, |slope along the logit|] of an answer that gave the truth the probability q.
const ONE = {
  bce: (q) => [-Math.log(q), 1 - q],
  focal: (q) => [
    -((1 - q) ** 2) * Math.log(q),
    (1 - q) ** 2 * (1 - q - 2 * q * Math.log(q)),
  ],
};

// Shares of the positives, from 0 to 1: { samples, loss, gradient }.
export function shares({ ratio, loss, p_positive, p_negative }) {
  const one = ONE[loss === "focal" ? "focal" : "bce"];
  const up = loss === "weighted" ? ratio : 1;
  const yes = one(p_positive).map((each) => up * each);
  const no = one(1 - p_negative).map((each) => ratio * each);
  return {
    samples: 1 / (1 + ratio),
    loss: yes[0] / (yes[0] + no[0]),
    gradient: yes[1] / (yes[1] + no[1]),
  };
}

// The probability and the logit with which a last layer should start.
export function prior({ ratio }) {
  return { share: 1 / (1 + ratio), logit: -Math.log(ratio) };
}
