import { h, number } from "./base.js";

const COSTS = [
  ["parameters", 1],
  ["macs", 2],
]; // name, place in a part

// 138357544 → "138 M"; three digits.
export function short(count) {
  const units = ["", " k", " M", " G"];
  const power = count < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  const rounded = value.toPrecision(3);
  return Number(rounded) >= 1000 && power < 3
    ? `1${units[power + 1]}`
    : `${number(Number(rounded), 2)}${units[power]}`;
}

// Feature map sizes of all models, the largest first, the head (0) last.
export function placesOf(tables) {
  const sizes = tables.flatMap(({ parts }) => parts.map(([size]) => size));
  return [...new Set(sizes)].sort((a, b) => b - a);
}

// The largest part that a full bar stands for: [of the parameters, of the MACs].
export function fullBars(tables) {
  return COSTS.map(([, at]) =>
    Math.max(...tables.flatMap(({ parts }) => parts.map((part) => part[at]))),
  );
}

// Both costs of one part as bars with their numbers.
function costCell(part, full) {
  if (!part) return h("td", { class: "cv-muted" }, "–");
  return h(
    "td",
    {},
    COSTS.map(([name, at], i) => {
      const bar = h("span", { class: "cv-bar" });
      bar.style.width = `${(100 * part[at]) / (full[i] || 1)}%`;
      const track = h("span", { class: "cv-track", "aria-hidden": "true" }, bar);
      const unit = name === "macs" ? "MACs" : "parameters";
      const value = h("span", { class: "cv-amount", "aria-label": `${short(part[at])} ${unit}` });
      value.textContent = short(part[at]);
      return h("div", { class: `cv-cost cv-${name}` }, track, value);
    }),
  );
}

// The models side by side: a row for each size of feature maps.
export function overview(tables, scale) {
  const shared = fullBars(tables);
  const heads = tables.map(({ label }) => h("th", { scope: "col" }, label));
  const cells = (size) =>
    tables.map((table) => {
      const full = scale === "all" ? shared : fullBars([table]);
      return costCell(
        table.parts.find((part) => part[0] === size),
        full,
      );
    });
  const rows = placesOf(tables).map((size) => {
    const name = size ? `${size} × ${size}` : "head";
    return h("tr", {}, h("th", { scope: "row" }, name), cells(size));
  });
  const sums = tables.map(({ parameters, macs }) =>
    h(
      "td",
      {},
      h("div", { class: "cv-parameters" }, `${short(parameters)} parameters`),
      h("div", { class: "cv-macs" }, `${short(macs)} MACs`),
    ),
  );
  return h(
    "table",
    { class: "cv-table cv-overview" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "maps"), heads)),
    h("tbody", {}, rows),
    h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "all"), sums)),
  );
}

// The layers of one model, folded away; filled when first opened.
export function layerList({ label, layers }, isOpen, toggled) {
  const fillIn = () => {
    const heads = ["layer", "kind", "output", "parameters", "MACs"];
    const head = heads.map((text) => h("th", { scope: "col" }, text));
    const exact = (count) => h("td", {}, count.toLocaleString("en"));
    const rows = layers.map(([name, kind, shape, parameters, macs]) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, name),
        h("td", {}, kind),
        h("td", {}, shape.join(" × ")),
        exact(parameters),
        exact(macs),
      ),
    );
    const body = h(
      "table",
      { class: "cv-table" },
      h("thead", {}, h("tr", {}, head)),
      h("tbody", {}, rows),
    );
    box.replaceChildren(body);
  };
  const box = h("div", {
    class: "cv-scroll",
    tabindex: 0,
    role: "region",
    "aria-label": `layers of ${label}`,
  });
  const words = `Layer table of ${label} (${layers.length} layers that cost or pool)`;
  const element = h("details", { open: isOpen }, h("summary", {}, words), box);
  if (isOpen) fillIn();
  element.addEventListener("toggle", () => {
    if (element.open && !box.firstChild) fillIn();
    toggled(element.open);
  });
  return element;
}

// Where most of each model sits, in words.
export function describe(tables) {
  const words = tables.map(({ label, parts, parameters, macs }) => {
    const largest = (at) => parts.reduce((best, part) => (part[at] > best[at] ? part : best));
    const place = ([size]) => (size ? `at ${size}\u00a0×\u00a0${size}` : "in the head");
    const share = (count, all) => `${number((100 * count) / all)} %`;
    const [memory, work] = [largest(1), largest(2)];
    return (
      `${label}: ${share(memory[1], parameters)} of the parameters ${place(memory)}, ` +
      `${share(work[2], macs)} of the MACs ${place(work)}.`
    );
  });
  return words.join(" ");
}
