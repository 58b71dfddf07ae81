/** The waveform as a slider: shows where the music is, and takes it elsewhere by pointer or keyboard. */

import { spoken } from "./time.js";
import { _ } from "../words.js";

const BARS = 150;
const GAP = 0.32;
const HEIGHT = 100;
const FLOOR = 6;
const STEP = 5;
const LEAP = 30;

export class SeekBar {
  /** @param {HTMLElement} element with role=slider  @param {(seconds: number) => void} onSeek */
  constructor(element, onSeek) {
    this.element = element;
    this.onSeek = onSeek;
    this.duration = 0;
    this.position = 0;
    this.dragging = false;
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("pointerdown", (event) => this.#grab(event));
    element.addEventListener("pointermove", (event) => this.dragging && this.#draw(this.#under(event)));
    element.addEventListener("pointerup", (event) => this.#drop(event));
    element.addEventListener("pointercancel", () => (this.dragging = false));
  }

  /** @param {Uint8Array} peaks from 0 to 255, evenly spaced; may be empty */
  show(peaks, duration) {
    this.duration = duration;
    this.element.setAttribute("aria-valuemax", String(Math.floor(duration)));
    for (const path of this.element.querySelectorAll("path")) path.setAttribute("d", outline(peaks));
    this.element.querySelector("[data-loaded]").setAttribute("width", "0");
    this.move(0);
  }

  move(seconds) {
    this.position = seconds;
    if (!this.dragging) this.#draw(seconds);
  }

  loadedUpTo(seconds) {
    this.element.querySelector("[data-loaded]").setAttribute("width", String(this.#share(seconds) * BARS));
  }

  #draw(seconds) {
    this.element.querySelector("[data-played]").setAttribute("width", String(this.#share(seconds) * BARS));
    this.element.setAttribute("aria-valuenow", String(Math.floor(seconds)));
    this.element.setAttribute("aria-valuetext", _("{position} of {length}", { position: spoken(seconds), length: spoken(this.duration) }));
  }

  #share(seconds) {
    return this.duration ? Math.min(1, Math.max(0, seconds / this.duration)) : 0;
  }

  #key(event) {
    const targets = {
      ArrowRight: this.position + STEP,
      ArrowUp: this.position + STEP,
      ArrowLeft: this.position - STEP,
      ArrowDown: this.position - STEP,
      PageUp: this.position + LEAP,
      PageDown: this.position - LEAP,
      Home: 0,
      End: this.duration,
    };
    if (!(event.key in targets) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#go(targets[event.key]);
  }

  #grab(event) {
    if (event.button !== 0 || !this.duration) return;
    this.element.setPointerCapture(event.pointerId);
    this.dragging = true;
    this.#draw(this.#under(event));
  }

  #drop(event) {
    if (!this.dragging) return;
    this.dragging = false;
    this.#go(this.#under(event));
  }

  #under(event) {
    const box = this.element.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * this.duration;
  }

  #go(seconds) {
    const target = Math.min(this.duration, Math.max(0, seconds));
    this.move(target);
    this.onSeek(target);
  }
}

/** One SVG path of upright bars, each as tall as the loudest peak it stands for; the loudest of all fills the height. */
function outline(peaks) {
  const tallest = Math.max(1, ...peaks);
  return Array.from({ length: BARS }, (_, bar) => {
    const stretch = peaks.subarray(Math.floor((bar * peaks.length) / BARS), Math.ceil(((bar + 1) * peaks.length) / BARS));
    const height = Math.max(FLOOR, (Math.max(0, ...stretch) / tallest) * HEIGHT);
    return `M${bar + GAP / 2} ${(HEIGHT - height) / 2}h${1 - GAP}v${height}h${GAP - 1}z`;
  }).join("");
}
