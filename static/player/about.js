/** What the player shows of a track beside its names: whether it is a favourite, as the hearts of the page say it, where its artist is, and whether there are words to it. */

import { aboutTrack, favour, sayToStation } from "./api.js";
import { _ } from "../words.js";

const HEART_ID = "heart-track-";
const HEART = `.heart[id^="${HEART_ID}"]`;
const NOT_GIVEN_LATELY = 404;

export class About {
  /** @param {(words: string) => void} say tells what has happened */
  constructor(element, player, say) {
    Object.assign(this, { player, say, kept: false });
    this.button = element.querySelector('[data-part="favourite"]');
    this.button.addEventListener("click", () => this.toggle());
    player.addEventListener("track", () => this.#ask());
    player.addEventListener("stopped", () => this.#forget());
    document.addEventListener("htmx:after:swap", (event) => this.#swapped(event.detail.ctx.sourceElement));
  }

  async toggle() {
    const [{ track }, keep] = [this.player, !this.kept];
    this.chosen = track.id;
    this.#show(keep);
    try {
      await (keep && track.station ? like(track) : favour(track.id, keep));
      for (const heart of heartsOf(track.id)) fill(heart, keep);
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
    this.player.knowWaveform(known.waveform);
    track.artistUrl ??= known.artistUrl ?? undefined;
    this.player.dispatch("about", known);
  }

  /** The next track, or whoever listens next, has a heart of their own. */
  #forget() {
    this.of = this.chosen = null;
    this.#show(false);
  }

  /** A heart of the page that was pressed swaps itself alone; the others of its track follow. */
  #swapped(source) {
    if (!source?.matches(HEART)) return this.#readPage();
    const id = source.id.slice(HEART_ID.length);
    const kept = source.getAttribute("aria-pressed") === "true";
    for (const heart of heartsOf(id)) fill(heart, kept);
    if (id !== this.player.track?.id) return;
    this.chosen = id;
    this.#show(kept);
  }

  #readPage() {
    const { track } = this.player;
    const heart = track && heartsOf(track.id)[0];
    if (heart) this.#show(heart.getAttribute("aria-pressed") === "true");
  }

  #show(kept) {
    this.kept = kept;
    this.button.setAttribute("aria-pressed", String(kept));
    this.player.dispatch("favourite");
  }
}

/** A station goes by what is liked on it, which keeps it among the favourites, too. */
async function like(track) {
  try {
    await sayToStation(track.station, track.id, "like");
  } catch (refusal) {
    if (refusal.status !== NOT_GIVEN_LATELY) throw refusal;
    await favour(track.id, true);
  }
}

/** A page may list a track twice. */
function heartsOf(id) {
  return document.querySelectorAll(`[id="${HEART_ID}${id}"]`);
}

function fill(heart, kept) {
  heart.setAttribute("aria-pressed", String(kept));
  heart.value = kept ? "no" : "yes";
  heart.title = kept ? _("One of your favourites") : _("Add to favourites");
}
