/** Brings the player to life, once; pages come and go beside it. */

import { announceToSystem, obeySystem, tellSystem } from "./media_session.js";
import { markPlaying, wirePages } from "./page.js";
import { Panel } from "./panel.js";
import { Player } from "./player.js";

const element = document.getElementById("player");
const player = new Player(element.querySelector("audio"));
new Panel(element, player);
wirePages(player);
obeySystem(player);

player.addEventListener("session", () => announceToSystem(player.session, player.track));
for (const name of ["play", "pause", "seeked", "durationchange"]) player.audio.addEventListener(name, () => tellSystem(player.audio));

function pageShown() {
  player.belongTo(document.getElementById("page").dataset.viewer);
  markPlaying(player);
}

document.addEventListener("htmx:after:swap", pageShown);
window.addEventListener("pagehide", () => player.close());
pageShown();
