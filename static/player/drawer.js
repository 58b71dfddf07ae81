/** A part of the player that opens beside it, one at a time; on a phone within the sheet. */

let shown = null;

export class Drawer {
  /** @param {() => void} fill makes its content when it opens */
  constructor(element, name, fill) {
    this.section = element.querySelector(`[data-part="${name}"]`);
    this.button = element.querySelector(`[data-part="show-${name}"]`);
    this.fill = fill;
    this.button.addEventListener("click", () => this.toggle());
    this.section.querySelector("[data-close]").addEventListener("click", () => this.toggle(false));
    this.section.addEventListener("keydown", (event) => this.#key(event));
  }

  get isOpen() {
    return !this.section.hidden;
  }

  toggle(open = !this.isOpen) {
    if (open && shown !== this) shown?.toggle(false);
    const had = this.section.contains(document.activeElement);
    this.section.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) {
      shown = this;
      this.fill();
      this.section.focus();
    } else if (had) {
      this.button.focus();
    }
  }

  /** Escape closes this alone, not the sheet around it. */
  #key(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.toggle(false);
  }
}
