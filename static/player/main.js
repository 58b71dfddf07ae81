/** Brings the player to life, once; pages come and go beside it. */

import { About } from "./about.js";
import { wireAdding } from "./adding.js";
import { Chips } from "./chips.js";
import { offerCrossfade } from "./crossfade_setting.js";
import { Equaliser } from "./equaliser.js";
import { Keyboard } from "./keyboard.js";
import { Lyrics } from "./lyrics.js";
import { announceToSystem, obeySystem, tellSystem, withdrawFromSystem } from "./media_session.js";
import { Mixer } from "./mixer.js";
import { Modes } from "./modes.js";
import { markPlaying, wirePages, wireReleases } from "./page.js";
import { Panel } from "./panel.js";
import { Place } from "./place.js";
import { Player } from "./player.js";
import { Quality } from "./quality.js";
import { QueuePanel } from "./queue_panel.js";
import { wireStations } from "./station.js";
import { QueueSync } from "./sync.js";
import { Visualiser } from "./visualiser.js";

const element = document.getElementById("player");
const player = new Player(element.querySelectorAll("audio"));
const panel = new Panel(element, player);
const place = new Place(player);
const sync = new QueueSync(player);
const queue = new QueuePanel(element, player, sync);
const lyrics = new Lyrics(element, player, panel.sheet, (words) => queue.say(words));
const modes = new Modes(element, player, new Chips(element, panel.sheet), queue.editing, (words) => queue.say(words));
const about = new About(element, player, (words) => queue.say(words));
new Keyboard(document.getElementById("shortcuts"), { player, panel, queue: queue.drawer, lyrics: lyrics.drawer, modes, about });
new Quality(element, player);
offerCrossfade(element, player.crossfade);
const mixer = new Mixer(player.audio);
new Equaliser(element, mixer);
new Visualiser(element, mixer, panel.sheet, player.audio);
wirePages(player, sync, modes);
wireAdding((words) => queue.say(words));
wireReleases(player, modes, (words) => queue.say(words));
wireStations(player, about, (words, undo) => queue.say(words, undo));
obeySystem(player);

player.addEventListener("session", () => announceToSystem(player.session, player.track));
player.addEventListener("stopped", withdrawFromSystem);
for (const name of ["play", "pause", "seeked", "durationchange", "ratechange"]) player.audio.addEventListener(name, () => tellSystem(player.audio));

function belongTo(accountId) {
  player.belongTo(accountId);
  place.belongTo(accountId);
  sync.belongTo(accountId);
}

/** A page of an error may not know who is there; then it is who it was. */
function pageShown() {
  const { viewer } = document.getElementById("page").dataset;
  if (viewer !== undefined) belongTo(viewer);
  markPlaying(player);
  panel.sheet.fold();
}

/** A page may go without a word. */
function keepAll() {
  player.log?.keepPlay();
  place.keep();
  sync.save();
}

function leave() {
  place.keep();
  sync.save();
  player.close();
}

document.addEventListener("htmx:after:swap", pageShown);
document.addEventListener("visibilitychange", () => (document.hidden ? keepAll() : sync.read()));
window.addEventListener("pagehide", leave);
window.addEventListener("online", () => player.reconnected());
pageShown();
panel.sheet.obeyHistory();
