/** The words of what is playing: lines that follow the music and lead to their place in it, or plain ones. */

import { _ } from "../words.js";
import { lyricsOf } from "./api.js";
import { Drawer } from "./drawer.js";

const NOT_FOUND = 404;
const NONE = _("There are no words to this track here.");
const WIDE = matchMedia("(width >= 760px)");

export class Lyrics {
  /**
   * @param {import("./sheet.js").Sheet} sheet which has room for them on a wide screen
   * @param {(words: string) => void} say tells why they do not open
   */
  constructor(element, player, sheet, say) {
    this.player = player;
    /* Whether they were closed by a track that has none, and open with the next that has. */
    this.comeBack = false;
    this.drawer = new Drawer(element, "lyrics", () => this.#show(), say);
    this.host = this.drawer.section.querySelector("[data-words]");
    this.host.addEventListener("click", (event) => this.#clicked(event));
    sheet.addEventListener("opened", () => WIDE.matches && this.#offer(sheet));
    sheet.addEventListener("closed", () => this.#close());
    player.addEventListener("track", () => this.#arrived());
    player.addEventListener("about", ({ detail }) => this.#told(detail.lyrics));
    player.addEventListener("stopped", () => this.#close());
    player.addEventListener("moved", () => this.#follow());
    player.audio.addEventListener("timeupdate", () => this.#follow());
  }

  #close() {
    this.comeBack = false;
    if (this.drawer.isOpen) this.drawer.toggle(false);
  }

  /** What is not known yet may have words. */
  #arrived() {
    const { id } = this.player.track;
    if (id !== this.about) this.drawer.withhold(null);
    this.about = id;
    if (this.drawer.isOpen) this.#show();
  }

  #told(hasWords) {
    if (hasWords) {
      this.drawer.withhold(null);
      if (this.comeBack) this.drawer.offer();
      this.comeBack = false;
    } else {
      this.comeBack ||= this.drawer.isOpen;
      this.drawer.withhold(NONE);
    }
  }

  /** Only words open by themselves. */
  async #offer(sheet) {
    if (!this.drawer.why && (await this.#show()) && sheet.isOpen) this.drawer.offer();
  }

  /** Whether there are any. */
  #show() {
    const { track } = this.player;
    if (track && this.of !== track.id) {
      this.of = track.id;
      this.known = this.#read(track);
    }
    return this.known;
  }

  async #read(track) {
    this.lines = [];
    this.host.replaceChildren();
    const words = await lyricsOf(track.id).catch((refusal) => refusal);
    if (this.of !== track.id) return false;
    if (words.text) this.#fill(words);
    else this.#tell(words);
    return Boolean(words.text);
  }

  /** Without a connection it is asked again the next time. */
  #tell(refusal) {
    if (refusal.status !== NOT_FOUND) this.of = null;
    this.host.textContent = refusal.status === NOT_FOUND ? NONE : refusal.words;
  }

  #fill({ text, lines }) {
    const list = document.createElement(lines.length ? "ol" : "p");
    list.className = lines.length ? "words__lines" : "words__text";
    list.dir = "auto";
    if (lines.length) list.append(...lines.map(lineOf));
    else list.textContent = text;
    this.host.replaceChildren(list);
    this.lines = [...list.querySelectorAll("[data-at-ms]")];
    this.#follow();
  }

  #clicked(event) {
    const line = event.target.closest("[data-at-ms]");
    if (line) this.player.seek(Number(line.dataset.atMs) / 1000);
  }

  #follow() {
    if (!this.drawer.isOpen || !this.lines?.length) return;
    const now = this.player.position * 1000;
    const line = this.lines.findLast((one) => Number(one.dataset.atMs) <= now) ?? null;
    if (line === this.current) return;
    this.current?.removeAttribute("aria-current");
    this.current = line;
    line?.setAttribute("aria-current", "true");
    if (!this.host.contains(document.activeElement)) line?.scrollIntoView({ block: "center" });
  }
}

/** Where nothing is sung, the line is a rest, and leads to its place all the same. */
function lineOf({ at_ms: at, text }) {
  const [item, button] = [document.createElement("li"), document.createElement("button")];
  button.type = "button";
  button.className = "words__line";
  button.dataset.atMs = at;
  button.textContent = text || "…";
  if (!text) button.setAttribute("aria-label", _("No words"));
  item.append(button);
  return item;
}
