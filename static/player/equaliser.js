/** How strong each range of tones is, where somebody wants to choose that in this browser. */

import { keep, recallParsed } from "./keepsake.js";
import { BANDS, canMix } from "./mixer.js";
import { _ } from "../words.js";

const SETTING = "equaliser";
const MOST = 12;

export class Equaliser {
  constructor(element, mixer) {
    const part = (name) => element.querySelector(`[data-part="${name}"]`);
    if (!canMix()) return;
    this.mixer = mixer;
    [this.choice, this.bands] = [part("equaliser"), part("bands")];
    this.sliders = [...this.bands.querySelectorAll("input")];
    part("mixer-offer").hidden = false;
    this.choice.addEventListener("change", () => this.#changed());
    this.bands.addEventListener("input", () => this.#changed());
    part("flat").addEventListener("click", () => this.#set(BANDS.map(() => 0)));
    this.#takeUp();
  }

  /** As it was left, from the first gesture on. */
  #takeUp() {
    const { on = false, gains = [] } = recallParsed(SETTING) ?? {};
    this.choice.checked = on;
    this.#set(BANDS.map((_band, at) => Math.max(-MOST, Math.min(MOST, Number(gains[at]) || 0))));
    this.mixer.openByGesture(() => this.choice.checked);
  }

  #set(gains) {
    for (const [at, slider] of this.sliders.entries()) slider.value = String(gains[at]);
    this.#show();
  }

  /** By a gesture. */
  #changed() {
    if (this.choice.checked) this.mixer.open();
    this.#show();
  }

  #show() {
    const [on, gains] = [this.choice.checked, this.sliders.map((slider) => Number(slider.value))];
    this.bands.hidden = !on;
    this.mixer.setGains(on ? gains : BANDS.map(() => 0));
    keep(SETTING, JSON.stringify({ on, gains }));
    for (const slider of this.sliders) slider.setAttribute("aria-valuetext", _("{number} decibels", { number: slider.value }));
  }
}
