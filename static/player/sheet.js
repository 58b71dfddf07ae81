/** The whole player over the page: a dialog, and an entry of the history, so that Back closes it. */

import { opensElsewhere } from "../navigation.js";

const CONTROLS = 'a[href]:not([tabindex="-1"]), button:enabled, summary, select, input, [tabindex="0"]';

export class Sheet extends EventTarget {
  /** Dispatches `opened` and `closed`. */
  constructor(element, player) {
    super();
    this.element = element;
    this.player = player;
    element.addEventListener("click", (event) => this.#follow(event), true);
    document.addEventListener("keydown", (event) => !document.querySelector("dialog[open]") && this.#key(event));
    document.addEventListener("htmx:before:history:restore", (event) => this.#keepPage(event));
    window.addEventListener("popstate", () => this.obeyHistory());
  }

  get isOpen() {
    return this.element.hasAttribute("data-open");
  }

  open() {
    if (this.isOpen) return;
    history.pushState({ sheet: true }, "");
    this.#show(true);
  }

  toggle() {
    return this.isOpen ? this.close() : this.open();
  }

  /** The promise is kept when the sheet's entry of the history is left. */
  async close() {
    if (!this.isOpen) return;
    if (!history.state?.sheet) return this.#show(false);
    // Sent back twice before it has gone, the history would leave the page as well.
    this.leaving ??= this.#leave();
    await this.leaving;
  }

  async #leave() {
    const left = new Promise((resolve) => window.addEventListener("popstate", resolve, { once: true }));
    history.back();
    await left;
    this.leaving = null;
  }

  /** No sheet any more, wherever the focus is and whatever the history says. */
  fold() {
    this.#cover(false);
  }

  /** Shows the sheet where the entry of the history that was reached is its own. */
  obeyHistory() {
    const wanted = Boolean(history.state?.sheet) && this.player.active;
    if (wanted === this.isOpen) return;
    this.pageStays = !wanted && Boolean(history.state?.htmx) && location.href === this.address;
    this.#show(wanted);
  }

  /** htmx fetches the page that Back leads to; under the sheet it is there still. */
  #keepPage(event) {
    if (this.pageStays) event.preventDefault();
    this.pageStays = false;
  }

  /** A link leads on from the page, not from the sheet: Back shall find the page. */
  async #follow(event) {
    const link = event.target.closest("a[href]");
    if (!link || !this.isOpen || opensElsewhere(event)) return;
    event.preventDefault();
    event.stopPropagation();
    await this.close();
    link.click();
  }

  #key(event) {
    if (event.key === "Escape") this.close();
    else if (event.key === "Tab" && this.isOpen) this.#keepFocus(event);
  }

  /** After the last control comes the first, and before the first the last. */
  #keepFocus(event) {
    const controls = Array.from(this.element.querySelectorAll(CONTROLS)).filter((control) => control.checkVisibility());
    const [edge, opposite] = event.shiftKey ? [controls[0], controls.at(-1)] : [controls.at(-1), controls[0]];
    if (this.element.contains(document.activeElement) && document.activeElement !== edge) return;
    event.preventDefault();
    opposite.focus();
  }

  #show(open) {
    this.#cover(open);
    const buttons = [...this.element.querySelectorAll(`[data-action="${open ? "close" : "open"}"]`)];
    buttons.find((button) => button.checkVisibility())?.focus();
  }

  #cover(covered) {
    const changed = covered !== this.isOpen;
    this.element.toggleAttribute("data-open", covered);
    if (covered) this.address = location.href;
    for (const [name, value] of Object.entries({ role: "dialog", "aria-modal": "true" })) {
      if (covered) this.element.setAttribute(name, value);
      else this.element.removeAttribute(name);
    }
    for (const behind of document.querySelectorAll(".skip, #page")) behind.inert = covered;
    if (changed) this.dispatchEvent(new Event(covered ? "opened" : "closed"));
  }
}
