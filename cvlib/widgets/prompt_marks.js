import { svg } from "./base.js";

// What is drawn on the picture for a prompt: light on dark, so that it shows on any ground.
// `unit` is a hundredth of the picture's longer side.

const middle = (value) => value + 0.5; // of a pixel

// A disc with a plus for the object, with a minus for the background.
export function clickMark([x, y, label], unit) {
  const arm = 1.2 * unit;
  const signs = [
    svg("line", { x1: -arm, x2: arm, y1: 0, y2: 0 }),
    label === 1 && svg("line", { x1: 0, x2: 0, y1: -arm, y2: arm }),
  ];
  return svg(
    "g",
    {
      class: `cv-click ${label === 1 ? "cv-object" : "cv-background"}`,
      transform: `translate(${middle(x)} ${middle(y)})`,
    },
    svg("circle", { r: 2.1 * unit }),
    signs.filter(Boolean),
  );
}

export function boxMark([x1, y1, x2, y2]) {
  const sides = { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
  return svg(
    "g",
    { class: "cv-prompt-box" },
    svg("rect", { ...sides, class: "cv-under" }),
    svg("rect", sides),
  );
}

export function cursorMark([x, y], unit) {
  const [near, far] = [1 * unit, 4 * unit];
  const d = `M${-far} 0H${-near}M${near} 0H${far}M0 ${-far}V${-near}M0 ${near}V${far}`;
  return svg(
    "g",
    { class: "cv-cursor", transform: `translate(${middle(x)} ${middle(y)})` },
    svg("path", { d, class: "cv-under" }),
    svg("path", { d }),
  );
}
