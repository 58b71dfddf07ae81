/** The queue beside the player and on its own page, and the buttons all over the site that put something into it. */

import { tracksOf } from "./api.js";
import { Drawer } from "./drawer.js";
import { Editing } from "./editing.js";
import { QueueList } from "./queue_list.js";
import { closeMenuAround } from "../menus.js";
import { _ } from "../words.js";

const SAID_FOR_MS = 5000;
const UNDONE_FOR_MS = 12_000;
const ROW = "li, tr";

export class QueuePanel {
  constructor(element, player, sync) {
    this.player = player;
    this.sync = sync;
    this.drawer = new Drawer(element, "queue", () => this.list.show(), (words) => this.say(words));
    this.said = document.getElementById("said");
    this.editing = new Editing(player, (words, undo) => this.say(words, undo));
    this.list = new QueueList(this.drawer.section.querySelector("[data-queue-list]"), player, this.editing);
    this.said.querySelector("button").addEventListener("click", () => this.undo());
    this.said.addEventListener("click", (event) => event.target.closest("button") || (this.said.hidden = true));
    for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, ({ target }) => this.#pressed(target), true);
    for (const name of ["queue", "track"]) player.addEventListener(name, () => this.show());
    player.addEventListener("stopped", () => this.drawer.toggle(false));
    player.addEventListener("elsewhere", ({ detail }) => this.#showElsewhere(detail));
    element.querySelector('[data-part="elsewhere"]').addEventListener("click", (event) => this.#settle(event));
    this.elsewhere = element.querySelector('[data-part="elsewhere"]');
    // Before htmx sends them: with scripts the player does it, and the page stays.
    document.addEventListener("submit", (event) => this.#submitted(event), true);
    document.addEventListener("htmx:after:swap", () => this.showPage());
    this.showPage();
  }

  show() {
    if (!this.player.active) return;
    if (this.drawer.isOpen) this.list.show();
    if (!this.onPage) return;
    this.onPage.show();
    document.querySelector("[data-queue-keep]").hidden = false;
  }

  /** On the queue's own page the player's list takes the place of the one that came with it. */
  showPage() {
    const host = document.querySelector("[data-queue]");
    this.onPage = host ? new QueueList(host, this.player, this.editing) : null;
    this.show();
  }

  #submitted(event) {
    const button = event.submitter;
    if (event.target.matches("[data-queue-keep]") && !event.target.dataset.saved) this.#saveFirst(event);
    else if (button?.dataset.enqueue) this.#enqueue(event, button);
  }

  /** The playlist is made of the queue as the server has it. */
  async #saveFirst(event) {
    const form = event.target;
    event.preventDefault();
    event.stopPropagation();
    if (!(await this.sync.settled())) return this.say(this.#whyNotSaved());
    form.dataset.saved = "yes";
    form.requestSubmit();
  }

  #whyNotSaved() {
    if (!this.elsewhere.hidden) return _("Your queue was changed elsewhere. Choose first which of the two is to stay.");
    return _("Your queue is not saved yet. Look at it, then try again.");
  }

  async #enqueue(event, button) {
    event.preventDefault();
    event.stopPropagation();
    const { enqueue } = button.dataset;
    closeMenuAround(button);
    try {
      const tracks = await tracksOf(button.name, button.value);
      if (enqueue === "next") this.editing.playNext(tracks);
      else this.editing.add(tracks);
    } catch (refusal) {
      this.say(refusal.words);
    }
  }

  say(words, undo) {
    clearTimeout(this.silence);
    document.getElementById("now-playing").textContent = words;
    this.said.querySelector("p").textContent = words;
    this.undo = undo;
    this.said.querySelector("button").hidden = !undo;
    this.said.hidden = false;
    this.#keepClear();
    this.silence = setTimeout(() => this.#hush(), undo ? UNDONE_FOR_MS : SAID_FOR_MS);
  }

  /** Where that is, as it may be gone by the time that something is said of it. */
  #pressed(target) {
    const pressed = target.closest?.(ROW) ?? target.closest?.("button, a");
    if (pressed && !this.said.contains(pressed)) this.place = pressed.getBoundingClientRect();
  }

  /** What was pressed shows what has become of it, and what is said does not lie over that. */
  #keepClear() {
    this.said.removeAttribute("data-away");
    const { top, bottom } = this.said.getBoundingClientRect();
    this.said.toggleAttribute("data-away", this.place !== undefined && this.place.top < bottom && this.place.bottom > top);
  }

  /** Not while somebody is about to undo it. */
  #hush() {
    if (this.said.matches(":hover, :focus-within")) this.silence = setTimeout(() => this.#hush(), SAID_FOR_MS);
    else this.said.hidden = true;
  }

  /** @param {"device" | "tab" | null} where the queue was changed */
  #showElsewhere(where) {
    this.elsewhere.hidden = !where;
    for (const words of this.elsewhere.querySelectorAll("[data-where]")) words.hidden = words.dataset.where !== where;
  }

  #settle(event) {
    const button = event.target.closest("[data-settle]");
    if (!button) return;
    this.#showElsewhere(null);
    this.sync.settle(button.dataset.settle === "theirs");
  }
}
