/** The play log: each stretch of listening once, measured on the media clock, kept until the service has it. */

import { recordPlays } from "./api.js";
import { keep, randomId, recall } from "./keepsake.js";

const BATCH = 100;
const LARGEST_STEP = 2;
const SENSELESS = 422;

export class PlayLog {
  /** @param {string} accountId whose plays these are: what one listener left unsent is never sent as another's */
  constructor(accountId) {
    this.shelf = `plays:${accountId}`;
    this.play = null;
    this.sending = false;
  }

  begin(trackId, sessionId) {
    this.finish();
    this.play = { event_id: randomId(), track_id: trackId, session_id: sessionId, started_at: null, heard: 0 };
    this.last = null;
  }

  /** The media clock stands at `seconds`, having run there by itself since the last call. */
  heardUpTo(seconds) {
    if (!this.play) return;
    const step = this.last === null ? 0 : seconds - this.last;
    this.last = seconds;
    if (step <= 0 || step > LARGEST_STEP) return;
    this.play.started_at ??= new Date(Date.now() - step * 1000).toISOString();
    this.play.heard += step;
  }

  /** The media clock is about to jump, or stands still. */
  interrupted() {
    this.last = null;
  }

  /** The play is over; `send` tells the service. */
  finish() {
    const play = this.play;
    this.play = null;
    if (!play?.started_at) return;
    const { heard, ...rest } = play;
    this.#store([...this.#waiting(), { ...rest, played_ms: Math.round(heard * 1000) }]);
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    let size = BATCH;
    try {
      for (let batch = this.#waiting().slice(0, size); batch.length; batch = this.#waiting().slice(0, size)) {
        const outcome = await this.#sendBatch(batch);
        if (outcome === "apart") size = 1;
      }
    } catch {
      // They wait for the next play, or the next visit.
    } finally {
      this.sending = false;
    }
  }

  /** A batch that makes no sense is sent apart, and what makes no sense by itself is let go: nothing behind it must wait for ever. */
  async #sendBatch(batch) {
    try {
      await recordPlays(batch);
    } catch (refusal) {
      if (refusal.status !== SENSELESS) throw refusal;
      if (batch.length > 1) return "apart";
    }
    const settled = new Set(batch.map((play) => play.event_id));
    this.#store(this.#waiting().filter((play) => !settled.has(play.event_id)));
    return "settled";
  }

  #waiting() {
    try {
      return JSON.parse(recall(this.shelf)) ?? [];
    } catch {
      return [];
    }
  }

  #store(plays) {
    keep(this.shelf, JSON.stringify(plays));
  }
}
