/** The play log: each stretch of listening once, measured on the media clock, kept until the service has it. */

import { recordPlays } from "./api.js";
import { forget, keep, randomId, recall, recallParsed, storedNames } from "./keepsake.js";

const BATCH = 100;
const MOST_SESSIONS = 20;
const LARGEST_STEP = 2;
const SENSELESS = 422;
const KEEP_EVERY_MS = 10_000;
/** A hidden page's clock may tick but once a minute. */
const LEFT_AFTER_MS = 120_000;

export class PlayLog {
  /** @param {string} accountId whose plays these are: what one listener left unsent is never sent as another's */
  constructor(accountId) {
    this.shelf = `plays:${accountId}`;
    this.unfinished = `playing:${accountId}:`;
    this.play = null;
    this.sending = false;
  }

  /** @param {object} [source] what it was started from; a queue that an earlier page kept may not say */
  begin(trackId, sessionId, source) {
    this.finish();
    this.play = { event_id: randomId(), track_id: trackId, session_ids: [sessionId], started_at: null, heard: 0, source };
    this.last = null;
    this.kept = null;
    this.keeping = setInterval(() => this.keepPlay(), KEEP_EVERY_MS);
  }

  /** The play goes on under another session. */
  goOnUnder(sessionId) {
    this.play.session_ids = [...this.play.session_ids, sessionId].slice(-MOST_SESSIONS);
  }

  /** The media clock stands at `seconds`, having run there by itself since the last call, at that speed: what is heard faster is heard in less time. */
  heardUpTo(seconds, speed) {
    if (!this.play) return;
    const step = this.last === null ? 0 : seconds - this.last;
    this.last = seconds;
    if (step <= 0 || step > LARGEST_STEP * Math.max(1, speed)) return;
    this.play.started_at ??= new Date(Date.now() - (step / speed) * 1000).toISOString();
    this.play.heard += step / Math.max(1, speed);
  }

  /** The media clock is about to jump, or stands still. */
  interrupted() {
    this.last = null;
  }

  /** Keeps the play as far as it has come, should this page go without a word. */
  keepPlay() {
    if (this.#adopted()) this.#goOnAsAnother();
    if (!this.play?.started_at) return;
    keep(this.#nameOf(this.play), JSON.stringify({ play: told(this.play), at: Date.now() }));
    this.kept = this.play.heard;
  }

  /** The play is over; `send` tells the service. */
  finish() {
    clearInterval(this.keeping);
    if (this.#adopted()) this.#goOnAsAnother();
    const play = this.play;
    this.play = null;
    if (!play?.started_at) return;
    this.#store([...this.#waiting(), told(play)]);
    forget(this.#nameOf(play));
  }

  /** Another page took the play for one left over, while this one was frozen. */
  #adopted() {
    return this.play && this.kept !== null && recall(this.#nameOf(this.play)) === null;
  }

  /** What was kept is told by the page that adopted it; the rest is a play of its own. */
  #goOnAsAnother() {
    const heard = this.play.heard - this.kept;
    const startedAt = heard > 0 ? new Date(Date.now() - heard * 1000).toISOString() : null;
    this.play = { ...this.play, event_id: randomId(), started_at: startedAt, heard };
    this.kept = null;
  }

  #nameOf(play) {
    return this.unfinished + play.event_id;
  }

  /** What an earlier page left unfinished is over. */
  #adoptLeftOver() {
    const own = this.play && this.#nameOf(this.play);
    for (const name of storedNames(this.unfinished)) {
      const { play, at } = recallParsed(name) ?? { at: 0 };
      if (name === own || at > Date.now() - LEFT_AFTER_MS) continue;
      if (play) this.#store([...this.#waiting(), play]);
      forget(name);
    }
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    this.#adoptLeftOver();
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
    return recallParsed(this.shelf) ?? [];
  }

  #store(plays) {
    keep(this.shelf, JSON.stringify(plays));
  }
}

/** A play as the service is told of it. */
function told({ heard, ...play }) {
  return { ...play, played_ms: Math.round(heard * 1000) };
}
