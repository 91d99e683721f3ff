// Masks as Python sends them: run lengths of pixels off, on, off, … row by row.

// 1 for each pixel of the mask, 0 for the others.
export function fromRuns(runs, size) {
  const mask = new Uint8Array(size);
  let place = 0;
  runs.forEach((length, i) => {
    if (i % 2) mask.fill(1, place, place + length);
    place += length;
  });
  return mask;
}

// The border of a mask as an SVG path along the pixels' edges; neighbouring edges are one line.
export function outline(mask, height, width) {
  const on = (row, column) =>
    row >= 0 && row < height && column >= 0 && column < width && mask[row * width + column] === 1;
  let path = "";
  const lines = (many, long, differs, draw) => {
    for (let i = 0; i <= many; i++) {
      let start = -1;
      for (let j = 0; j <= long; j++) {
        const here = j < long && differs(i, j);
        if (here && start < 0) start = j;
        if (!here && start >= 0) {
          path += draw(i, start, j);
          start = -1;
        }
      }
    }
  };
  lines(
    height,
    width,
    (row, column) => on(row - 1, column) !== on(row, column),
    (row, from, to) => `M${from} ${row}H${to}`,
  );
  lines(
    width,
    height,
    (column, row) => on(row, column - 1) !== on(row, column),
    (column, from, to) => `M${column} ${from}V${to}`,
  );
  return path;
}

// A click as [x, y]: the pixel under a place in the drawing, inside the picture.
export function pixelAt(x, y, [height, width]) {
  const inside = (value, size) => Math.min(size - 1, Math.max(0, Math.floor(value)));
  return [inside(x, width), inside(y, height)];
}

// The box between two places, along pixels' edges, at least one pixel each way: x1, y1, x2, y2.
export function boxBetween(from, to, size) {
  const [a, b] = [pixelAt(...from, size), pixelAt(...to, size)];
  const low = [0, 1].map((i) => Math.min(a[i], b[i]));
  return [...low, ...[0, 1].map((i) => Math.max(a[i], b[i]) + 1)];
}
