/** Changes to the queue by the listener; the last one can be undone. */

import { _ } from "../words.js";

export class Editing {
  /** @param {(words: string, undo?: () => void) => void} say tells what has happened */
  constructor(player, say) {
    this.player = player;
    this.say = say;
    this.before = null;
    player.addEventListener("track", () => player.queue !== this.after && (this.before = null));
  }

  get canUndo() {
    return this.before !== null;
  }

  /** Behind what is playing. */
  playNext(tracks) {
    this.#insert(tracks, this.player.index + 1, (what) => _("{what} comes next", { what }));
  }

  add(tracks) {
    this.#insert(tracks, this.player.queue.length, (what) => _("{what} was added to the queue", { what }));
  }

  move(from, to) {
    const { queue, index } = this.player;
    if (from <= index || to <= index || to >= queue.length || from === to) return;
    const moved = queue.toSpliced(from, 1).toSpliced(to, 0, queue[from]);
    this.#change(moved, index, _("{title} is number {number} of what comes next", { title: queue[from].title, number: to - index }));
  }

  remove(at) {
    const { queue, index } = this.player;
    this.#change(queue.toSpliced(at, 1), index, _("{title} was removed", { title: queue[at].title }));
  }

  /** What is playing stays. */
  clear() {
    const { queue, index } = this.player;
    this.#change(queue.slice(0, index + 1), index, _("The queue was cleared"));
  }

  /** The same tracks in another order. */
  reorder(queue, words) {
    this.#change(queue, queue.indexOf(this.player.track), words);
  }

  undo() {
    const { queue, track } = { queue: this.before, track: this.player.track };
    this.before = null;
    if (!queue?.includes(track)) return;
    this.player.rearrange(queue, queue.indexOf(track));
    this.say(_("The queue is as it was before"));
  }

  #insert(tracks, place, told) {
    const { player } = this;
    const what = tracks.length === 1 ? tracks[0].title : _("{number} tracks", { number: tracks.length });
    if (!player.active) {
      player.restore({ queue: tracks, index: 0, position: 0, recording: recordingOf(tracks[0]) });
      this.say(_("{what} was added to the queue", { what }));
    } else {
      this.#change(player.queue.toSpliced(place, 0, ...tracks), player.index, told(what));
    }
  }

  #change(queue, index, words) {
    this.before = this.player.queue;
    this.after = queue;
    this.player.rearrange(queue, index);
    this.say(words, () => this.undo());
  }
}

/** What is known of a track before it is played. */
export function recordingOf(track) {
  return track.seconds ? { seconds: track.seconds, waveform: "", preview: track.preview } : null;
}
