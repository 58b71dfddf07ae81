/** How loud it is: as the listener wants it, every track about as loud as the next, and turned down for a moment. */

const TARGET_LUFS = -14;

export class Loudness {
  constructor(audio) {
    this.audio = audio;
    this.volume = this.levelled = this.faded = 1;
  }

  /** As the listener sets it, from 0 to 1. */
  setVolume(volume) {
    this.volume = volume;
    this.#apply();
  }

  /** @param {number | null} loudness of a track, integrated (LUFS; null for silence): turned down to a common level, never up, so that nothing clips */
  level(loudness) {
    this.levelled = loudness === null ? 1 : Math.min(1, 10 ** ((TARGET_LUFS - loudness) / 20));
    this.#apply();
  }

  /** Turned down for the moment, by a factor from 0 to 1. */
  fade(factor) {
    this.faded = factor;
    this.#apply();
  }

  #apply() {
    this.audio.volume = this.volume ** 2 * this.levelled * this.faded;
  }
}
