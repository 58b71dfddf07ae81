/** Links to where a playlist is chosen open over the page; what that takes is fetched with the first of them. */

import { closeMenuAround } from "../menus.js";
import { opensElsewhere } from "../navigation.js";

export function wireAdding(say) {
  const plain = new WeakSet();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-add]");
    if (!link || plain.has(link) || opensElsewhere(event)) return;
    event.preventDefault();
    event.stopPropagation();
    closeMenuAround(link);
    import("./playlist_dialog.js")
      .then(({ chooseOver }) => chooseOver(link, say))
      .catch(() => plain.add(link) && link.click());
  }, true);
}
