// The learning rate at one step; the same formulas as cvlib/schedules.py.

const wave = (share, from, to) => to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;

export function rateAt(step, { kind, peak, total, turn, floor }) {
  const low = peak * floor;
  if (kind === "step") return peak * 0.1 ** Math.floor(step / turn);
  if (kind === "cosine") return wave(step / total, peak, low);
  if (kind === "warmup") {
    if (step < turn) return (peak * (step + 1)) / turn;
    return wave((step - turn) / (total - turn), peak, low);
  }
  const top = turn - 1;
  if (step < top) return wave(step / top, peak / 25, peak);
  return wave((step - top) / (total - 1 - top), peak, peak / 25e4);
}

export function rates(settings) {
  return [...Array(settings.total).keys()].map((step) => rateAt(step, settings));
}
