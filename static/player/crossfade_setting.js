/** How long tracks are faded into one another, as somebody wants it in this browser, where a browser lets a page turn the volume: an iPhone's does not. */

import { keep, recall } from "./keepsake.js";

const SETTING = "crossfade";

export function offerCrossfade(element, crossfade) {
  const choice = element.querySelector('[data-part="crossfade"]');
  const choose = (seconds) => {
    choice.value = seconds;
    if (!choice.value) choice.value = "0";
    keep(SETTING, choice.value);
    crossfade.seconds = Number(choice.value);
  };
  if (!turnsVolume()) return;
  element.querySelector('[data-part="crossfade-offer"]').hidden = false;
  choice.addEventListener("change", () => choose(choice.value));
  choose(recall(SETTING) ?? "0");
}

function turnsVolume() {
  const audio = new Audio();
  audio.volume = 0.5;
  return audio.volume === 0.5;
}
