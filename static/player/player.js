/** The player: a queue of tracks, the right to play one of them, and the audio. Its panel only shows and asks. */

import { Refusal, endPlayback, playlistOf, renewPlayback, startPlayback } from "./api.js";
import { Engine } from "./engine.js";
import { LAST_TO_START, deviceName, keep, randomId, recall } from "./keepsake.js";
import { levelling } from "./loudness.js";
import { PlayLog } from "./plays.js";
import { _ } from "../words.js";

const PREPARE_SECONDS = 20;
const RESTART_SECONDS = 3;
const MARGIN_MS = 5000;
const SETTLED_SECONDS = 10;

const lost = () => new Refusal({ detail: _("The audio stopped coming."), next_step: _("Check your connection, then play on.") });

export class Player extends EventTarget {
  /** Dispatches `track`, `queue`, `skip`, `session`, `moved`, `problem` (detail: Refusal, null when it is over), `finished`, `slept`, `stopped`. */
  constructor(audio) {
    super();
    this.audio = audio;
    this.engine = new Engine(audio);
    this.queue = [];
    this.index = 0;
    /* Of the saved queue that this one comes from, where it is known. */
    this.revision = undefined;
    this.position = 0;
    this.recording = null;
    /* Whether it only shows what an earlier page or another device left. */
    this.atRest = false;
    this.turn = 0;
    this.id = randomId();
    this.asked = Promise.resolve();
    this.volume = this.faded = 1;
    this.repeat = "off";
    this.stopsAfterTrack = false;
    this.#stop();
    this.engine.addEventListener("failed", () => this.#failed());
    audio.addEventListener("timeupdate", () => this.#ticked());
    audio.addEventListener("seeking", () => this.log?.interrupted());
    audio.addEventListener("pause", () => this.log?.interrupted());
    audio.addEventListener("ended", () => this.#ended());
    audio.addEventListener("playing", () => this.dispatch("problem", null));
    this.addEventListener("problem", ({ detail }) => (this.problem = detail));
  }

  get track() {
    return this.queue[this.index] ?? null;
  }

  get active() {
    return this.track !== null;
  }

  get hasNext() {
    return this.#next !== null;
  }

  /** Where a press on next leads. */
  get #next() {
    if (this.index + 1 < this.queue.length) return this.index + 1;
    return this.repeat === "off" || this.queue.some((track) => track.station) ? null : 0;
  }

  /** What comes by itself. */
  get #following() {
    return this.repeat === "one" && !this.track?.station ? this.index : this.#next;
  }

  /** Whose player this is from now on; nobody's (an empty id) stops it. */
  belongTo(accountId) {
    if (accountId === this.accountId) return;
    if (this.active) this.stop();
    this.accountId = accountId;
    this.revision = undefined;
    this.log = accountId ? new PlayLog(accountId) : null;
    this.log?.send();
  }

  play(queue, index) {
    this.queue = queue;
    this.dispatch("queue");
    return this.#start(index);
  }

  /** Takes up what an earlier page or another device left, in silence: a press on play goes on from there. */
  restore({ queue, index, position, recording, revision = this.revision }) {
    this.turn += 1;
    if (this.session) this.#leave();
    this.session = this.problem = null;
    this.#stop();
    Object.assign(this, { queue, index, position, recording, revision, atRest: true });
    this.dispatch("queue");
    this.dispatch("track");
  }

  /** Another order or other tracks around the one that is playing. */
  rearrange(queue, index) {
    Object.assign(this, { queue, index });
    this.dispatch("queue");
  }

  /** Goes to another place in the queue. */
  goTo(index) {
    return this.#start(index, { paused: this.audio.paused && this.session !== null });
  }

  toggle() {
    return this.audio.paused ? this.resume() : this.pause();
  }

  /** Also what is about to play. */
  pause() {
    this.paused = true;
    this.audio.pause();
  }

  /** Goes on where it stopped, under a new session where the old one has run out meanwhile. */
  resume() {
    if (!this.active) return;
    if (this.problem?.again) return this.problem.again();
    if (!this.session || Date.parse(this.session.expires_at) < Date.now() + MARGIN_MS) return this.#again();
    this.paused = false;
    const going = this.#go();
    this.#renew();
    return going;
  }

  /** The network is back: what waited for it goes on, in the state it was in. */
  reconnected() {
    if (this.active && this.problem?.reason === "offline" && !this.problem.again) this.#again({ paused: this.paused });
    this.log?.send();
  }

  /** Stops what the account plays elsewhere. */
  playHere() {
    return this.#start(this.index, { position: this.position, takeOver: true });
  }

  /** On a station a skip is asked for (`skip`): who answers that goes on by `goOn`. */
  next() {
    if (this.track?.station) this.dispatch("skip");
    else this.goOn();
  }

  goOn() {
    if (this.hasNext) this.#start(this.#next);
  }

  /** More to play behind what is in the queue; where all of it has been played, it goes on. */
  extend(tracks) {
    this.rearrange([...this.queue, ...tracks], this.index);
    if (this.finished) this.goOn();
  }

  previous() {
    if (this.position > RESTART_SECONDS || this.index === 0 || this.track.station) this.seek(0);
    else this.#start(this.index - 1);
  }

  seek(seconds) {
    if (!this.recording) return;
    this.position = Math.min(Math.max(0, seconds), this.recording.seconds);
    if (this.session) this.audio.currentTime = this.position;
    this.dispatch("moved");
  }

  skip(seconds) {
    this.seek(this.position + seconds);
  }

  setVolume(volume) {
    this.volume = volume;
    this.audio.volume = volume ** 2 * (this.session ? levelling(this.session.audio.loudness) : 1) * this.faded;
  }

  /** Turned down for the moment, by a factor from 0 to 1. */
  fade(factor) {
    this.faded = factor;
    this.setVolume(this.volume);
  }

  /** The pitch stays. */
  setSpeed(speed) {
    this.audio.defaultPlaybackRate = this.audio.playbackRate = speed;
  }

  /** `off`, `all` or `one`. */
  setRepeat(repeat) {
    this.repeat = repeat;
    this.dispatch("queue");
  }

  /** Nothing is played any more. The promise is kept when what was heard is told. */
  stop() {
    this.turn += 1;
    const told = this.#leave();
    this.session = this.recording = null;
    this.queue = [];
    this.#stop();
    this.dispatch("stopped");
    return told;
  }

  /** The page is about to go. */
  close() {
    this.#leave();
    this.log?.send();
    this.session = null;
  }

  dispatch(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  async #start(index, { position = 0, takeOver = false, continued = false, paused = false } = {}) {
    const turn = (this.turn += 1);
    const prepared = this.queue[index] === this.prepared?.track ? this.#takePrepared() : null;
    if (continued) this.#replace();
    else this.#leave();
    this.session = null;
    this.atRest = false;
    this.index = index;
    this.position = position;
    if (!continued) this.recording = null;
    this.paused = paused;
    this.problem = null;
    this.#stop();
    this.dispatch("track");
    try {
      const session = (await prepared) ?? (await this.#ask(turn, this.track.id, takeOver));
      if (turn !== this.turn) return this.#end(session);
      this.#begin(session, continued);
    } catch (refusal) {
      if (turn === this.turn) this.dispatch("problem", refusal);
    }
  }

  /** One after the other, null where it is not wanted any more: the session that is started last holds this device's place. */
  #ask(turn, trackId, takeOver) {
    const session = this.asked.then(() => (turn === this.turn ? startPlayback(trackId, deviceName(), takeOver) : null));
    this.asked = session.catch(() => {});
    return session;
  }

  #begin(session, continued) {
    this.session = session;
    keep(LAST_TO_START, this.id);
    this.recording = { seconds: session.duration_ms / 1000, waveform: session.audio.waveform, preview: session.preview };
    if (continued && this.log.play) this.log.goOnUnder(session.id);
    else this.log.begin(session.track_id, session.id, this.track.source);
    this.setVolume(this.volume);
    const loaded = this.engine.load(playlistOf(session.id), this.position);
    this.#renewLater();
    this.dispatch("session");
    loaded.then((ready) => ready && !this.paused && this.#go());
  }

  async #go() {
    try {
      await this.audio.play();
    } catch (error) {
      // AbortError: another track was chosen meanwhile. NotAllowedError: the browser waits for a press on play, which is what is shown.
      if (!["AbortError", "NotAllowedError"].includes(error.name)) this.dispatch("problem", lost());
    }
  }

  /** The same track, at the same position, under a new session. */
  #again({ paused = false } = {}) {
    return this.#start(this.index, { position: this.position, continued: true, paused });
  }

  /** Another session is about to carry on the same play. */
  #replace() {
    this.#end(this.session);
    this.#forgetPrepared();
  }

  #leave() {
    if (this.session) this.log.heardUpTo(this.audio.currentTime, this.audio.playbackRate);
    this.log?.finish();
    const told = this.#end(this.session).then(() => this.log?.send());
    return Promise.all([told, this.#forgetPrepared()]);
  }

  #stop() {
    clearTimeout(this.renewal);
    this.recovered = this.finished = false;
    this.engine?.unload();
  }

  async #end(session) {
    if (session) await endPlayback(session.id).catch(() => {});
  }

  #ticked() {
    if (!this.session || this.audio.seeking) return;
    this.position = this.audio.currentTime;
    if (this.audio.paused) return;
    this.log.heardUpTo(this.position, this.audio.playbackRate);
    if (this.recovered && this.position > this.recoveredAt + SETTLED_SECONDS) this.recovered = false;
    if (this.recording.seconds - this.position < PREPARE_SECONDS) this.#prepare();
  }

  /** Asks for the next track's session ahead of time, so that nothing is waited for between tracks. */
  #prepare() {
    if (this.prepared || this.#following === null || this.stopsAfterTrack) return;
    this.prepared = { track: this.queue[this.#following], session: this.#nextSession() };
  }

  /** Once the next session is started, the present one is renewed no more, and its renewals prove what is heard. */
  async #nextSession() {
    const turn = this.turn;
    const { id } = this.queue[this.#following];
    await renewPlayback(this.session.id).catch(() => {});
    return this.#ask(turn, id, false).catch(() => null);
  }

  async #takePrepared() {
    const { session } = this.prepared;
    this.prepared = null;
    const ready = await session;
    return ready && fresh(ready, this.audio.playbackRate) ? ready : null;
  }

  #forgetPrepared() {
    const ended = this.prepared?.session.then((session) => this.#end(session));
    this.prepared = null;
    return ended;
  }

  #ended() {
    const following = this.#following;
    if (following !== null && !this.stopsAfterTrack) return this.#start(following);
    if (following === null) this.#finished();
    else this.restore({ queue: this.queue, index: following, position: 0, recording: null });
    if (this.stopsAfterTrack) this.dispatch("slept");
  }

  /** What comes later goes on by itself, but where the listener wanted an end. */
  #finished() {
    this.#leave();
    this.session = null;
    this.position = 0;
    clearTimeout(this.renewal);
    this.finished = !this.stopsAfterTrack;
    if (this.finished) this.dispatch("finished");
  }

  #renewLater() {
    clearTimeout(this.renewal);
    this.renewal = setTimeout(() => this.#renew(), this.session.renew_every * 1000);
  }

  /** A paused player lets its session run out: it holds a place that another device may want. */
  async #renew() {
    const session = this.session;
    if (!session || this.audio.paused) return;
    this.#renewLater();
    try {
      // Once the next track is prepared, its session holds this device's place.
      const holder = (await this.prepared?.session) ?? session;
      const lease = await renewPlayback(holder.id);
      session.expires_at = holder.expires_at = lease.expires_at;
    } catch (refusal) {
      if (session === this.session && refusal.status) this.#refused(refusal);
    }
  }

  #refused(refusal) {
    if (refusal.status >= 500) return;
    // Where no other page of this browser went on playing, the session was merely lost; whether another device plays is Core's to say.
    if (refusal.reason === "session_ended" && recall(LAST_TO_START) === this.id) return this.#again({ paused: this.audio.paused });
    this.pause();
    this.session = null;
    this.dispatch("problem", refusal);
  }

  /** Most often the links have expired: a new session brings new ones. Once; then it is told. */
  #failed() {
    if (!this.session) return;
    if (!this.recovered) {
      this.#again({ paused: this.audio.paused });
      this.recovered = true;
      this.recoveredAt = this.position;
    } else {
      this.#refused(lost());
    }
  }
}

/** Good for the whole track that is about to begin, at this speed. */
function fresh(session, speed) {
  const now = Date.now() + MARGIN_MS;
  return Date.parse(session.expires_at) > now && Date.parse(session.urls_expire_at) > now + session.duration_ms / speed;
}
