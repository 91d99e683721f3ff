// What the block builder computes; no drawing here. A shape is [channels, size], the feature map
// being square. A step is { name, on: "path" | "shortcut", after, shape, parameters, macs }.

// A convolution with batch normalisation: its weights, and two numbers per channel.
function convStep(name, on, after, [cin, size], cout, kernel, stride, groups = 1) {
  const side = Math.floor((size - 1) / stride) + 1; // padding ⌊kernel/2⌋
  const weights = (cout * cin * kernel * kernel) / groups;
  const text = stride > 1 ? `${name}, stride ${stride}` : name;
  const cost = { parameters: weights + 2 * cout, macs: weights * side * side };
  return { name: text, on, after, shape: [cout, side], ...cost };
}

// [name, channels that come out, kernel, stride, depthwise, what follows] of each convolution.
function plan({ kind, in_channels, out_channels: out, stride, expansion }) {
  const relu = "BN, ReLU";
  if (kind === "bottleneck") {
    const middle = Math.max(1, Math.floor(out / 4));
    return [
      ["1×1 conv", middle, 1, 1, false, relu],
      ["3×3 conv", middle, 3, stride, false, relu],
      ["1×1 conv", out, 1, 1, false, "BN"],
    ];
  }
  if (kind === "inverted_residual") {
    const wide = in_channels * expansion;
    const expand = expansion > 1 ? [["1×1 conv", wide, 1, 1, false, "BN, ReLU6"]] : [];
    return [
      ...expand,
      ["3×3 depthwise", wide, 3, stride, true, "BN, ReLU6"],
      ["1×1 conv", out, 1, 1, false, "BN"],
    ];
  }
  const last = kind === "plain" ? relu : "BN";
  return [
    ["3×3 conv", out, 3, stride, false, relu],
    ["3×3 conv", out, 3, 1, false, last],
  ];
}

// The whole block: { steps, input, path, shortcut, fits, parameters, macs }. `shortcut` is the
// shape that it brings to the addition, or null where there is none.
export function block(s) {
  const input = [s.in_channels, s.size];
  const steps = [];
  let shape = input;
  for (const [name, out, kernel, stride, isDepthwise, after] of plan(s)) {
    const groups = isDepthwise ? shape[0] : 1;
    steps.push(convStep(name, "path", after, shape, out, kernel, stride, groups));
    shape = steps.at(-1).shape;
  }
  let shortcut = s.kind === "plain" || s.shortcut === "none" ? null : input;
  if (shortcut && s.shortcut === "projection") {
    const step = convStep("1×1 conv", "shortcut", "BN", input, s.out_channels, 1, s.stride);
    steps.push(step);
    shortcut = step.shape;
  }
  const total = (name) => steps.reduce((sum, step) => sum + step[name], 0);
  const fits = shortcut === null || shortcut.every((each, i) => each === shape[i]);
  const cost = { parameters: total("parameters"), macs: total("macs") };
  return { steps, input, path: shape, shortcut, fits, ...cost };
}

// With spaces at which no line breaks.
const times = (...numbers) => numbers.join("\u00a0×\u00a0");
export const shapeText = ([channels, size]) => times(channels, size, size);

// Whether the addition works, and why not, in words.
export function explain(s, { input, path, shortcut, fits }) {
  if (s.kind === "plain") {
    return "A plain block has no shortcut: the gradient must pass through every convolution.";
  }
  const isIdentityEnough = input.every((each, i) => each === path[i]);
  if (shortcut === null) {
    const usual = s.kind === "inverted_residual" && !isIdentityEnough;
    return usual
      ? "No addition: MobileNetV2 leaves the shortcut out where shapes differ."
      : "No addition: without its shortcut this block is a plain one.";
  }
  if (fits && s.shortcut === "identity") {
    return `The addition works: path and input are both ${shapeText(path)}. It costs no parameters.`;
  }
  if (fits) {
    const works = `The addition works: the projection turns the input into ${shapeText(path)}.`;
    return isIdentityEnough ? `${works} The identity would do so for nothing.` : works;
  }
  const size = `stride ${s.stride} has shrunk ${times(input[1], input[1])} to ${times(path[1], path[1])}`;
  const channels = `the path has ${path[0]} channels instead of ${input[0]}`;
  const reasons = [path[1] !== input[1] && size, path[0] !== input[0] && channels].filter(Boolean);
  const remedy =
    s.kind === "inverted_residual"
      ? "MobileNetV2 leaves the shortcut out here."
      : "A projection (1×1 convolution with the block’s stride) makes them equal.";
  return (
    `The addition fails: the path gives ${shapeText(path)}, the shortcut ${shapeText(shortcut)}, ` +
    `because ${reasons.join(", and ")}. ${remedy}`
  );
}
