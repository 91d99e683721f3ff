// Helpers that all widgets share; base.py copies them into each widget's script.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child != null));
  return node;
}

// h("button", { class: "cv-button", onclick: go }, "Go"): an HTML element.
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

// The same for SVG.
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG_NAMESPACE, tag), attributes, children);
}

// An element around HTML that Python made and escaped.
export function html(tag, attributes, source) {
  const node = h(tag, attributes);
  node.innerHTML = source;
  return node;
}

// The widget's frame: draws the title and one line of help, returns the element to fill.
export function mount(el, title, help) {
  const root = h(
    "section",
    { class: "cv-widget", "aria-label": title, onfocusin: keepKeys },
    h("div", { class: "cv-title" }, title),
    help && h("p", { class: "cv-help" }, help),
  );
  el.classList.add(`cv-${WIDGET}`); // base.py puts WIDGET, the class's name, on top
  el.append(root);
  return root;
}

// JupyterLab takes arrow keys and letters as its own shortcuts, unless the focused element has
// this mark (one on the widget as a whole is not enough).
function keepKeys(event) {
  event.target.setAttribute("data-lm-suppress-shortcuts", "true");
}

// Set traits and send them to Python in one message.
export function update(model, values) {
  for (const [name, value] of Object.entries(values)) model.set(name, value);
  model.save_changes();
}

// Call draw now and whenever one of the traits changes, from either side.
// Many changes in one go draw once.
export function watch(model, names, draw) {
  let waiting = false;
  const later = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      draw();
    });
  };
  for (const name of names) model.on(`change:${name}`, later);
  draw();
}

export function button(label, onclick, attributes = {}) {
  return h("button", { type: "button", class: "cv-button", onclick, ...attributes }, label);
}

// A labelled slider bound to a WholeNumber trait, with its number beside it.
export function slider(model, name, label) {
  const [min, max] = model.get("_limits")[name];
  const output = h("span", { class: "cv-slider-value", "aria-hidden": "true" });
  const change = () => update(model, { [name]: input.valueAsNumber });
  const input = h("input", { type: "range", min, max, step: 1, name, oninput: change });
  watch(model, [name], () => {
    input.value = model.get(name);
    output.textContent = model.get(name);
  });
  return h("label", { class: "cv-slider" }, h("span", {}, label), input, output);
}

// A labelled drop-down list bound to a text trait. options: [[value, label], …]
export function choice(model, name, label, options) {
  const change = () => update(model, { [name]: select.value });
  const select = h(
    "select",
    { class: "cv-select", name, onchange: change },
    options.map(([value, text]) => h("option", { value }, text)),
  );
  watch(model, [name], () => (select.value = model.get(name)));
  return h("label", { class: "cv-choice" }, h("span", {}, label), select);
}

// A line that screen readers read out when its text changes.
export function liveLine(attributes = {}) {
  return h("p", { class: "cv-live", role: "status", "aria-live": "polite", ...attributes });
}

// Numbers as people write them: a real minus sign, at most `digits` decimals.
export function number(value, digits = 0) {
  const rounded = Number(value.toFixed(digits));
  return String(rounded === 0 ? 0 : rounded).replace("-", "−");
}
