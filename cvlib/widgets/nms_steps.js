// What the NMS stepper computes; no drawing here.

import { iou } from "./box_overlaps.js";

// All events in order, one for each box: { kind: "keep" | "remove", box, by, iou }.
export function suppression({ boxes, scores, classes, single }, threshold, perClass) {
  const events = [];
  let waiting = [...boxes.keys()].sort((i, j) => scores[j] - scores[i]); // stable
  while (waiting.length) {
    const [best, ...others] = waiting;
    events.push({ kind: "keep", box: best, by: null, iou: null });
    waiting = [];
    for (const box of others) {
      const rival = !perClass || classes[box] === classes[best];
      const overlap = rival ? iou(boxes[best], boxes[box], single) : 0;
      if (rival && overlap > threshold) events.push({ kind: "remove", box, by: best, iou: overlap });
      else waiting.push(box);
    }
  }
  return events;
}

// Where things stand after so many events: who is kept, removed (with its event), waiting.
export function standing(given, events, step) {
  const done = events.slice(0, step);
  const kept = done.filter(({ kind }) => kind === "keep").map(({ box }) => box);
  const removed = new Map(done.filter(({ kind }) => kind === "remove").map((e) => [e.box, e]));
  const order = [...given.boxes.keys()].sort((i, j) => given.scores[j] - given.scores[i]);
  const waiting = order.filter((box) => !kept.includes(box) && !removed.has(box));
  return { kept, removed, waiting, order, best: kept.at(-1) ?? null, last: done.at(-1) ?? null };
}
