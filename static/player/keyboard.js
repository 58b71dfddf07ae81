/** Single keys that play, seek and skip, wherever the focus is but in a field; and their list, where they can be switched off. */

import { forget, keep, recall } from "./keepsake.js";

const SETTING = "shortcuts";
const STEP_SECONDS = 5;
const LEAP_SECONDS = 10;
const VOLUME_STEP = 0.1;
const HELP = "?";
const LOUDER = "+";
const FIELD = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range])";

export class Keyboard {
  /** @param {HTMLDialogElement} list of the keys, with the switch  @param {object} parts of the player, which the keys move */
  constructor(list, parts) {
    this.list = list;
    this.player = parts.player;
    this.keys = keysOf(parts);
    this.chosen = list.querySelector("input");
    this.chosen.checked = recall(SETTING) !== "off";
    this.chosen.addEventListener("change", () => (this.chosen.checked ? forget(SETTING) : keep(SETTING, "off")));
    list.querySelector("button").addEventListener("click", () => list.close());
    document.addEventListener("click", (event) => event.target.closest("[data-shortcuts]") && list.showModal());
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #pressed(event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.chosen.checked || event.target.closest(FIELD)) return;
    if (event.key === HELP) this.#toggleList();
    else if ((!event.shiftKey || event.key === LOUDER) && this.player.active && !document.querySelector("dialog[open]")) this.#play(event);
  }

  #play(event) {
    const key = event.key.toLowerCase();
    const { act, again = false } = this.keys[key] ?? {};
    if (!act || usedBy(event.target, key)) return;
    event.preventDefault();
    if (again || !event.repeat) act();
  }

  #toggleList() {
    if (this.list.open) this.list.close();
    else this.list.showModal();
  }
}

/** What each key does, and whether it does so again while it is held down. */
function keysOf({ player, panel, queue, lyrics, modes, about }) {
  const toggle = { act: () => player.toggle() };
  const skip = (seconds) => ({ act: () => player.skip(seconds), again: true });
  return {
    " ": toggle,
    k: toggle,
    arrowleft: skip(-STEP_SECONDS),
    arrowright: skip(STEP_SECONDS),
    j: skip(-LEAP_SECONDS),
    l: skip(LEAP_SECONDS),
    p: { act: () => player.previous() },
    n: { act: () => player.next() },
    m: { act: () => panel.toggleSound() },
    "-": { act: () => panel.turn(-VOLUME_STEP), again: true },
    "+": { act: () => panel.turn(VOLUME_STEP), again: true },
    s: { act: () => modes.toggleShuffle() },
    r: { act: () => modes.nextRepeat() },
    f: { act: () => panel.sheet.toggle() },
    h: { act: () => about.toggle() },
    q: { act: () => queue.toggle() },
    y: { act: () => lyrics.toggle() },
  };
}

/** A button is pressed by the space bar and a slider moved by the arrows, as ever. */
function usedBy(element, key) {
  if (key === " ") return element.closest("button, input, summary") !== null;
  return key.startsWith("arrow") && element.matches("input");
}
