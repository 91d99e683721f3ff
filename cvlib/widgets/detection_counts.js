// What the confidence explorer computes; no drawing here. A picture is { boxes, scores, classes,
// truths, trueClasses }. detection_counts.py does the same, and says more.

import { iou } from "./box_overlaps.js";

// The part of a picture with this class; all of it for the empty name.
export function only(picture, label) {
  if (!label) return picture;
  const pick = (values, names) => values.filter((_, i) => names[i] === label);
  const { boxes, scores, classes, truths, trueClasses } = picture;
  return {
    ...picture,
    boxes: pick(boxes, classes),
    scores: pick(scores, classes),
    classes: pick(classes, classes),
    truths: pick(truths, trueClasses),
    trueClasses: pick(trueClasses, trueClasses),
  };
}

// Which true box each detection gets, null for a false positive.
export function matches({ boxes, scores, classes, truths, trueClasses }, threshold) {
  const found = Array(boxes.length).fill(null);
  const order = [...boxes.keys()].sort((i, j) => scores[j] - scores[i]);
  for (const i of order) {
    const taken = new Set(found);
    let best = -1;
    truths.forEach((truth, j) => {
      if (trueClasses[j] !== classes[i] || taken.has(j)) return;
      const overlap = iou(boxes[i], truth, false);
      if (overlap >= threshold && overlap > best) [found[i], best] = [j, overlap];
    });
  }
  return found;
}

// One point [score, recall, precision] for each detection, from the highest score down.
export function precisionRecall(pictures, threshold) {
  const truths = pictures.reduce((sum, picture) => sum + picture.truths.length, 0);
  const judged = pictures.flatMap((picture) => {
    const found = matches(picture, threshold);
    return picture.scores.map((score, i) => [score, found[i] !== null]);
  });
  judged.sort(([a], [b]) => b - a);
  let right = 0;
  return judged.map(([score, hit], i) => {
    right += hit;
    return [score, truths ? right / truths : 0, right / (i + 1)];
  });
}

// For each point the best precision at its recall or a higher one.
export function envelope(points) {
  let best = 0;
  return points
    .toReversed()
    .map(([, , precision]) => (best = Math.max(best, precision)))
    .toReversed();
}

// The area under the envelope.
export function areaUnder(points) {
  const heights = envelope(points);
  return points.reduce(
    (sum, [, recall], i) => sum + (recall - (points[i - 1]?.[1] ?? 0)) * heights[i],
    0,
  );
}

// The envelope's mean at recall 0, 0.01 … 1, as COCO has it.
export function cocoMean(points) {
  const heights = envelope(points);
  const at = (level) => heights[points.findIndex(([, recall]) => recall >= level / 100)] ?? 0;
  return [...Array(101).keys()].reduce((sum, level) => sum + at(level), 0) / 101;
}

// Counts at a confidence: a detection with just this score is let through.
export function counts(pictures, threshold, confidence) {
  const total = { right: 0, wrong: 0, missed: 0 };
  for (const picture of pictures) {
    const found = matches(picture, threshold).filter((_, i) => picture.scores[i] >= confidence);
    const right = found.filter((match) => match !== null).length;
    total.right += right;
    total.wrong += found.length - right;
    total.missed += picture.truths.length - right;
  }
  const { right, wrong, missed } = total;
  const precision = right / (right + wrong);
  const recall = right / (right + missed);
  return { ...total, precision, recall, f1: (2 * right) / (2 * right + wrong + missed) };
}
