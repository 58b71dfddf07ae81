/** How loud it is: as the listener wants it, every track about as loud as the next, and turned down for a moment. */

const TARGET_LUFS = -14;

export class Loudness {
  constructor(decks) {
    this.decks = decks;
    this.volume = this.levelled = this.leaving = this.faded = this.share = 1;
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

  /** What has played is on its way out, and what is levelled next comes in. */
  part() {
    this.leaving = this.levelled;
    this.cross(0);
  }

  /** @param {number} share of the way from one track to the next: together they are as loud as one */
  cross(share) {
    this.share = share;
    this.#apply();
  }

  #apply() {
    const [common, turn] = [this.volume ** 2 * this.faded, (this.share * Math.PI) / 2];
    this.decks.volume = common * this.levelled * Math.sin(turn);
    this.decks.tailVolume = common * this.leaving * Math.max(0, Math.cos(turn));
  }
}
