/** The queue on the server, the same on every device: read when a page comes, saved seldom, and never waited for. */

import { readQueue, saveQueue, saveQueuePosition } from "./api.js";
import { recordingOf } from "./editing.js";
import { LAST_TO_START, deviceName, forget, keep, recall, recallParsed, storedNames } from "./keepsake.js";

const SHELF = "queue:";
const SETTLED_MS = 1000;
const POSITION_EVERY_SECONDS = 30;
const READ_EVERY_MS = 10_000;
const CHANGED_ELSEWHERE = 409;
const MOST_QUEUED = 1000;
const KEPT_BEFORE = 100;

export class QueueSync {
  constructor(player) {
    this.player = player;
    this.accountId = "";
    this.#begin();
    for (const name of ["track", "queue", "session"]) player.addEventListener(name, () => this.#later());
    player.addEventListener("moved", () => this.#movedHere());
    player.addEventListener("stopped", () => clearTimeout(this.timer));
    player.audio.addEventListener("pause", () => this.#later());
    player.audio.addEventListener("timeupdate", () => Math.abs(player.position - this.positionKept) >= POSITION_EVERY_SECONDS && this.#later());
    window.addEventListener("online", () => this.#later());
    window.addEventListener("storage", ({ key }) => key === this.#name && this.#savedByAnother());
  }

  /** Whose queue this is from now on. */
  belongTo(accountId) {
    if (accountId === this.accountId) return;
    this.accountId = accountId;
    this.#begin();
    for (const name of storedNames(SHELF)) if (name !== this.#name) forget(name);
    if (!accountId) return;
    this.#comeFrom();
    if (this.player.active && !this.#dirty) this.place = this.#placeNow();
    this.read();
  }

  /** Looks what other devices have done meanwhile. */
  async read() {
    const { accountId } = this;
    if (!accountId || this.told || this.saved || Date.now() - this.readAt < READ_EVERY_MS) return;
    this.readAt = Date.now();
    const queue = await readQueue().catch(() => null);
    if (!queue || accountId !== this.accountId || this.saved || this.told) return;
    if (queue.revision === this.player.revision) this.#sameQueue(queue);
    else this.#another(queue);
  }

  /** What is here may be old, which a page that is seen and plays nothing finds out at once, any other when it is looked at. */
  #savedByAnother() {
    this.readAt = 0;
    if (!document.hidden && this.#free) this.read();
  }

  /** Saves what is not saved yet. */
  save() {
    clearTimeout(this.timer);
    if (!this.accountId || !this.player.active || this.told || this.saved) return this.saved;
    const [tracks, place] = [this.#entries(), this.#placeNow()];
    const text = JSON.stringify(tracks);
    if (text === this.text && !this.#isFurther(place)) return null;
    const saved = this.#send(tracks, text, place).finally(() => this.saved === saved && this.#sent());
    this.saved = saved;
    return saved;
  }

  /** Whether the server has what is shown here, now that everything is saved that can be. */
  async settled() {
    await this.saved;
    await this.save();
    const shown = JSON.stringify(this.#entries());
    this.readAt = 0;
    await this.read();
    return !this.player.active || (!this.told && shown === this.text);
  }

  /** The listener has chosen: the queue of the other device, or this one. */
  settle(theirs) {
    const queue = this.told;
    this.told = null;
    if (theirs) {
      this.#take(queue);
    } else {
      this.#saveAgain(queue.revision);
    }
  }

  #begin() {
    clearTimeout(this.timer);
    const nothing = { text: null, numbers: null, place: null, sentIds: null, told: null, saved: null };
    Object.assign(this, { ...nothing, positionKept: 0, again: false, moved: false, readAt: 0 });
  }

  get #name() {
    return SHELF + this.accountId;
  }

  /** What a page of this browser saved or read last. */
  get #known() {
    return recallParsed(this.#name) ?? { revision: 0 };
  }

  /** What an earlier page left may be of an older queue than another page has saved since: then it is not known what that one was. */
  #comeFrom() {
    const { revision, text = null, numbers = null } = this.#known;
    const { player } = this;
    const isThat = !player.active || (player.revision ?? revision) === revision || JSON.stringify(this.#entries()) === text;
    if (isThat) Object.assign(this, { text, numbers });
    if (isThat) player.revision = revision;
  }

  async #send(tracks, text, place) {
    const { accountId } = this;
    const told = { known: this.player.revision, device: deviceName(), ...place };
    const isSame = text === this.text;
    this.sentIds = tracks.map((entry) => entry.track_id).join();
    this.moved = false;
    try {
      const { revision } = isSame ? await saveQueuePosition({ ...told, number: this.#numberOf(place) }) : await saveQueue({ ...told, tracks });
      // Whose account it was, nobody asks any more.
      if (accountId === this.accountId) this.#remember(revision, text, place, isSame ? this.numbers : null);
    } catch (refusal) {
      // What cannot be saved now waits for the next change, in this browser.
      if (refusal.status === CHANGED_ELSEWHERE && accountId === this.accountId) await this.#refused();
    }
  }

  #sent() {
    this.saved = null;
    if (this.again) this.#later();
  }

  /** Where another page has begun to play since, that one says where the listener is, unless they move here. */
  #isFurther(place) {
    if (recall(LAST_TO_START) !== this.player.id && !this.moved) return false;
    return place.number !== this.place?.number || place.position_ms !== this.place.position_ms;
  }

  #movedHere() {
    this.moved = true;
    this.#later();
  }

  /** @param {number[] | null} numbers of the entries in the queue on the server, where that has others between them that are not offered here */
  #remember(revision, text, place, numbers) {
    Object.assign(this, { text, place, numbers, sentIds: null });
    this.player.revision = revision;
    keep(this.#name, JSON.stringify({ revision, text, numbers }));
  }

  /** Of the current track in the queue on the server. */
  #numberOf(place) {
    return this.numbers?.[place.number - 1] ?? place.number;
  }

  get #dirty() {
    return this.player.active && JSON.stringify(this.#entries()) !== this.text;
  }

  /** Whether another device's queue can come here without anything being lost or broken off. */
  get #free() {
    return this.player.audio.paused && !this.#dirty;
  }

  #later() {
    this.positionKept = this.player.position;
    this.again = this.saved !== null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), SETTLED_MS);
  }

  /** Another device may have gone on in it. */
  #sameQueue(queue) {
    const moved = queue.device !== deviceName() && (queue.number !== this.place?.number || queue.position_ms !== this.place.position_ms);
    if (this.#dirty) this.save();
    else if (moved && this.player.audio.paused && queue.tracks.length) this.#take(queue);
  }

  async #refused() {
    const { accountId } = this;
    const queue = await readQueue().catch(() => null);
    if (queue && accountId === this.accountId) this.#another(queue);
  }

  /** Another revision than the one that is known here. */
  #another(queue) {
    if (this.#free) this.#take(queue);
    else if (this.#isOurs(queue)) this.#saveAgain(queue.revision);
    else this.#differs(queue);
  }

  /** Whether this page saved it, or the one before it, and was not told so: what it has here is what came after that. */
  #isOurs(queue) {
    const ids = queue.tracks.map((track) => track.id).join();
    return ids === this.sentIds || ids === this.#entries().map((entry) => entry.track_id).join();
  }

  #saveAgain(revision) {
    this.#remember(revision, null, null, null);
    this.#later();
  }

  #differs(queue) {
    this.told = queue;
    this.player.dispatch("elsewhere", queue.device === deviceName() ? "tab" : "device");
  }

  #take({ revision, tracks, number, position_ms: position, numbers }) {
    if (tracks.length) {
      const index = number - 1;
      this.player.restore({ queue: tracks, index, position: position / 1000, recording: this.#recordingOf(tracks[index]) });
    } else if (this.player.active) {
      this.player.stop();
    }
    clearTimeout(this.timer);
    const kept = this.#savedPlaces().map((at) => numbers?.[at]);
    this.#remember(revision, JSON.stringify(this.#entries()), this.#placeNow(), kept);
  }

  /** Of the track that is shown here already more is known. */
  #recordingOf(track) {
    const { player } = this;
    return (track.id === player.track?.id && player.recording) || recordingOf(track);
  }

  /** The queue as it is saved. */
  #entries() {
    return this.#savedPlaces().map((at) => entryOf(this.player.queue[at]));
  }

  /** A licence may forbid to tell what a station plays next, so that is left out: the station is asked again. */
  #savedPlaces() {
    const { queue, index } = this.player;
    const kept = [...queue.keys()].filter((at) => !queue[at].station || at <= index);
    return kept.slice(this.#cut, this.#cut + MOST_QUEUED);
  }

  /** How many tracks that were played long ago are left out of a queue that is too long. */
  get #cut() {
    return this.player.queue.length > MOST_QUEUED ? Math.max(0, this.player.index - KEPT_BEFORE) : 0;
  }

  #placeNow() {
    const { index, position } = this.player;
    return { number: index - this.#cut + 1, position_ms: Math.floor(Math.max(0, position) * 1000) };
  }
}

function entryOf({ id, source, autoplay, given }) {
  const given_at = given ? new Date(given).toISOString() : undefined;
  return { track_id: id, source: source ?? undefined, autoplay: autoplay || undefined, given_at };
}
