/** One track faded into the next. Tracks that follow one another on a release stay as they were made. */

const STEP_MS = 50;

export class Crossfade {
  constructor(decks, loudness) {
    this.decks = decks;
    this.loudness = loudness;
    /* 0 where nothing is faded. */
    this.seconds = 0;
    decks.addEventListener("pause", () => this.end());
  }

  /** Whether what follows grows out of what plays: neither, by their sessions, is so short that it were nothing but fades. */
  joins(session, following, order) {
    if (!this.seconds) return false;
    if (!order.shuffled && order.queue[order.following].releaseUrl === order.track.releaseUrl) return false;
    return [session, following].every((one) => one.duration_ms > 2000 * this.seconds);
  }

  /** What is cued comes up while what has played falls silent, within so many seconds. */
  begin(seconds) {
    this.end();
    this.decks.change();
    this.loudness.part();
    const began = Date.now();
    this.timer = setInterval(() => this.#step((Date.now() - began) / (seconds * 1000)), STEP_MS);
  }

  /** Only what begins is heard from now on. */
  end() {
    clearInterval(this.timer);
    this.decks.dropTail();
    this.loudness.cross(1);
  }

  #step(share) {
    if (share < 1) this.loudness.cross(share);
    else this.end();
  }
}
