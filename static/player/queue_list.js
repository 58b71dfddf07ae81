/** The queue as a list: what is playing, and what comes next, to be moved, removed or played at once. */

import { _ } from "../words.js";

export class QueueList {
  /** @param {HTMLElement} host is filled anew with each change */
  constructor(host, player, editing) {
    Object.assign(this, { host, player, editing, shown: [], dragged: null });
    host.addEventListener("click", (event) => this.#clicked(event));
    for (const name of ["dragstart", "dragover", "dragend", "drop"]) host.addEventListener(name, (event) => this.#drag(event));
    host.addEventListener("keydown", (event) => this.#key(event));
  }

  show() {
    const focused = this.#focused;
    this.#fill();
    if (focused) this.#focus(this.player.queue.indexOf(focused.track), focused.what);
  }

  /** The button that has the focus, and whose it is; null where that is elsewhere. */
  get #focused() {
    const button = document.activeElement;
    if (!this.host.contains(button)) return null;
    const row = button.closest("[data-at]");
    return { track: row && this.shown[row.dataset.at], what: button.dataset.edit };
  }

  #fill() {
    const { player } = this;
    this.shown = player.queue;
    const part = document.getElementById("queue-parts").content.cloneNode(true);
    const [current, next] = part.querySelectorAll("ol");
    current.append(this.#row(player.track, player.index, true));
    const told = player.queue.slice(player.index + 1).map((track, at) => [track, player.index + 1 + at]);
    const shown = told.filter(([track]) => !track.untold);
    next.append(...shown.map(([track, at]) => this.#row(track, at, false)));
    part.querySelector("[data-none]").hidden = told.length > 0;
    part.querySelector("[data-untold]").hidden = shown.length === told.length;
    const clear = part.querySelector('[data-edit="clear"]');
    clear.hidden = told.length === 0;
    this.host.replaceChildren(part);
  }

  #row(track, at, isCurrent) {
    const row = document.getElementById("queue-row").content.firstElementChild.cloneNode(true);
    row.dataset.at = at;
    row.draggable = !isCurrent;
    row.classList.toggle("queued--current", isCurrent);
    row.querySelector("[data-cover]").innerHTML = track.coverMarkup;
    row.querySelector("[data-title]").textContent = track.title;
    row.querySelector("[data-artist]").textContent = track.artist;
    const mark = row.querySelector("[data-mark]");
    mark.textContent = track.station ? _("From a station") : track.autoplay ? _("Autoplay") : "";
    for (const button of row.querySelectorAll("[data-edit]")) {
      button.setAttribute("aria-label", button.dataset.name.replace("%", () => track.title));
      if (button.dataset.edit === "up") button.disabled = at <= this.player.index + 1;
      if (button.dataset.edit === "down") button.disabled = at >= this.player.queue.length - 1;
    }
    if (isCurrent) for (const button of row.querySelectorAll("[data-edit]")) button.remove();
    const jump = row.querySelector("[data-jump]");
    jump.disabled = isCurrent;
    if (isCurrent) jump.setAttribute("aria-current", "true");
    return row;
  }

  #clicked(event) {
    const button = event.target.closest("button");
    const at = Number(button?.closest("[data-at]")?.dataset.at);
    if (!button) return;
    if ("jump" in button.dataset) this.player.goTo(at);
    else this.#edit(button.dataset.edit, at);
  }

  #edit(what, at) {
    const acts = {
      up: () => this.editing.move(at, at - 1),
      down: () => this.editing.move(at, at + 1),
      remove: () => this.editing.remove(at),
      clear: () => this.editing.clear(),
    };
    acts[what]?.();
    const places = { up: at - 1, down: at + 1, remove: Math.min(at, this.player.queue.length - 1), clear: this.player.index };
    this.#focus(places[what], what);
  }

  /** With Alt the arrows move the track whose row has the focus. */
  #key(event) {
    const what = event.altKey ? { ArrowUp: "up", ArrowDown: "down" }[event.key] : event.key === "Delete" ? "remove" : null;
    const row = event.target.closest("[data-at]:not(.queued--current)");
    if (!what || !row) return;
    event.preventDefault();
    this.#edit(what, Number(row.dataset.at));
  }

  /** The list was made anew: the focus goes on where its button has gone, or to the row. */
  #focus(at, what) {
    const row = this.host.querySelector(`[data-at="${at}"]`);
    const place = row ?? (what === "clear" ? this.host : null);
    const button = place?.querySelector(`[data-edit="${what}"]:enabled:not([hidden])`) ?? row?.querySelector("button:enabled");
    (button ?? this.host.closest("[tabindex]") ?? this.host.querySelector("h2"))?.focus();
  }

  #drag(event) {
    const row = event.target.closest?.("[data-at]");
    const acts = {
      dragstart: () => {
        this.dragged = this.player.queue[row.dataset.at];
        event.dataTransfer.effectAllowed = "move";
      },
      dragover: () => this.#over(row) && event.preventDefault(),
      dragend: () => {
        this.dragged = null;
        this.#over(null);
      },
      drop: () => {
        event.preventDefault();
        const from = this.player.queue.indexOf(this.dragged);
        if (row && from >= 0) this.editing.move(from, Number(row.dataset.at));
      },
    };
    if (row || event.type === "dragend") acts[event.type]();
  }

  #over(row) {
    const wanted = row && Number(row.dataset.at) > this.player.index ? row : null;
    for (const one of this.host.querySelectorAll("[data-over]")) if (one !== wanted) one.removeAttribute("data-over");
    wanted?.toggleAttribute("data-over", true);
    return wanted;
  }
}
