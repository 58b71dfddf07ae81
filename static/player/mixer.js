/** Web Audio, and nothing of it before somebody wants to turn tones up or down, or see them: music that goes through it may stop with the screen of an iPhone. */

import { hasMediaSource } from "./engine.js";

/** The middle of each range, in hertz. */
export const BANDS = [60, 230, 910, 3600, 14000];
const WIDTH = 0.9;
const RESOLUTION = 128;

/** What a browser fetches by itself from another site it hands to no script: all would be silence. */
export const canMix = () => "AudioContext" in window && hasMediaSource();

export class Mixer {
  constructor(decks) {
    this.decks = decks;
    this.gains = BANDS.map(() => 0);
    this.context = null;
  }

  /** By a gesture, and again by each until one was enough: a browser starts no sound of a page otherwise. */
  async open() {
    this.context ??= new AudioContext();
    await this.context.resume();
    if (!this.headroom) this.#route();
  }

  /** What goes through here does so until the page is left; before the context runs it would be silent. */
  #route() {
    this.headroom = this.context.createGain();
    this.filters = BANDS.map((frequency, at) => this.#filter(frequency, at));
    this.analyser = new AnalyserNode(this.context, { fftSize: RESOLUTION });
    [this.headroom, ...this.filters, this.analyser].reduce((from, to) => from.connect(to)).connect(this.context.destination);
    this.setGains(this.gains);
    for (const element of this.decks.elements) this.context.createMediaElementSource(element).connect(this.headroom);
    this.decks.addEventListener("play", () => this.context.resume());
  }

  /** From the first gesture on, where it is wanted by then. */
  openByGesture(isWanted) {
    for (const name of ["click", "keydown"]) addEventListener(name, () => isWanted() && !this.headroom && this.open());
  }

  /** How strong so many ranges of tones are at the moment, from 0 to 255, the low ones first. */
  levels(number) {
    const found = new Uint8Array(number);
    this.analyser?.getByteFrequencyData(found);
    return found;
  }

  /** @param {number[]} gains in decibels, by band: as much as the strongest is raised all is lowered, so that nothing clips */
  setGains(gains) {
    this.gains = gains;
    if (!this.headroom) return;
    this.headroom.gain.value = 10 ** (-Math.max(0, ...gains) / 20);
    for (const [at, filter] of this.filters.entries()) filter.gain.value = gains[at];
  }

  #filter(frequency, at) {
    const type = { 0: "lowshelf", [BANDS.length - 1]: "highshelf" }[at] ?? "peaking";
    return new BiquadFilterNode(this.context, { type, frequency, Q: WIDTH });
  }
}
