/** Playlists are dragged into folders, and out of them: by a form, which tells what has become of it. */

const PLACES = "[data-into]";

let dragged = null;
let over = null;

/** The place under a playlist that is being dragged. */
function placeOf(event) {
  return dragged ? event.target.closest(PLACES) : null;
}

function mark(place) {
  over?.removeAttribute("data-over");
  over = place;
  over?.setAttribute("data-over", "");
}

document.addEventListener("dragstart", (event) => {
  const row = event.target.closest?.("[data-place]");
  if (!row) return;
  dragged = row.dataset.place;
  event.dataTransfer.setData("text/plain", row.textContent.trim());
  event.dataTransfer.effectAllowed = "move";
});

document.addEventListener("dragover", (event) => {
  const place = placeOf(event);
  if (place) event.preventDefault();
  if (place !== over) mark(place);
});

document.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
});

document.addEventListener("drop", (event) => {
  const place = placeOf(event);
  mark(null);
  if (!place) return;
  event.preventDefault();
  const form = document.getElementById("into");
  form.elements.playlist.value = dragged;
  form.elements.into.value = place.dataset.into;
  form.requestSubmit();
});
