/** A speed or a sleep timer that is on shows beside the names of what is playing, and leads to where it is set. */

export class Chips {
  /** @param {import("./sheet.js").Sheet} sheet which has the settings where there is no room for them elsewhere */
  constructor(element, sheet) {
    Object.assign(this, { element, sheet });
    for (const chip of element.querySelectorAll("[data-chip]")) chip.addEventListener("click", (event) => this.#open(event, chip.dataset.chip));
  }

  /** @param {string} name of the setting  @param {string | null} words null where it is as one expects  @param {string} label the same in full */
  show(name, words, label = words) {
    const chip = this.element.querySelector(`[data-chip="${name}"]`);
    chip.hidden = words === null;
    chip.textContent = words ?? "";
    chip.setAttribute("aria-label", label ?? "");
  }

  /** To a press elsewhere the menu would close again. */
  #open(event, name) {
    event.stopPropagation();
    const setting = this.element.querySelector(`[data-part="${name}"]`);
    const menu = setting.closest("details");
    if (!menu.checkVisibility()) this.sheet.open();
    menu.open = true;
    setting.focus();
  }
}
