/** What stops the music: mended once by itself, then told, with the way on. */

import { Refusal } from "./api.js";
import { LAST_TO_START, recall } from "./keepsake.js";
import { _ } from "../words.js";

const SETTLED_SECONDS = 10;

export const lost = () => new Refusal({ detail: _("The audio stopped coming."), next_step: _("Check your connection, then play on.") });

export class Recovery {
  constructor(player, sessions) {
    this.player = player;
    this.forget();
    player.audio.addEventListener("failed", () => this.#failed());
    sessions.addEventListener("refused", ({ detail }) => this.#refused(detail));
    player.addEventListener("problem", ({ detail }) => (this.problem = detail));
    player.audio.addEventListener("playing", () => player.dispatch("problem", null));
  }

  /** Something else is played, or nothing. */
  forget() {
    this.problem = null;
    this.recovered = false;
  }

  /** The network is back: what waited for it goes on, in the state it was in. */
  reconnected() {
    const { player, problem } = this;
    if (player.active && problem?.reason === "offline" && !problem.again) player.carryOn({ paused: player.paused });
  }

  #refused(refusal) {
    const { player } = this;
    if (refusal.status >= 500) return;
    // Where no other page of this browser went on playing, the session was merely lost; whether another device plays is Core's to say.
    if (refusal.reason === "session_ended" && recall(LAST_TO_START) === player.id) return player.carryOn({ paused: player.audio.paused });
    player.breakOff(refusal);
  }

  /** Most often the links have expired: a new session brings new ones. Once; then it is told. */
  #failed() {
    const { player } = this;
    if (!player.session) return;
    if (!this.recovered) {
      player.carryOn({ paused: player.audio.paused });
      this.recovered = true;
      this.recoveredAt = player.position;
    } else {
      this.#refused(lost());
    }
  }

  /** What plays on well may fail once more. */
  settle() {
    if (this.recovered && this.player.position > this.recoveredAt + SETTLED_SECONDS) this.recovered = false;
  }
}
