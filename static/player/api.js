/** The website's /player endpoints. Every refusal is a `Refusal`, in words for the listener. */

import { _ } from "../words.js";

export class Refusal extends Error {
  /** @param {{type?: string, detail: string, next_step?: string, status?: number, details?: {reason?: string}}} problem RFC 9457 */
  constructor(problem) {
    super(problem.detail);
    this.status = problem.status ?? 0;
    this.nextStep = problem.next_step ?? "";
    this.reason = problem.details?.reason ?? "";
    /* What trying again means, where it does not mean to play on. */
    this.again = null;
  }

  /** Whether the same may be granted later. */
  get passes() {
    return this.status < 400 || this.status === 429 || this.status >= 500;
  }

  get words() {
    return `${this.message} ${this.nextStep}`.trim();
  }
}

const OFFLINE = { detail: _("We cannot reach the service."), next_step: _("Check your connection; the music goes on when it is back."), details: { reason: "offline" } };
const GARBLED = { detail: _("The service answered with something we cannot read."), next_step: _("Try again in a moment.") };

export const startPlayback = (trackId, device, takeOver) =>
  post("/player/sessions", { track_id: trackId, device, take_over: takeOver });

export const renewPlayback = (sessionId) => post(`/player/sessions/${sessionId}/renew`);

/** May be the last thing a closing page says. */
export const endPlayback = (sessionId) => post(`/player/sessions/${sessionId}/end`, undefined, { keepalive: true });

export const recordPlays = (plays) => post("/player/plays", { plays }, { keepalive: true });

/** The same key brings the same tracks. */
export const nextOfStation = (stationId, key) => post(`/player/stations/${stationId}/next`, undefined, { headers: { "Idempotency-Key": key } });

/** What it gave last, and when. */
export const lastOfStation = (stationId) => get(`/player/stations/${stationId}/batch`);

export const sayToStation = (stationId, trackId, kind) => post("/player/stations/feedback", { station_id: stationId, track_id: trackId, kind });

export const hideTrack = (trackId) => post("/player/hidden-tracks", { track_id: trackId });

/** Takes that back. */
export const showTrack = (trackId) => sendForm(`/stations/hidden/${trackId}/show`, new URLSearchParams({ csrf_token: csrfToken() }));

export const readQueue = () => get("/player/queue");

/** May be the last thing a closing page says. */
export const saveQueue = (queue) => post("/player/queue", queue, { keepalive: true });

export const saveQueuePosition = (place) => post("/player/queue/position", place, { keepalive: true });

/** What is to be queued of a track, a release or a playlist. */
export const tracksOf = (kind, id) => get(`/player/tracks?${new URLSearchParams({ [kind]: id })}`);

export const aboutTrack = (trackId) => get(`/player/tracks/${trackId}`);

/** As the hearts of the page do it; a refusal comes as to the player. */
export function favour(trackId, keep) {
  const headers = { Accept: "application/problem+json", "HX-Request": "true", "X-CSRFToken": csrfToken() };
  const body = new URLSearchParams({ keep: keep ? "yes" : "no" });
  return ask(`/library/favourites/track/${trackId}`, { method: "POST", headers, body }, (answer) => answer.text());
}

/** As a form of a page does it; a refusal comes as to the player, and the page that it would lead to does not. */
export function sendForm(path, body) {
  return ask(path, { method: "POST", headers: { Accept: "application/problem+json" }, redirect: "manual", body }, async () => null);
}

export const lyricsOf = (trackId) => get(`/player/tracks/${trackId}/lyrics`);

/** By quality: of all renditions that are streamed, of the smallest, of the best. FLAC is for apps, which fetch files. */
export function playlistsOf({ id, files }) {
  const names = files.filter(({ codecs }) => codecs.startsWith("mp4a")).map(({ name }) => name);
  const at = (name) => `/player/sessions/${id}/${name}.m3u8`;
  return { automatic: at("main"), saver: at(names[0]), high: at(names.at(-1)) };
}

/** One start waits for another: none may wait for ever. */
const PATIENCE_MS = 10_000;

/** The token of the last page that had one: a page of an error may not. */
let token;

function csrfToken() {
  token = document.getElementById("page").dataset.csrf ?? token;
  return token;
}

/** A browser sends no more than this, in bytes, for a page that has gone; what is larger goes with the page. */
const LARGEST_LAST_WORDS = 60_000;

function get(path) {
  return ask(path, {});
}

function post(path, body, { keepalive = false, headers: more = {} } = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), ...more };
  const text = JSON.stringify(body ?? {});
  return ask(path, { method: "POST", headers, keepalive: keepalive && text.length < LARGEST_LAST_WORDS, body: text });
}

async function ask(path, request, read = (answer) => answer.json()) {
  let response;
  try {
    response = await fetch(path, { ...request, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new Refusal(OFFLINE);
  }
  const granted = response.ok || response.type === "opaqueredirect";
  const answer = await (granted ? read(response) : response.json()).catch(() => GARBLED);
  if (!granted || answer === GARBLED) {
    throw new Refusal({ ...GARBLED, ...answer, status: response.status });
  }
  return answer;
}
