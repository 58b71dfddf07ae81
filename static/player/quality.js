/** How much of the connection the music may take, as somebody wants it in this browser. What there is of a track, and for whom, is Core's to say. */

import { _ } from "../words.js";
import { keep, recall } from "./keepsake.js";

const SETTING = "quality";
const FIRST = "automatic";
const PROMISES = {
  automatic: _("As much as the connection carries."),
  saver: _("Half a megabyte a minute."),
  high: _("Two megabytes a minute, whatever the connection; over a slow one the music may wait."),
};

export class Quality {
  constructor(element, player) {
    this.player = player;
    this.choice = element.querySelector('[data-part="quality"]');
    this.told = element.querySelector('[data-part="quality-now"]');
    this.choice.addEventListener("change", () => this.#choose(this.choice.value));
    player.audio.addEventListener("rendition", ({ detail }) => this.#tell(detail));
    for (const name of ["track", "stopped"]) player.addEventListener(name, () => this.#tell(null));
    this.#choose(recall(SETTING) ?? FIRST);
  }

  #choose(choice) {
    const known = choice in PROMISES ? choice : FIRST;
    this.choice.value = known;
    keep(SETTING, known);
    this.player.audio.setQuality(known);
    this.#tell(this.playing);
  }

  /** @param {string | null} name of the rendition that plays, where the browser says so */
  #tell(name) {
    this.playing = name;
    const file = this.player.session?.files.find((one) => one.name === name);
    const now = file ? _("Now playing: {rate} kbit/s.", { rate: Math.round(file.bit_rate / 1000) }) : "";
    this.told.textContent = `${PROMISES[this.choice.value]} ${now}`.trim();
  }
}
