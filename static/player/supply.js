/** What stations play next, as they are asked for it: once at a time, and what was lost on the way is given again. */

import { lastOfStation, nextOfStation } from "./api.js";
import { randomId } from "./keepsake.js";

const ANSWER_LASTS = 5 * 60 * 1000;
/* Milliseconds for which the answer to an earlier question will do. */

export class Supply {
  constructor() {
    this.asked = null;
  }

  /** Whether the station is being asked at the moment. */
  isAsking(station) {
    return this.asked?.station === station && this.asked.batch !== null;
  }

  /** The station's next batch: its `rows` for the page, its `tracks`, and why they are `fewer`. Throws a Refusal. */
  next(station) {
    const again = this.asked?.station === station && Date.now() - this.asked.since < ANSWER_LASTS;
    const asked = again ? this.asked : (this.asked = { station, key: randomId(), since: Date.now(), batch: null });
    asked.batch ??= this.#ask(asked).finally(() => (asked.batch = null));
    return asked.batch;
  }

  /** What the station gave last, and when. Throws a Refusal. */
  async last(station) {
    const { rows, given } = await lastOfStation(station);
    return { tracks: rowsOf(rows).map((row) => asTrack(row, station, given)), given };
  }

  async #ask(asked) {
    const answer = await nextOfStation(asked.station, asked.key);
    if (this.asked === asked) this.asked = null;
    const rows = rowsOf(answer.rows);
    return { rows, tracks: rows.map((row) => asTrack(row, asked.station, Date.now())), fewer: answer.fewer };
  }
}

function rowsOf(markup) {
  const holder = document.createElement("ol");
  holder.innerHTML = markup;
  return [...holder.children];
}

function asTrack(row, station, given) {
  const { stationTrack, title, artist, release, why, artistUrl, releaseUrl } = row.dataset;
  const cover = row.querySelector(".cover");
  const names = { title, artist, release, why, artistUrl, releaseUrl };
  const source = { type: "station", station_id: station };
  return { id: stationTrack, ...names, station, source, given, cover: cover.src, coverMarkup: cover.outerHTML, untold: row.hidden };
}
