/** How the queue is played: in what order, again, how fast, and until when. Remembered in this browser, but for when to stop. */

import { _ } from "../words.js";
import { forget, keep, recall } from "./keepsake.js";

const FADES_OVER_MS = 6000;
const FADE_STEP_MS = 100;
const MINUTE_MS = 60_000;
const REPEATS = { off: _("Repeat: off"), all: _("Repeat: the queue"), one: _("Repeat: this track") };
const ORDER = Object.keys(REPEATS);

export class Modes {
  /** @param {import("./editing.js").Editing} editing lets a changed order be undone  @param {import("./chips.js").Chips} chips show what is on */
  constructor(element, player, chips, editing, say) {
    Object.assign(this, { player, chips, editing, say, original: null });
    const part = (name) => element.querySelector(`[data-part="${name}"]`);
    [this.shuffleButton, this.repeatButton, this.speed, this.sleep] = ["shuffle", "repeat", "speed", "sleep"].map(part);
    this.shuffleButton.addEventListener("click", () => this.toggleShuffle());
    this.repeatButton.addEventListener("click", () => this.nextRepeat());
    this.speed.addEventListener("change", () => this.#setSpeed(this.speed.value));
    this.sleep.addEventListener("change", () => this.#sleepAfter(this.sleep.value));
    player.addEventListener("slept", () => this.#slept());
    this.#setShuffle(recall("shuffle") === "on");
    this.#setRepeat(recall("repeat") ?? "off");
    this.#setSpeed(recall("speed") ?? "1");
  }

  /** A queue that somebody begins, in the order that they want: what they chose first, or any where they chose the whole. */
  arranged(queue, index, whole) {
    this.original = null;
    if (!this.shuffled) return [queue, index];
    const first = whole ? Math.floor(Math.random() * queue.length) : index;
    this.original = queue;
    return [[queue[first], ...inAnyOrder(queue.toSpliced(first, 1))], 0];
  }

  toggleShuffle() {
    const { queue, index, track } = this.player;
    this.#setShuffle(!this.shuffled);
    if (track.station) {
      this.say(this.shuffled ? _("Shuffle is on; a station goes on in its own order") : _("Shuffle is off"));
    } else if (this.shuffled) {
      this.original = queue;
      this.editing.reorder([...queue.slice(0, index + 1), ...inAnyOrder(queue.slice(index + 1))], _("Shuffle is on"));
    } else if (this.original) {
      this.editing.reorder(asBefore(this.original, queue, track), _("Shuffle is off"));
    } else {
      this.say(_("Shuffle is off"));
    }
  }

  nextRepeat() {
    this.#setRepeat(ORDER[(ORDER.indexOf(this.player.order.repeat) + 1) % ORDER.length]);
    this.say(REPEATS[this.player.order.repeat]);
  }

  #setShuffle(shuffled) {
    this.shuffled = this.player.order.shuffled = shuffled;
    if (shuffled) keep("shuffle", "on");
    else forget("shuffle");
    this.shuffleButton.setAttribute("aria-pressed", String(shuffled));
  }

  #setRepeat(repeat) {
    const known = repeat in REPEATS ? repeat : "off";
    keep("repeat", known);
    this.player.setRepeat(known);
    this.repeatButton.dataset.repeat = known;
    this.repeatButton.setAttribute("aria-label", REPEATS[known]);
    this.repeatButton.title = REPEATS[known];
  }

  #setSpeed(speed) {
    this.speed.value = speed;
    if (!this.speed.value) this.speed.value = "1";
    keep("speed", this.speed.value);
    this.player.setSpeed(Number(this.speed.value));
    const words = `${this.speed.value}×`;
    this.chips.show("speed", this.speed.value === "1" ? null : words, _("Speed {speed}", { speed: words }));
  }

  #sleepAfter(choice) {
    this.#wake();
    this.player.stopsAfterTrack = choice === "track";
    if (choice === "track") this.chips.show("sleep", _("Sleep after this track"));
    if (!Number(choice)) return;
    const after = Number(choice) * MINUTE_MS;
    this.timer = setTimeout(() => this.#fade(Date.now()), after - FADES_OVER_MS);
    this.#showLeft(Date.now() + after);
  }

  /** As many minutes as have begun until then. */
  #showLeft(until) {
    const left = until - Date.now();
    const minutes = Math.ceil(left / MINUTE_MS);
    this.chips.show("sleep", _("Sleep {minutes} min", { minutes }), _("Sleep {minutes} min: sleep timer", { minutes }));
    this.tick = setTimeout(() => this.#showLeft(until), left - (minutes - 1) * MINUTE_MS || MINUTE_MS);
  }

  #fade(began) {
    const left = 1 - (Date.now() - began) / FADES_OVER_MS;
    if (left > 0 && !this.player.audio.paused) {
      this.player.loudness.fade(left);
      this.timer = setTimeout(() => this.#fade(began), FADE_STEP_MS);
    } else {
      this.player.pause();
      this.#slept();
    }
  }

  #slept() {
    this.#wake();
    this.sleep.value = "never";
    this.say(_("The music has stopped, as you wished"));
  }

  #wake() {
    clearTimeout(this.timer);
    clearTimeout(this.tick);
    this.chips.show("sleep", null);
    this.player.stopsAfterTrack = false;
    this.player.loudness.fade(1);
  }
}

function inAnyOrder(tracks) {
  const left = [...tracks];
  for (let at = left.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    [left[at], left[other]] = [left[other], left[at]];
  }
  return left;
}

/** The order of before the shuffle, of what is still there; what was added since comes next. */
function asBefore(original, queue, track) {
  const [known, left] = [new Set(original), new Set(queue)];
  const order = original.filter((one) => left.has(one));
  const place = order.indexOf(track) + 1;
  return order.toSpliced(place, 0, ...queue.filter((one) => !known.has(one)));
}
