/** Two media elements that are one to everybody else: while one track is faded into the next, both are heard. */

import { Engine } from "./engine.js";

const EVENTS = [
  "durationchange", "emptied", "ended", "error", "pause", "play", "playing", "progress", "ratechange", "seeked", "seeking", "timeupdate", "waiting",
];

const UNCUED = { cued: null, ready: false, rendition: null };

export class Decks extends EventTarget {
  /** Dispatches the events of the element that plays what is shown, and those of its engine. */
  constructor(elements) {
    super();
    this.decks = Array.from(elements, (audio) => ({ audio, engine: new Engine(audio), ...UNCUED }));
    for (const deck of this.decks) this.#pass(deck);
    this.#mark();
  }

  get elements() {
    return this.decks.map(({ audio }) => audio);
  }

  get #current() {
    return this.decks[0];
  }

  get #spare() {
    return this.decks[1];
  }

  #pass(deck) {
    const pass = (event) => deck === this.#current && this.dispatchEvent(new CustomEvent(event.type, { detail: event.detail }));
    for (const name of EVENTS) deck.audio.addEventListener(name, pass);
    deck.engine.addEventListener("rendition", ({ detail }) => (deck.rendition = detail));
    deck.engine.addEventListener("failed", () => (deck.ready = false));
    for (const name of ["failed", "rendition"]) deck.engine.addEventListener(name, pass);
  }

  /** Makes it ready to play from `position`, in seconds; false where something else is wanted meanwhile, or it failed. */
  async load(playlists, position) {
    const { engine, cued, ready, rendition } = this.#current;
    if (!ready || cued !== playlists.automatic) return engine.load(playlists, position);
    // What came before its turn was passed on to nobody.
    if (rendition) this.dispatchEvent(new CustomEvent("rendition", { detail: rendition }));
    this.dispatchEvent(new CustomEvent("progress"));
    return true;
  }

  /** Makes ready what comes next, beside what plays; not before what went before is heard no more. */
  async cue(playlists) {
    const deck = this.#spare;
    if (this.tail || deck.cued === playlists.automatic) return;
    deck.cued = playlists.automatic;
    deck.ready = await deck.engine.load(playlists, 0);
  }

  /** Whether something is made ready. */
  get isCued() {
    return this.#spare.ready;
  }

  /** Whether there is enough of it to be heard at once. */
  get isLoaded() {
    return this.isCued && this.#spare.audio.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  /** Something else comes next. */
  uncue() {
    if (this.tail) return;
    Object.assign(this.#spare, UNCUED);
    this.#spare.engine.unload();
  }

  /** What was cued takes the place of what plays, which is heard until it is unloaded. */
  change() {
    this.decks.reverse();
    this.#mark();
    this.tail = this.#spare.audio;
    Object.assign(this.#spare, UNCUED);
  }

  #mark() {
    for (const deck of this.decks) deck.audio.toggleAttribute("data-heard", deck === this.#current);
  }

  /** What was faded out is heard no more. */
  dropTail() {
    if (!this.tail) return;
    this.tail = null;
    this.#spare.engine.unload();
  }

  unload() {
    this.tail = null;
    for (const deck of this.decks) {
      Object.assign(deck, UNCUED);
      deck.engine.unload();
    }
  }

  setQuality(quality) {
    for (const { engine } of this.decks) engine.setQuality(quality);
  }

  setSpeed(speed) {
    for (const { audio } of this.decks) audio.defaultPlaybackRate = audio.playbackRate = speed;
  }

  play() {
    return this.#current.audio.play();
  }

  pause() {
    this.dropTail();
    this.#current.audio.pause();
  }

  get paused() {
    return this.#current.audio.paused;
  }

  get ended() {
    return this.#current.audio.ended;
  }

  get seeking() {
    return this.#current.audio.seeking;
  }

  get readyState() {
    return this.#current.audio.readyState;
  }

  get buffered() {
    return this.#current.audio.buffered;
  }

  get duration() {
    return this.#current.audio.duration;
  }

  get playbackRate() {
    return this.#current.audio.playbackRate;
  }

  get currentTime() {
    return this.#current.audio.currentTime;
  }

  set currentTime(seconds) {
    this.#current.audio.currentTime = seconds;
  }

  set volume(volume) {
    this.#current.audio.volume = volume;
  }

  /** Of what is faded out. */
  set tailVolume(volume) {
    if (this.tail) this.tail.volume = volume;
  }
}
