/** The right to play a track: asked for one after the other, the next one ahead of time, and renewed while music plays. */

import { endPlayback, renewPlayback, startPlayback } from "./api.js";
import { deviceName } from "./keepsake.js";

const MARGIN_MS = 5000;

export class Sessions extends EventTarget {
  /** Dispatches `refused` (detail: Refusal) when the present session cannot be renewed. */
  constructor(audio) {
    super();
    this.audio = audio;
    this.current = null;
    this.prepared = null;
    this.asked = Promise.resolve();
  }

  get hasRunOut() {
    return !this.current || Date.parse(this.current.expires_at) < Date.now() + MARGIN_MS;
  }

  /** One after the other, null where it `isWanted` no more by then: the session that is started last holds this device's place. */
  ask(track, isWanted, takeOver = false) {
    const session = this.asked.then(() => (isWanted() ? startPlayback(track.id, deviceName(), takeOver) : null));
    this.asked = session.catch(() => {});
    return session;
  }

  /** Asks for the next track's session ahead of time, so that nothing is waited for between tracks. */
  prepare(track, isWanted) {
    this.prepared ??= this.#prepared(track, this.#askAhead(track, isWanted));
  }

  hasPreparedOtherThan(track) {
    return this.prepared !== null && this.prepared.track !== track;
  }

  /** `ready` once it is there, and good for the whole track. */
  #prepared(track, session) {
    const prepared = { track, session, ready: null };
    session.then((ready) => (prepared.ready = this.#lasting(ready)));
    return prepared;
  }

  /** Once the next session is started, the present one is renewed no more, and its renewals prove what is heard. */
  async #askAhead(track, isWanted) {
    await renewPlayback(this.current.id).catch(() => {});
    return this.ask(track, isWanted).catch(() => null);
  }

  /** What was prepared for this track, null where there is nothing that lasts. */
  async take(track) {
    if (track !== this.prepared?.track) return null;
    const { session } = this.prepared;
    this.prepared = null;
    return this.#lasting(await session);
  }

  #lasting(session) {
    return session && lasts(session, this.audio.playbackRate) ? session : null;
  }

  forgetPrepared() {
    const ended = this.prepared?.session.then((session) => this.end(session));
    this.prepared = null;
    return ended;
  }

  async end(session) {
    if (session) await endPlayback(session.id).catch(() => {});
  }

  renewLater() {
    this.renewNoMore();
    this.renewal = setTimeout(() => this.renew(), this.current.renew_every * 1000);
  }

  renewNoMore() {
    clearTimeout(this.renewal);
  }

  /** A paused player lets its session run out: it holds a place that another device may want. */
  async renew() {
    const session = this.current;
    if (!session || this.audio.paused) return;
    this.renewLater();
    try {
      // Once the next track is prepared, its session holds this device's place.
      const holder = (await this.prepared?.session) ?? session;
      const lease = await renewPlayback(holder.id);
      session.expires_at = holder.expires_at = lease.expires_at;
    } catch (refusal) {
      if (session === this.current && refusal.status) this.dispatchEvent(new CustomEvent("refused", { detail: refusal }));
    }
  }
}

/** Whether it is good for the whole track that is about to begin, at this speed. */
function lasts(session, speed) {
  const now = Date.now() + MARGIN_MS;
  return Date.parse(session.expires_at) > now && Date.parse(session.urls_expire_at) > now + session.duration_ms / speed;
}
