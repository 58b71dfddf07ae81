/** Where the listener is, kept for the next page load: the queue, the track, the position. Never seen by another listener. */

import { forget, keep, recallParsed, storedNames } from "./keepsake.js";

const SHELF = "place:";
const KEEP_EVERY_SECONDS = 5;

export class Place {
  constructor(player) {
    this.player = player;
    this.accountId = "";
    this.kept = null;
    for (const name of ["track", "session", "moved"]) player.addEventListener(name, () => this.keep());
    player.addEventListener("stopped", () => this.#forget());
    player.audio.addEventListener("pause", () => this.keep());
    player.audio.addEventListener("timeupdate", () => Math.abs(player.position - this.keptAt) >= KEEP_EVERY_SECONDS && this.keep());
  }

  /** Whose place this is from now on; what others left in this browser is forgotten. */
  belongTo(accountId) {
    if (accountId === this.accountId) return;
    this.accountId = accountId;
    for (const name of storedNames(SHELF)) if (name !== this.#name) forget(name);
    if (accountId) this.#takeUp();
  }

  /** A page on which nothing was played or moved keeps nothing: another one may have gone further. */
  keep() {
    const { queue, index, position, recording, revision, active } = this.player;
    if (!active || !this.accountId) return;
    const place = { queue, index, position, recording };
    const text = JSON.stringify(place);
    if (text === this.kept) return;
    this.#keptAs(text, position);
    keep(this.#name, JSON.stringify({ ...place, revision }));
  }

  get #name() {
    return SHELF + this.accountId;
  }

  #takeUp() {
    const { revision, ...place } = recallParsed(this.#name) ?? {};
    if (!place.queue?.[place.index]) return;
    this.#keptAs(JSON.stringify(place), place.position);
    this.player.restore({ ...place, revision });
  }

  #keptAs(text, position) {
    this.kept = text;
    this.keptAt = position;
  }

  #forget() {
    this.kept = null;
    if (this.accountId) forget(this.#name);
  }
}
