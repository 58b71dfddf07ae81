/** Brings the player to life, once; pages come and go beside it. */

import { announceToSystem, obeySystem, tellSystem, withdrawFromSystem } from "./media_session.js";
import { markPlaying, wirePages } from "./page.js";
import { Panel } from "./panel.js";
import { Player } from "./player.js";

const element = document.getElementById("player");
const player = new Player(element.querySelector("audio"));
const panel = new Panel(element, player);
wirePages(player);
obeySystem(player);

player.addEventListener("session", () => announceToSystem(player.session, player.track));
player.addEventListener("stopped", withdrawFromSystem);
for (const name of ["play", "pause", "seeked", "durationchange"]) player.audio.addEventListener(name, () => tellSystem(player.audio));

function pageShown() {
  player.belongTo(document.getElementById("page").dataset.viewer);
  markPlaying(player);
  panel.fold();
}

document.addEventListener("htmx:after:swap", pageShown);
document.addEventListener("visibilitychange", () => document.hidden && player.log?.keepPlay());
window.addEventListener("pagehide", () => player.close());
window.addEventListener("online", () => player.reconnected());
pageShown();
