import { button } from "./base.js";

// A button that calls tick at each step until it is pressed again: { element, stop }. Meanwhile
// the live line `said` is not read out. start, if given, is called before the first tick.
export function playButton(label, said, tick, milliseconds, start = () => {}) {
  let timer = null;
  const set = (next) => {
    clearInterval(timer);
    timer = next;
    element.textContent = timer === null ? label : "Pause";
    said.setAttribute("aria-live", timer === null ? "polite" : "off");
  };
  const stop = () => set(null);
  const toggle = () => {
    if (timer !== null) return stop();
    start();
    return set(setInterval(tick, milliseconds));
  };
  const element = button(label, toggle, { class: "cv-button cv-primary" });
  return { element, stop };
}
