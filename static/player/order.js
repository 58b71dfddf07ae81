/** What is played after what: the queue, the place in it, and whether it is repeated. */

export class Order {
  constructor() {
    this.queue = [];
    this.index = 0;
    /* `off`, `all` or `one`. */
    this.repeat = "off";
    /* Whether what comes next was put into any order. */
    this.shuffled = false;
  }

  get track() {
    return this.queue[this.index] ?? null;
  }

  /** Where a press on next leads; null at an end. */
  get next() {
    if (this.index + 1 < this.queue.length) return this.index + 1;
    return this.repeat === "off" || this.queue.some((track) => track.station) ? null : 0;
  }

  /** What comes by itself; null at an end. */
  get following() {
    return this.repeat === "one" && !this.track?.station ? this.index : this.next;
  }
}
