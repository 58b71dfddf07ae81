/** What the player shows of a track beside its names: whether it is a favourite, as the hearts of the page say it, and where its artist is. */

import { aboutTrack, favour } from "./api.js";
import { _ } from "../words.js";

export class About {
  /** @param {(words: string) => void} say tells what has happened */
  constructor(element, player, say) {
    Object.assign(this, { player, say, kept: false });
    this.button = element.querySelector('[data-part="favourite"]');
    this.button.addEventListener("click", () => this.toggle());
    player.addEventListener("track", () => this.#ask());
    player.addEventListener("stopped", () => this.#forget());
    document.addEventListener("htmx:after:swap", () => this.#readPage());
  }

  async toggle() {
    const [{ track }, keep] = [this.player, !this.kept];
    this.chosen = track.id;
    this.#show(keep);
    try {
      await favour(track.id, keep);
      for (const heart of heartsOf(track)) fill(heart, keep);
      this.say(keep ? _("{title} is one of your favourites", track) : _("{title} is no favourite any more", track));
    } catch (refusal) {
      if (track === this.player.track) this.#show(!keep);
      this.say(refusal.words);
    }
  }

  /** Nothing waits for it, and without an answer the heart stays empty. */
  async #ask() {
    const { track } = this.player;
    if (track.id === this.of) return;
    this.#forget();
    this.of = track.id;
    this.#readPage();
    const known = await aboutTrack(track.id).catch(() => null);
    if (this.of !== track.id) return;
    if (!known) return (this.of = null);
    if (this.chosen !== track.id) this.#show(known.favourite);
    track.artistUrl ??= known.artistUrl ?? undefined;
    this.player.dispatch("about");
  }

  /** The next track, or whoever listens next, has a heart of their own. */
  #forget() {
    this.of = this.chosen = null;
    this.#show(false);
  }

  #readPage() {
    const { track } = this.player;
    const heart = track && heartsOf(track)[0];
    if (heart) this.#show(heart.getAttribute("aria-pressed") === "true");
  }

  #show(kept) {
    this.kept = kept;
    this.button.setAttribute("aria-pressed", String(kept));
  }
}

/** A page may list a track twice. */
function heartsOf(track) {
  return document.querySelectorAll(`[id="heart-track-${track.id}"]`);
}

function fill(heart, kept) {
  heart.setAttribute("aria-pressed", String(kept));
  heart.value = kept ? "no" : "yes";
  heart.title = kept ? _("One of your favourites") : _("Add to favourites");
}
