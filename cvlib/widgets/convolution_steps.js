// What the convolution explorer computes; no drawing here.

// The convolution that the settings describe. `outputSize` is 0 where the window
// does not fit; `valueAt(row, column)` is one output, `termsAt` its products, kernel row by row.
export function explore({ size, kernel_size, stride, padding, dilation, _pixels, _weights }) {
  const windowSize = dilation * (kernel_size - 1) + 1;
  const room = size + 2 * padding - windowSize;
  const outputSize = room < 0 ? 0 : Math.floor(room / stride) + 1;
  const inside = (i) => i >= padding && i < padding + size;
  const inPicture = (row, column) => inside(row) && inside(column);
  const pixel = (row, column) =>
    inPicture(row, column) ? _pixels[row - padding][column - padding] : 0;
  const range = [...Array(kernel_size).keys()];
  const termsAt = (row, column) =>
    range.map((i) =>
      range.map((j) => {
        const at = [row * stride + i * dilation, column * stride + j * dilation];
        return { at, weight: _weights[i][j], pixel: pixel(...at), padded: !inPicture(...at) };
      }),
    );
  const valueAt = (row, column) =>
    termsAt(row, column)
      .flat()
      .reduce((sum, term) => sum + term.weight * term.pixel, 0);
  const unseen = outputSize ? room % stride : 0;
  return { windowSize, room, outputSize, unseen, inPicture, pixel, termsAt, valueAt };
}

// Where an arrow key leads, or null for other keys.
export function move(key, position, outputSize) {
  const last = outputSize ** 2 - 1;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -outputSize, ArrowDown: outputSize }[key];
  if (key === "Home") return 0;
  if (key === "End") return last;
  return step === undefined ? null : Math.min(last, Math.max(0, position + step));
}
