/** The pages' side of the player: their play buttons, and the mark on what is playing. */

import { tracksOf } from "./api.js";
import { opensElsewhere } from "../navigation.js";
import { _ } from "../words.js";

const LAST_WORDS_MS = 3000;

/** The tracks of these rows as a queue: of one release, or each of its own. */
function queueOf(page, list, rows) {
  const coverElement = page.querySelector("[data-release-cover]")?.firstElementChild;
  // A page that an older release still sends does not say.
  const source = list.dataset.source && JSON.parse(list.dataset.source);
  return rows.map((row) => ({
    id: row.dataset.track,
    title: row.dataset.title,
    artist: row.dataset.artist,
    artistUrl: row.dataset.artistUrl,
    releaseUrl: row.dataset.releaseUrl ?? row.dataset.release ?? list.dataset.tracks,
    source,
    ...coverOf(row.querySelector("[data-cover]")?.firstElementChild ?? coverElement),
  }));
}

function coverOf(element) {
  return { cover: element?.currentSrc ?? element?.src, coverMarkup: element?.outerHTML ?? "" };
}

/** Links to a release that play it, for whoever is logged in. */
export function wireReleases(player, modes, say) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-play-release]");
    if (!link || !player.accountId || opensElsewhere(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (isOf(player.track, link)) player.toggle();
    else playRelease(link.dataset.playRelease, player, modes).catch((refusal) => say(refusal.words));
  }, true);
}

async function playRelease(id, player, modes) {
  return player.play(...modes.arranged(await tracksOf("release", id), 0, true));
}

const isOf = (track, link) => track?.releaseUrl === link.getAttribute("href");

export function wirePages(player, sync, modes) {
  document.addEventListener("submit", (event) => event.target.matches("[data-log-out]") && player.active && stopBefore(event, player, sync), true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-play]");
    if (!button) return;
    const page = document.getElementById("page");
    const list = button.closest("[data-tracks]") ?? page.querySelector("[data-tracks]");
    const chosen = button.closest("[data-track]");
    // What a station gave is no queue of the listener's: of its rows each plays by itself.
    const rows = "singly" in list.dataset ? [chosen] : [...list.querySelectorAll("[data-track]")];
    if ((chosen ? [chosen] : rows).some((row) => row.dataset.track === player.track?.id)) player.toggle();
    else player.play(...modes.arranged(queueOf(page, list, rows), chosen ? rows.indexOf(chosen) : 0, !chosen));
  });
  for (const name of ["play", "pause", "ended"]) player.audio.addEventListener(name, () => markPlaying(player));
  for (const name of ["track", "starting", "stopped"]) player.addEventListener(name, () => markPlaying(player));
}

/** Once logged out, nobody may tell any more what was heard, nor save the queue: that comes first. */
async function stopBefore(event, player, sync) {
  const form = event.target;
  event.preventDefault();
  event.stopPropagation();
  form.inert = true;
  // A form cannot be sent again while it is being sent, which it is until the next task.
  const last = [sync.save(), player.stop(), new Promise((resolve) => setTimeout(resolve))];
  await Promise.race([Promise.all(last), new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS))]);
  form.inert = false;
  form.requestSubmit();
}

export function markPlaying(player) {
  const playing = player.isGoing;
  const current = player.track?.id;
  for (const row of document.querySelectorAll("[data-track]")) {
    const isCurrent = row.dataset.track === current;
    const button = row.querySelector("[data-play]");
    row.toggleAttribute("data-current", isCurrent);
    mark(button, playing && isCurrent);
    button.setAttribute("aria-busy", String(isCurrent && player.starting));
  }
  for (const link of document.querySelectorAll("[data-play-release]")) mark(link, playing && isOf(player.track, link));
  const whole = document.querySelector('[data-play=""]');
  if (whole) mark(whole, playing && document.querySelector("[data-current]") !== null);
}

function mark(button, playing) {
  button.toggleAttribute("data-playing", playing);
  button.setAttribute("aria-label", playing ? _("Pause {name}", button.dataset) : _("Play {name}", button.dataset));
}
