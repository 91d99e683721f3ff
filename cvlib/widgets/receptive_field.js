// What the receptive-field viewer computes; no drawing here. A layer is [kernel, stride, dilation].

// [{ size, field, jump }], the input first; size is null where a window does not fit.
export function tableRows(layers, inputSize) {
  const rows = [{ size: inputSize, field: 1, jump: 1 }];
  for (const [kernel, stride, dilation] of layers) {
    const { size, field, jump } = rows.at(-1);
    const reach = dilation * (kernel - 1);
    const room = size === null ? -1 : size + 2 * Math.floor(reach / 2) - reach - 1;
    rows.push({
      size: room < 0 ? null : Math.floor(room / stride) + 1,
      field: field + reach * jump,
      jump: jump * stride,
    });
  }
  return rows;
}

// What is drawn, level 0 (the input) first: { first, jump, count }. Unit i of a level has its
// middle at first + i·jump, in input pixels. The last level has `outputs` units, every other
// as many as those need.
export function levelsOf(layers, outputs) {
  const counts = [outputs];
  for (const [kernel, stride, dilation] of layers.toReversed()) {
    counts.unshift((counts[0] - 1) * stride + dilation * (kernel - 1) + 1);
  }
  const levels = [{ first: 0, jump: 1, count: counts[0] }];
  layers.forEach(([kernel, stride, dilation], i) => {
    const { first, jump } = levels[i];
    const middle = (dilation * (kernel - 1)) / 2;
    levels.push({ first: first + middle * jump, jump: jump * stride, count: counts[i + 1] });
  });
  return levels;
}

// The units one level down that one unit reads.
export function readBy([kernel, stride, dilation], unit) {
  return [...Array(kernel).keys()].map((tap) => unit * stride + tap * dilation);
}

// Sets of the units that one unit of a level sees, from the input (index 0) up to itself.
export function seenFrom(layers, level, unit) {
  const sets = [new Set([unit])];
  for (const layer of layers.slice(0, level).reverse()) {
    sets.unshift(new Set([...sets[0]].flatMap((each) => readBy(layer, each))));
  }
  return sets;
}
