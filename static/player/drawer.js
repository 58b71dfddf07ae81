/** A part of the player that opens beside it, one at a time; on a phone within the sheet. */

let shown = null;

export class Drawer {
  /**
   * @param {() => void} fill makes its content when it opens
   * @param {(words: string) => void} say tells why it does not open
   */
  constructor(element, name, fill, say) {
    Object.assign(this, { fill, say, why: null });
    this.section = element.querySelector(`[data-part="${name}"]`);
    this.button = element.querySelector(`[data-part="show-${name}"]`);
    this.button.addEventListener("click", () => this.toggle());
    this.section.querySelector("[data-close]").addEventListener("click", () => this.toggle(false));
    this.section.addEventListener("keydown", (event) => this.#key(event));
  }

  get isOpen() {
    return !this.section.hidden;
  }

  /** Whether there is something in it now: else why there is not. */
  withhold(why) {
    this.why = why;
    this.button.setAttribute("aria-disabled", String(why !== null));
    this.button.title = why ?? this.button.getAttribute("aria-label");
    if (why && this.isOpen) this.toggle(false);
  }

  toggle(open = !this.isOpen) {
    if (open && this.why) return this.say(this.why);
    const had = this.section.contains(document.activeElement);
    this.#show(open);
    if (open) this.section.focus();
    else if (had) this.button.focus();
  }

  /** Opens it where no other one is open, and leaves the focus where it is. */
  offer() {
    if (!shown?.isOpen && !this.why) this.#show(true);
  }

  #show(open) {
    if (open && shown !== this) shown?.toggle(false);
    this.section.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    shown = this;
    this.fill();
  }

  /** Escape closes this alone, not the sheet around it. */
  #key(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.toggle(false);
  }
}
