/** The arrows lead from the field of the search through what it has found, and back. */

const FOUND = "#found :is(.top, .track__title, .names a, .card)";
const WAYS = { ArrowDown: 1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  const way = WAYS[event.key];
  if (!way || event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const stops = [document.getElementById("q"), ...document.querySelectorAll(FOUND)];
  const at = stops.indexOf(event.target);
  if (at < 0 || !stops[at + way]) return;
  event.preventDefault();
  stops[at + way].focus();
});
