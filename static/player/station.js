/** Stations: their tracks become the player's queue, batch by batch; a skip is asked for, since a licence may limit it. */

import { hideTrack, nextOfStation, sayToStation } from "./api.js";

const LEFT_WHEN_ASKED = 2;
const KEPT_FOR = 11 * 3600 * 1000;
/* Milliseconds; the service counts a batch as heard within twelve hours, so what is older is not played any more. */

export function wireStations(player) {
  new Stations(player);
}

class Stations {
  constructor(player) {
    this.player = player;
    this.asking = null;
    document.addEventListener("click", (event) => event.target.closest("[data-station-play]") && this.#toggle());
    // Before htmx sends them: with scripts the player says it, and the page stays.
    document.addEventListener("submit", (event) => this.#submitted(event), true);
    document.addEventListener("htmx:after:swap", () => this.#show());
    player.addEventListener("track", () => this.#arrived());
    player.addEventListener("skip", () => this.#skip());
    for (const name of ["play", "pause", "ended"]) player.audio.addEventListener(name, () => this.#showState());
    player.addEventListener("stopped", () => this.#showState());
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
    const batch = await this.#next(station);
    if (batch?.tracks.length) this.player.play(batch.tracks, 0);
  }

  /** The station's next batch, told on its page; null where it was refused, which is told too. */
  async #next(station) {
    this.asking ??= this.#ask(station).finally(() => (this.asking = null));
    return this.asking;
  }

  async #ask(station) {
    try {
      const { rows, fewer } = await nextOfStation(station);
      const holder = document.createElement("ol");
      holder.innerHTML = rows;
      const tracks = Array.from(holder.children, (row) => asTrack(row, station));
      if (this.page?.dataset.station === station) this.#list(holder, fewer);
      return { tracks };
    } catch (refusal) {
      this.#tell(refusal.words ?? "The station could not be asked. Try again in a moment.");
      return null;
    }
  }

  #list(holder, fewer) {
    this.page.querySelector("[data-batch]").replaceChildren(...holder.children);
    this.#tell(fewer ?? "");
  }

  #tell(words) {
    const place = this.page?.querySelector("[data-fewer]");
    if (!place) return;
    place.textContent = words;
    place.hidden = !words;
  }

  async #arrived() {
    this.#show();
    const { player } = this;
    const { station } = player.track;
    if (station && Date.now() - player.track.given > KEPT_FOR) return this.#play(station);
    if (!station || player.queue.length - player.index > LEFT_WHEN_ASKED || this.asking) return;
    const batch = await this.#next(station);
    if (batch && player.track?.station === station) player.extend(batch.tracks);
    this.#show();
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

  #submitted(event) {
    const form = event.target;
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
    try {
      if (what === "hide") {
        await hideTrack(track.id);
        await this.#skip();
      } else {
        await sayToStation(track.station, track.id, what);
        track.liked = true;
        this.#show();
      }
    } catch (refusal) {
      this.#tell(refusal.words);
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
    onAir.querySelector('[data-air="cover"]').innerHTML = track.coverMarkup;
    onAir.querySelector('[data-say="like"] button').setAttribute("aria-pressed", String(track.liked === true));
    for (const row of page.querySelectorAll("[data-station-track]")) row.toggleAttribute("data-current", row.dataset.stationTrack === track.id);
  }

  #showState() {
    const button = document.querySelector("[data-station-play]");
    if (!button) return;
    const playing = this.here && !this.player.audio.paused;
    button.toggleAttribute("data-playing", playing);
    button.setAttribute("aria-label", `${playing ? "Pause" : "Play"} ${this.page.querySelector("h1").textContent}`);
  }
}

function asTrack(row, station) {
  const { stationTrack, title, artist, release, why, artistUrl, releaseUrl } = row.dataset;
  const cover = row.querySelector(".cover");
  const names = { title, artist, release, why, artistUrl, releaseUrl };
  return { id: stationTrack, ...names, station, given: Date.now(), cover: cover.src, coverMarkup: cover.outerHTML };
}
