/** What is heard, as bars that move behind the full view, where somebody wants to see that in this browser. */

import { keep, recall } from "./keepsake.js";
import { canMix } from "./mixer.js";

const SETTING = "visualiser";
const BARS = 48;
const GAP = 0.32;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export class Visualiser {
  /** @param {import("./mixer.js").Mixer} mixer hears along  @param {import("./sheet.js").Sheet} sheet shows it */
  constructor(element, mixer, sheet, audio) {
    if (!canMix()) return;
    Object.assign(this, { mixer, sheet, audio, frame: null });
    this.canvas = element.querySelector('[data-part="bars"]');
    this.choice = element.querySelector('[data-part="visualiser"]');
    this.choice.checked = recall(SETTING) === "on";
    this.choice.addEventListener("change", () => this.#choose());
    for (const name of ["opened", "closed"]) sheet.addEventListener(name, () => this.#show());
    audio.addEventListener("playing", () => this.#show());
    STILL.addEventListener("change", () => this.#show());
    mixer.openByGesture(() => this.choice.checked && !STILL.matches);
    this.#show();
  }

  #choose() {
    keep(SETTING, this.choice.checked ? "on" : "off");
    if (this.choice.checked) this.mixer.open();
    this.#show();
  }

  get #wanted() {
    return this.choice.checked && this.sheet.isOpen && !STILL.matches;
  }

  #show() {
    this.choice.closest("label").hidden = STILL.matches;
    this.canvas.hidden = !this.#wanted;
    this.#drawSoon();
  }

  #drawSoon() {
    this.frame ??= requestAnimationFrame(() => this.#draw());
  }

  /** Nothing moves any more once it is paused. */
  #draw() {
    this.frame = null;
    if (!this.#wanted) return;
    const { canvas, mixer } = this;
    [canvas.width, canvas.height] = [canvas.clientWidth, canvas.clientHeight];
    const [pen, width] = [canvas.getContext("2d"), canvas.width / BARS];
    pen.fillStyle = getComputedStyle(canvas).color;
    for (const [at, level] of mixer.levels(BARS).entries()) {
      const height = (level / 255) * canvas.height;
      pen.fillRect(at * width + (width * GAP) / 2, canvas.height - height, width * (1 - GAP), height);
    }
    if (!this.audio.paused) this.#drawSoon();
  }
}
