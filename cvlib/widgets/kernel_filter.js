// What the kernel playground computes; no drawing here.

// Each 3×3 block of the image times the kernel, summed, no padding: (H, W) → (H − 2, W − 2).
export function filter({ height, width, pixels }, kernel) {
  const rows = height - 2;
  const columns = width - 2;
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < 9; k++) {
        sum += kernel[k] * pixels[(row + Math.floor(k / 3)) * width + column + (k % 3)];
      }
      values[row * columns + column] = sum;
    }
  }
  return { height: rows, width: columns, values };
}

// How the values are shown. Weights that sum to 0 or less measure differences: those have a
// sign, and zero must look like nothing. Other weights make a picture, with grey levels 0 … 255.
export function shownRange(values, kernel) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const most = Math.max(-low, high);
  const isSigned = kernel.reduce((sum, weight) => sum + weight, 0) < 1e-6 && most > 0;
  const [from, to] = isSigned ? [-most, most] : [0, 255];
  const cut = values.filter((value) => value < from || value > to).length / values.length;
  return { low, high, from, to, isSigned, cut };
}

// Negative blue, zero white, positive vermilion: the colours of the course's figures.
const SIGNED_STOPS = [
  [2, 56, 88],
  [0, 114, 178],
  [247, 247, 247],
  [213, 94, 0],
  [107, 38, 0],
];

function signedColour(share) {
  const place = share * (SIGNED_STOPS.length - 1);
  const left = Math.min(Math.floor(place), SIGNED_STOPS.length - 2);
  const mix = (channel) => {
    const [a, b] = [SIGNED_STOPS[left][channel], SIGNED_STOPS[left + 1][channel]];
    return a + (place - left) * (b - a);
  };
  return [0, 1, 2].map(mix);
}

// One [red, green, blue] for a value; what lies outside the range gets the colour of its end.
export function colourOf(value, { from, to, isSigned }) {
  const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return isSigned ? signedColour(share) : [255 * share, 255 * share, 255 * share];
}
