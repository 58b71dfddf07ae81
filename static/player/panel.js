/** The player as one sees it: docked on a wide screen, a strip that opens into a sheet on a phone. */

import { keep, recall } from "./keepsake.js";
import { SeekBar } from "./seekbar.js";
import { Sheet } from "./sheet.js";
import { clock } from "./time.js";
import { _ } from "../words.js";

const RING_OUT = 1;
const LONG_MS = 2000;
/* Then somebody who does not see that it is being fetched is told so. */
const SMALL = "56px";
const LARGE = "(width < 760px) 90vw, 640px";

export class Panel {
  constructor(element, player) {
    this.element = element;
    this.player = player;
    this.audio = player.audio;
    this.sheet = new Sheet(element, player);
    for (const name of ["opened", "closed"]) this.sheet.addEventListener(name, () => this.#sizeCover());
    this.seekBar = new SeekBar(this.part("seek"), (seconds) => player.seek(seconds));
    this.#wireButtons();
    this.#wireVolume();
    for (const name of ["play", "pause", "playing", "waiting", "ended", "emptied"]) this.audio.addEventListener(name, () => this.#showState());
    this.audio.addEventListener("timeupdate", () => this.#showTime());
    this.audio.addEventListener("progress", () => this.#showLoaded());
    player.addEventListener("starting", () => this.#showState());
    player.addEventListener("track", () => this.#showTrack());
    player.addEventListener("about", () => this.#showAbout());
    player.addEventListener("queue", () => (this.part("next").disabled = !player.hasNext));
    player.addEventListener("session", () => this.#showCourse());
    player.addEventListener("moved", () => this.#showPosition(player.position));
    player.addEventListener("problem", (event) => this.#showProblem(event.detail));
    player.addEventListener("stopped", () => this.#hide());
  }

  part(name) {
    return this.element.querySelector(`[data-part="${name}"]`);
  }

  #wireButtons() {
    const actions = {
      toggle: () => this.player.toggle(),
      previous: () => this.player.previous(),
      next: () => this.player.next(),
      "play-here": () => this.player.playHere(),
      retry: () => this.player.resume(),
      dismiss: () => this.#dismiss(),
      open: () => this.sheet.open(),
      close: () => this.sheet.close(),
      mute: () => this.toggleSound(),
    };
    this.element.addEventListener("click", (event) => event.target === this.part("log-in") && this.#leadBack(), true);
    // To htmx even a name that leads nowhere is a link, to this page.
    this.element.addEventListener("click", (event) => event.target.closest("a:not([href])") && event.stopPropagation(), true);
    this.element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-action]");
      if (button) actions[button.dataset.action]();
    });
  }

  #wireVolume() {
    const slider = this.part("volume");
    slider.addEventListener("input", () => this.#setVolume(Number(slider.value)));
    this.#setVolume(Number(recall("volume") ?? 1));
  }

  toggleSound() {
    this.#setVolume(this.player.loudness.volume > 0 ? 0 : this.audible || RING_OUT);
  }

  turn(by) {
    this.#setVolume(Math.min(1, Math.max(0, Math.round((this.player.loudness.volume + by) * 100) / 100)));
  }

  #setVolume(volume) {
    if (volume > 0) this.audible = volume;
    this.player.loudness.setVolume(volume);
    keep("volume", String(volume));
    this.part("volume").value = String(volume);
    this.part("volume").setAttribute("aria-valuetext", _("{number} per cent", { number: Math.round(volume * 100) }));
    this.element.toggleAttribute("data-muted", volume === 0);
    this.element.querySelector('[data-action="mute"]').setAttribute("aria-label", volume === 0 ? _("Sound on") : _("Sound off"));
  }

  #showTrack() {
    const { track } = this.player;
    this.element.hidden = false;
    document.documentElement.toggleAttribute("data-player", true);
    this.#link("title", track.title, `/tracks/${track.id}`);
    this.#showArtist();
    this.part("cover").innerHTML = track.coverMarkup;
    this.part("cover").href = track.releaseUrl;
    this.#sizeCover();
    this.part("next").disabled = !this.player.hasNext;
    this.#showCourse();
    this.#tell(`${track.title}, ${track.artist}`);
    this.#showProblem(null);
    this.#showState();
  }

  /** The page's picture, in the size in which it is shown here. */
  #sizeCover() {
    const picture = this.part("cover").querySelector("img");
    if (picture) picture.sizes = this.sheet.isOpen ? LARGE : SMALL;
  }

  /** While it plays its session has told of its course. */
  #showAbout() {
    this.#showArtist();
    if (this.player.atRest) this.#showCourse();
  }

  #showArtist() {
    const { track } = this.player;
    this.#link("artist", track.artist, track.artistUrl);
  }

  #link(name, text, url) {
    const link = this.part(name);
    link.textContent = text;
    link.title = text;
    if (url) link.href = url;
    else link.removeAttribute("href");
  }

  #showCourse() {
    const { recording, position } = this.player;
    const peaks = Uint8Array.from(atob(recording?.waveform ?? ""), (character) => character.charCodeAt(0));
    this.part("preview").hidden = !recording?.preview;
    this.seekBar.show(peaks, recording?.seconds ?? 0);
    this.part("length").textContent = recording ? clock(recording.seconds) : "";
    this.#showPosition(position);
  }

  #showPosition(seconds) {
    this.seekBar.move(seconds);
    this.part("elapsed").textContent = clock(seconds);
  }

  #showTime() {
    if (!this.player.session || this.audio.seeking) return;
    this.#showPosition(this.audio.currentTime);
  }

  #showLoaded() {
    const { buffered } = this.audio;
    if (buffered.length) this.seekBar.loadedUpTo(buffered.end(buffered.length - 1));
  }

  #showState() {
    const playing = this.player.isGoing && !this.audio.ended;
    this.#showWaiting(this.player.starting || (playing && this.audio.readyState < HTMLMediaElement.HAVE_FUTURE_DATA));
    for (const button of this.element.querySelectorAll('[data-action="toggle"]')) {
      button.toggleAttribute("data-playing", playing);
      button.setAttribute("aria-label", playing ? _("Pause") : _("Play"));
      button.setAttribute("aria-busy", String(this.waiting));
    }
  }

  #showWaiting(waiting) {
    if (waiting === this.waiting) return;
    this.waiting = waiting;
    clearTimeout(this.long);
    if (waiting) this.long = setTimeout(() => this.#tell(_("{title} is on its way", this.player.track)), LONG_MS);
  }

  #tell(words) {
    document.getElementById("now-playing").textContent = words;
  }

  #showProblem(refusal) {
    this.element.toggleAttribute("data-problem", refusal !== null);
    if (refusal) this.part("words").textContent = refusal.words;
    const elsewhere = ["stream_limit", "session_ended"].includes(refusal?.reason);
    this.part("play-here").hidden = !elsewhere;
    this.part("log-in").hidden = refusal?.status !== 401;
    this.#leadBack();
    this.part("plans").hidden = refusal?.reason !== "not_on_plan";
    this.part("retry").hidden = !refusal || elsewhere || (refusal.status >= 400 && refusal.status < 500);
  }

  /** Who logs in comes back to this page. */
  #leadBack() {
    this.part("log-in").search = new URLSearchParams({ next: location.pathname + location.search, to: "listen" });
  }

  #dismiss() {
    this.player.dispatch("problem", null);
    this.element.querySelector('[data-action="toggle"]').focus();
  }

  #hide() {
    this.sheet.fold();
    this.element.hidden = true;
    document.documentElement.removeAttribute("data-player");
  }
}
