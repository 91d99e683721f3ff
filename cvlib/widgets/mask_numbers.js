// What the mask metrics compute; no drawing here. Masks are rows of zeros and ones.

// { accuracy, ground, object, mean, dice } of a predicted and a true mask; the true one has both.
export function measures(ours, true_) {
  const count = (test) => ours.filter((cell, i) => test(cell, true_[i])).length;
  const shared = count((a, b) => a && b);
  const union = count((a, b) => a || b);
  const neither = ours.length - union;
  const ground = neither / (ours.length - shared);
  const object = shared / union;
  return {
    accuracy: (shared + neither) / ours.length,
    ground,
    object,
    mean: (ground + object) / 2,
    dice: (2 * shared) / (union + shared),
  };
}

// What to notice, in one sentence.
export function noticed(found) {
  if (found.accuracy === 1) return "Everything is right. Take one cell away: what moves most?";
  if (found.object === 0) {
    const share = Math.round(100 * found.accuracy);
    return `Not one cell of the object is found, and pixel accuracy still says ${share} %.`;
  }
  if (found.accuracy - found.object > 0.3) {
    return "Pixel accuracy looks fine; the IoU of the object does not.";
  }
  return "Dice is always between the IoU of the object and 1: same order, larger numbers.";
}
