import { button, choice, h, liveLine, mount, number, update, watch } from "./base.js";
import { colourOf, filter, shownRange } from "./kernel_filter.js";

const PRESET_NAMES = [
  ["identity", "Identity"],
  ["sobel_x", "Sobel x"],
  ["sobel_y", "Sobel y"],
  ["gaussian", "Gaussian blur"],
  ["sharpen", "Sharpen"],
  ["laplacian", "Laplacian"],
  ["custom", "Your own"],
];
const GREY = { from: 0, to: 255, isSigned: false };
const DIGITS = 4;

// The picture as Python sent it, with its bytes as numbers 0 … 255.
function picture(model) {
  const { height, width, pixels } = model.get("image");
  const { buffer, byteOffset, byteLength } = pixels;
  return { height, width, values: new Uint8Array(buffer, byteOffset, byteLength) };
}

function paint(canvas, { height, width, values }, range) {
  Object.assign(canvas, { width, height });
  const drawing = new ImageData(width, height);
  values.forEach((value, i) => drawing.data.set([...colourOf(value, range), 255], 4 * i));
  canvas.getContext("2d").putImageData(drawing, 0, 0);
}

// The colours of a range from left to right, with the numbers at its ends.
function scale(range) {
  const places = [0, 1, 2, 3, 4].map((i) => range.from + ((range.to - range.from) * i) / 4);
  const stops = places.map((value) => `rgb(${colourOf(value, range).map(Math.round)})`);
  const bar = h("div", { class: "cv-scale-bar" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  const ends = [range.from, ...(range.isSigned ? [0] : []), range.to];
  const labels = ends.map((value) => h("span", {}, number(value)));
  return [bar, h("div", { class: "cv-scale-labels" }, labels)];
}

function describe({ low, high, isSigned, cut }) {
  const values = `Result from ${number(low, 1)} to ${number(high, 1)}: `;
  if (isSigned) return `${values}blue is negative, white is 0, orange is positive.`;
  if (cut === 0) return `${values}shown as grey, 0 black to 255 white.`;
  const share = cut < 0.01 ? "less than 1" : number(100 * cut);
  return `${values}shown as grey, 0 black to 255 white; ${share} % of the pixels lie outside.`;
}

// Nine number fields. What is being typed stays as it is while it means the same number.
function kernelFields(model) {
  const setWeight = (i) => (event) => {
    const weight = event.target.valueAsNumber;
    if (Number.isNaN(weight)) return;
    setKernel(model, model.get("kernel").with(i, weight));
  };
  const fields = [...Array(9).keys()].map((i) =>
    h("input", {
      type: "number",
      step: "any",
      class: "cv-number",
      "aria-label": `weight in row ${Math.floor(i / 3) + 1}, column ${(i % 3) + 1}`,
      oninput: setWeight(i),
    }),
  );
  watch(model, ["kernel"], () => {
    model.get("kernel").forEach((weight, i) => {
      const same = Math.abs(fields[i].valueAsNumber - weight) < 10 ** -DIGITS / 2;
      if (!same) fields[i].value = Number(weight.toFixed(DIGITS));
    });
  });
  return h("div", { class: "cv-kernel", role: "group", "aria-label": "Kernel weights" }, fields);
}

// Python names the kernel in the same way; doing it here too keeps the list right at once.
function setKernel(model, kernel) {
  const isSame = ([, weights]) => weights.every((weight, i) => weight === kernel[i]);
  const preset = Object.entries(model.get("_presets")).find(isSame)?.[0] ?? "custom";
  update(model, { kernel, preset });
}

function render({ model, el }) {
  const root = mount(
    el,
    "Kernel playground",
    "Choose a kernel or type your own weights; the picture on the right follows.",
  );
  const original = h("canvas", { role: "img", "aria-label": "original picture" });
  const result = h("canvas", { role: "img", "aria-label": "filtered picture" });
  const resultScale = h("div");
  const said = liveLine();
  const sum = h("div", { class: "cv-help" });

  const preset = choice(model, "preset", "Kernel", PRESET_NAMES);
  preset.querySelector("[value=custom]").disabled = true;
  preset.addEventListener("change", () =>
    setKernel(model, model.get("_presets")[model.get("preset")]),
  );
  const total = () => model.get("kernel").reduce((a, b) => a + b, 0);
  const turn = button("Turn by 180°", () => setKernel(model, model.get("kernel").toReversed()));
  const divide = button("Divide by the sum", () => {
    const by = total();
    setKernel(
      model,
      model.get("kernel").map((weight) => weight / by),
    );
  });
  const editor = h(
    "div",
    { class: "cv-editor" },
    preset,
    kernelFields(model),
    sum,
    h("div", { class: "cv-row" }, turn, divide),
  );
  const figure = (name, canvas, legend) =>
    h("figure", { class: `cv-picture cv-${name}` }, h("figcaption", {}, name), canvas, legend);
  const originalScale = h("div", {}, scale(GREY));
  const pictures = [
    figure("original", original, originalScale),
    editor,
    figure("filtered", result, resultScale),
  ];
  root.append(h("div", { class: "cv-playground" }, pictures), said);

  watch(model, ["image"], () => paint(original, picture(model), GREY));
  watch(model, ["kernel", "image"], () => {
    const { values: pixels, ...size } = picture(model);
    const kernel = model.get("kernel");
    const filtered = filter({ ...size, pixels }, kernel);
    const range = shownRange(filtered.values, kernel);
    paint(result, filtered, range);
    resultScale.replaceChildren(...scale(range));
    said.textContent = describe(range);
    sum.textContent = `The weights sum to ${number(total(), DIGITS)}.`;
    divide.disabled = Math.abs(total()) < 1e-6 || Math.abs(total() - 1) < 1e-6;
  });
}

export default { render };
