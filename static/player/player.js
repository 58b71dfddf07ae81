/** The player: a queue of tracks, the right to play one of them, and the audio. Its panel only shows and asks. */

import { playlistsOf } from "./api.js";
import { Crossfade } from "./crossfade.js";
import { Decks } from "./decks.js";
import { LAST_TO_START, keep, randomId } from "./keepsake.js";
import { Loudness } from "./loudness.js";
import { Order } from "./order.js";
import { PlayLog } from "./plays.js";
import { Recovery, lost } from "./recovery.js";
import { Sessions } from "./sessions.js";

const PREPARE_SECONDS = 20;
const RESTART_SECONDS = 3;

export class Player extends EventTarget {
  /** Dispatches `track`, `about` (detail: what is known of it), `favourite`, `queue`, `skip`, `starting`, `session`, `moved`, `problem` (detail: Refusal, null when it is over), `finished`, `slept`, `stopped`. */
  constructor(elements) {
    super();
    const audio = (this.audio = new Decks(elements));
    this.order = new Order();
    this.loudness = new Loudness(audio);
    this.crossfade = new Crossfade(audio, this.loudness);
    this.sessions = new Sessions(audio);
    this.recovery = new Recovery(this, this.sessions);
    /* Of the saved queue that this one comes from, where it is known. */
    this.revision = undefined;
    this.position = 0;
    this.recording = null;
    /* Whether it only shows what an earlier page or another device left. */
    this.atRest = false;
    /* Whether it is to be heard, and is fetched yet. */
    this.starting = false;
    this.turn = 0;
    this.id = randomId();
    this.stopsAfterTrack = false;
    this.#stop();
    audio.addEventListener("timeupdate", () => this.#ticked());
    audio.addEventListener("seeking", () => this.log?.interrupted());
    audio.addEventListener("pause", () => this.log?.interrupted());
    audio.addEventListener("ended", () => this.#ended());
    audio.addEventListener("playing", () => this.#setStarting(false));
    this.addEventListener("problem", ({ detail }) => detail && this.#setStarting(false));
  }

  get queue() {
    return this.order.queue;
  }

  get index() {
    return this.order.index;
  }

  get track() {
    return this.order.track;
  }

  get active() {
    return this.track !== null;
  }

  get hasNext() {
    return this.order.next !== null;
  }

  get session() {
    return this.sessions.current;
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
    this.order.queue = queue;
    this.dispatch("queue");
    return this.#start(index);
  }

  /** Takes up what an earlier page or another device left, in silence: a press on play goes on from there. */
  restore({ queue, index, position, recording, revision = this.revision }) {
    this.turn += 1;
    if (this.session) this.#leave();
    this.#stop();
    Object.assign(this.order, { queue, index });
    Object.assign(this, { position, recording, revision, atRest: true });
    this.dispatch("queue");
    this.dispatch("track");
  }

  /** What comes from the server at rest has none. */
  knowWaveform(waveform) {
    if (this.atRest && this.recording && !this.recording.waveform) this.recording = { ...this.recording, waveform };
  }

  /** Another order or other tracks around the one that is playing. */
  rearrange(queue, index) {
    Object.assign(this.order, { queue, index });
    this.dispatch("queue");
  }

  /** Goes to another place in the queue. */
  goTo(index) {
    return this.#start(index, { paused: this.audio.paused && this.session !== null });
  }

  /** Whether it is heard, or about to be. */
  get isGoing() {
    return this.active && (this.starting || !this.audio.paused);
  }

  toggle() {
    return this.isGoing ? this.pause() : this.resume();
  }

  /** Also what is about to play. */
  pause() {
    this.paused = true;
    this.#setStarting(false);
    this.audio.pause();
  }

  /** Goes on where it stopped, under a new session where the old one has run out meanwhile. */
  resume() {
    if (!this.active) return;
    const { problem } = this.recovery;
    if (problem?.again) return problem.again();
    if (this.sessions.hasRunOut) return this.carryOn();
    this.paused = false;
    const going = this.#go();
    this.sessions.renew();
    return going;
  }

  /** The network is back: what waited for it goes on, in the state it was in. */
  reconnected() {
    this.recovery.reconnected();
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
    if (this.hasNext) this.#start(this.order.next);
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

  /** The pitch stays. */
  setSpeed(speed) {
    this.audio.setSpeed(speed);
  }

  /** `off`, `all` or `one`. */
  setRepeat(repeat) {
    this.order.repeat = repeat;
    this.dispatch("queue");
  }

  /** Nothing is played any more. The promise is kept when what was heard is told. */
  stop() {
    this.turn += 1;
    const told = this.#leave();
    this.recording = null;
    this.order.queue = [];
    this.#stop();
    this.dispatch("stopped");
    return told;
  }

  /** The page is about to go. */
  close() {
    this.#leave();
    this.log?.send();
    this.sessions.current = null;
  }

  /** The same track, at the same position, under a new session. */
  carryOn({ paused = false } = {}) {
    return this.#start(this.index, { position: this.position, continued: true, paused });
  }

  /** The music stops, and why is told. */
  breakOff(refusal) {
    this.pause();
    this.sessions.current = null;
    this.dispatch("problem", refusal);
  }

  dispatch(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  async #start(index, { position = 0, takeOver = false, continued = false, paused = false, ...passage } = {}) {
    const turn = (this.turn += 1);
    const isWanted = () => turn === this.turn;
    const prepared = this.sessions.take(this.queue[index]);
    if (continued) this.#replace();
    else this.#leave();
    this.#stop(passage);
    this.atRest = false;
    this.order.index = index;
    this.position = position;
    if (!continued) this.recording = null;
    this.paused = paused;
    this.#setStarting(!paused);
    this.dispatch("track");
    try {
      const session = (await prepared) ?? (await this.sessions.ask(this.track, isWanted, takeOver));
      if (!isWanted()) return this.sessions.end(session);
      this.#begin(session, continued);
    } catch (refusal) {
      if (isWanted()) this.dispatch("problem", refusal);
    }
  }

  #begin(session, continued) {
    this.sessions.current = session;
    keep(LAST_TO_START, this.id);
    this.recording = { seconds: session.duration_ms / 1000, waveform: session.audio.waveform, preview: session.preview };
    if (continued && this.log.play) this.log.goOnUnder(session.id);
    else this.log.begin(session.track_id, session.id, this.track.source);
    this.loudness.level(session.audio.loudness);
    const loaded = this.audio.load(playlistsOf(session), this.position);
    this.sessions.renewLater();
    this.dispatch("session");
    loaded.then((ready) => ready && !this.paused && this.#go());
  }

  async #go() {
    try {
      await this.audio.play();
    } catch (error) {
      // AbortError: another track was chosen meanwhile. NotAllowedError: the browser waits for a press on play, which is what is shown.
      if (error.name !== "AbortError") this.#setStarting(false);
      if (!["AbortError", "NotAllowedError"].includes(error.name)) this.dispatch("problem", lost());
    }
  }

  #setStarting(starting) {
    if (starting === this.starting) return;
    this.starting = starting;
    this.dispatch("starting");
  }

  /** Another session is about to carry on the same play. */
  #replace() {
    this.sessions.end(this.session);
    this.sessions.forgetPrepared();
  }

  #leave() {
    if (this.session) this.log.heardUpTo(this.audio.currentTime, this.audio.playbackRate);
    this.log?.finish();
    const told = this.sessions.end(this.session).then(() => this.log?.send());
    return Promise.all([told, this.sessions.forgetPrepared()]);
  }

  /** What plays is broken off, is `faded` out within so many seconds, or has ended and is `joined` by what is cued. */
  #stop({ faded = 0, joined = false } = {}) {
    this.sessions.current = null;
    this.sessions.renewNoMore();
    this.#setStarting(false);
    this.recovery.forget();
    this.finished = false;
    if (faded) return this.crossfade.begin(faded);
    if (joined) this.audio.change();
    else this.audio.unload();
    this.crossfade.end();
  }

  #ticked() {
    if (!this.session || this.audio.seeking) return;
    this.position = this.audio.currentTime;
    if (this.audio.paused) return;
    this.log.heardUpTo(this.position, this.audio.playbackRate);
    this.recovery.settle();
    const left = this.recording.seconds - this.position;
    if (left < PREPARE_SECONDS + this.crossfade.seconds) this.#prepare();
    if (!this.stopsAfterTrack) this.#cue(left);
  }

  /** The next track is made ready beside this one, of which so many seconds are left, and may grow out of it. */
  #cue(left) {
    const { prepared } = this.sessions;
    if (!prepared?.ready || prepared.track !== this.queue[this.order.following]) return;
    this.audio.cue(playlistsOf(prepared.ready));
    if (!this.audio.isLoaded || !this.crossfade.joins(this.session, prepared.ready, this.order)) return;
    const faded = left / this.audio.playbackRate;
    if (faded > 0 && faded <= this.crossfade.seconds) this.#start(this.order.following, { faded });
  }

  #prepare() {
    const { turn, order } = this;
    if (order.following === null || this.stopsAfterTrack) return;
    const next = this.queue[order.following];
    if (this.sessions.hasPreparedOtherThan(next)) this.#unprepare();
    this.sessions.prepare(next, () => turn === this.turn);
  }

  /** The queue was changed meanwhile. */
  #unprepare() {
    this.sessions.forgetPrepared();
    this.audio.uncue();
  }

  #ended() {
    const { following } = this.order;
    const joined = this.audio.isCued && !this.sessions.hasPreparedOtherThan(this.queue[following]);
    if (following !== null && !this.stopsAfterTrack) return this.#start(following, { joined });
    if (following === null) this.#finished();
    else this.restore({ queue: this.queue, index: following, position: 0, recording: null });
    if (this.stopsAfterTrack) this.dispatch("slept");
  }

  /** What comes later goes on by itself, but where the listener wanted an end. */
  #finished() {
    this.#leave();
    this.sessions.current = null;
    this.sessions.renewNoMore();
    this.position = 0;
    this.finished = !this.stopsAfterTrack;
    if (this.finished) this.dispatch("finished");
  }
}
