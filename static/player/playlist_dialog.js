/** Adding to a playlist over the page: the page where one is chosen, in a dialog. */

import { sendForm } from "./api.js";
import { loaded, setBusy } from "../navigation.js";
import { _ } from "../words.js";

/** Rejects where that page does not come. @param {(words: string) => void} say tells what was added */
export async function chooseOver(link, say) {
  const part = await fetched(link.href);
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", link.textContent.trim());
  dialog.setAttribute("closedby", "any");
  dialog.append(part);
  const close = part.querySelector("[data-close]");
  close.hidden = false;
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("submit", (event) => add(event, dialog, say), true);
  dialog.addEventListener("close", () => dialog.remove());
  addEventListener("popstate", () => dialog.close(), { once: true });
  document.body.append(dialog);
  dialog.showModal();
}

async function fetched(address) {
  const markup = await loaded(fetch(address).then((answer) => answer.text()));
  return document.adoptNode(new DOMParser().parseFromString(markup, "text/html").querySelector("[data-adding]"));
}

/** htmx would lead to the playlist. */
async function add(event, dialog, say) {
  const { target: form, submitter } = event;
  event.preventDefault();
  event.stopPropagation();
  const fields = new FormData(form, submitter);
  form.inert = true;
  setBusy(submitter, true);
  try {
    await sendForm(form.action, new URLSearchParams(fields));
    dialog.close();
    say(_("{what} was added to {playlist}", { what: dialog.querySelector("h1").title, playlist: submitter.dataset.playlist ?? fields.get("title").trim() }));
  } catch (refusal) {
    const place = dialog.querySelector("[data-refusal]");
    place.textContent = refusal.words;
    place.hidden = false;
    form.inert = false;
    setBusy(submitter, false);
  }
}
