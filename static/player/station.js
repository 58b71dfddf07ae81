/** Stations: their tracks become the player's queue, batch by batch; a skip is asked for, since a licence may limit it. */

import { Refusal, hideTrack, sayToStation, showTrack } from "./api.js";
import { Supply } from "./supply.js";
import { _ } from "../words.js";

const LEFT_WHEN_ASKED = 2;
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 60_000;
/* Milliseconds between one attempt to get more tracks and the next. */
const KEPT_FOR = 11 * 3600 * 1000;
/* Milliseconds; the service counts a batch as heard within twelve hours, so what is older is not played any more. */

/**
 * @param {import("./about.js").About} about whose heart and the page's *Like* are one
 * @param {(words: string, undo?: () => void) => void} say tells what has happened
 */
export function wireStations(player, about, say) {
  new Stations(player, about, say);
}

class Stations {
  constructor(player, about, say) {
    Object.assign(this, { player, about, say, asking: false, comingBack: null });
    this.supply = new Supply();
    document.addEventListener("click", (event) => event.target.closest("[data-station-play]") && this.#toggle());
    // Before htmx sends them: with scripts the player says it, and the page stays.
    document.addEventListener("submit", (event) => this.#submitted(event), true);
    document.addEventListener("htmx:after:swap", () => this.#swapped());
    player.addEventListener("track", () => this.#arrived());
    player.addEventListener("favourite", () => this.#showLiked());
    player.addEventListener("skip", () => this.#skip());
    player.addEventListener("finished", () => this.#refill());
    player.addEventListener("stopped", () => clearTimeout(this.later));
    player.audio.addEventListener("play", () => this.#refill());
    window.addEventListener("online", () => this.#refill());
    for (const name of ["play", "pause", "ended"]) player.audio.addEventListener(name, () => this.#showState());
    for (const name of ["starting", "stopped"]) player.addEventListener(name, () => this.#showState());
    this.#show();
  }

  get page() {
    return document.querySelector("[data-station]");
  }

  get here() {
    return this.player.track?.station !== undefined && this.player.track.station === this.page?.dataset.station;
  }

  #toggle() {
    if (this.here) this.player.toggle();
    else this.#play(this.page.dataset.station);
  }

  async #play(station) {
    this.#setAsking(true);
    try {
      const { tracks } = await this.#next(station);
      if (tracks.length && !this.#isAhead(tracks[0])) this.player.play(tracks, 0);
    } catch (refusal) {
      this.#tell(refusal.words);
    } finally {
      this.#setAsking(false);
    }
  }

  #setAsking(asking) {
    this.asking = asking;
    this.#showState();
  }

  /** Whether it is to come in any case: where the licence allows no more skips, a station gives once more what it gave. */
  #isAhead(track) {
    const { queue, index, finished } = this.player;
    return !finished && queue.slice(index).some((one) => one.station === track.station && one.id === track.id);
  }

  /** The station's next batch, shown on its page; where nothing comes, what was given before stays there. */
  async #next(station) {
    const batch = await this.supply.next(station);
    if (this.page?.dataset.station === station) {
      if (batch.rows.length) this.#list(batch.rows);
      this.#tell(batch.fewer ?? "");
    }
    return batch;
  }

  #list(rows) {
    const list = this.page.querySelector("[data-batch]");
    list.replaceChildren(...rows);
    htmx.process(list);
  }

  #tell(words) {
    const place = this.page?.querySelector("[data-fewer]");
    if (!place) return;
    place.textContent = words;
    place.hidden = !words;
  }

  #arrived() {
    this.#show();
    const { station, given } = this.player.track;
    if (this.player.atRest) return this.#comeBack(station);
    this.pause = FIRST_PAUSE;
    if (station && Date.now() - given > KEPT_FOR) this.#play(station);
    else this.#refill();
  }

  /** A queue is saved without what a station plays next: what it gave last goes on behind the present track. */
  #comeBack(station) {
    const { player } = this;
    if (!station || player.index + 1 < player.queue.length) return;
    this.comingBack = this.#goOnIn(station, player.track).catch(() => {});
  }

  async #goOnIn(station, track) {
    const { tracks, given } = await this.supply.last(station);
    const { player } = this;
    if (player.track !== track || player.index + 1 < player.queue.length || Date.now() - given > KEPT_FOR) return;
    player.extend(tracks.slice(tracks.findIndex(({ id }) => id === track.id) + 1));
  }

  /** Asks for more where little is left: after growing pauses again, until there is more or something else is played. */
  async #refill() {
    clearTimeout(this.later);
    await this.comingBack;
    const { player } = this;
    const station = player.track?.station;
    if (!station || player.queue.length - player.index > LEFT_WHEN_ASKED || this.supply.isAsking(station)) return;
    try {
      const { tracks, fewer } = await this.#next(station);
      if (player.track?.station !== station) return;
      if (tracks.length) player.extend(tracks);
      else this.#tellTheEnd(new Refusal({ detail: fewer }));
      this.#show();
    } catch (refusal) {
      if (player.track?.station !== station) return;
      this.#tell(refusal.words);
      this.#tellTheEnd(refusal);
      if (refusal.passes) this.#refillLater();
    }
  }

  /** Where the music has stopped for want of more, the player says why. */
  #tellTheEnd(refusal) {
    refusal.again = () => this.#refill();
    if (this.player.finished) this.player.dispatch("problem", refusal);
  }

  /** Who has paused needs nothing until music is played again. */
  #refillLater() {
    if (this.player.audio.paused && !this.player.finished) return;
    this.later = setTimeout(() => this.#refill(), this.pause);
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
  }

  async #skip() {
    const { track } = this.player;
    try {
      await sayToStation(track.station, track.id, "skip");
      if (track === this.player.track) this.player.goOn();
    } catch (refusal) {
      this.player.dispatch("problem", refusal);
    }
  }

  /** A station that was just started plays by itself. */
  #swapped() {
    this.#show();
    if (this.started && this.page) this.#play(this.page.dataset.station);
    this.started = false;
  }

  #submitted(event) {
    const form = event.target;
    if (form.id === "start-station") this.started = true;
    if (!form.closest?.("[data-station]")) return;
    if (form.matches("[data-station-next]")) this.#instead(event, () => this.#play(this.page.dataset.station));
    else if (form.dataset.say && this.here) this.#instead(event, () => this.#say(form.dataset.say));
  }

  #instead(event, act) {
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  async #say(what) {
    const { track } = this.player;
    if (what === "skip") return this.player.next();
    if (what === "like") return this.about.toggle();
    try {
      await hideTrack(track.id);
      this.say(_("Stations never play {title} again", track), () => this.#unhide(track));
      await this.#skip();
    } catch (refusal) {
      this.#tell(refusal.words);
    }
  }

  async #unhide(track) {
    try {
      await showTrack(track.id);
      this.say(_("Stations may play {title} again", track));
    } catch (refusal) {
      this.say(refusal.words);
    }
  }

  /** What is on air, on its station's page. */
  #show() {
    this.#showState();
    if (!this.here) return;
    const { page, player } = this;
    const { track } = player;
    const onAir = page.querySelector("[data-onair]");
    onAir.hidden = false;
    for (const name of ["title", "artist", "release", "why"]) onAir.querySelector(`[data-air="${name}"]`).textContent = track[name];
    const cover = onAir.querySelector('[data-air="cover"]');
    cover.innerHTML = track.coverMarkup;
    // A row's, for which a small picture is enough.
    for (const picture of cover.querySelectorAll("img")) picture.sizes = "480px";
    this.#showLiked();
    for (const row of page.querySelectorAll("[data-station-track]")) row.toggleAttribute("data-current", row.dataset.stationTrack === track.id);
  }

  #showLiked() {
    if (this.here) this.page.querySelector('[data-say="like"] button').setAttribute("aria-pressed", String(this.about.kept));
  }

  #showState() {
    const button = document.querySelector("[data-station-play]");
    if (!button) return;
    const playing = this.here && this.player.isGoing;
    button.toggleAttribute("data-playing", playing);
    button.setAttribute("aria-busy", String(this.asking || (this.here && this.player.starting)));
    const name = this.page.querySelector("h1").textContent;
    button.setAttribute("aria-label", playing ? _("Pause {name}", { name }) : _("Play {name}", { name }));
  }
}
