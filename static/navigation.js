/** What a browser does by itself when it loads a page, done for pages that are swapped in. */

const LOADING_SHOWS_AFTER = 200;
const root = document.documentElement;
const notice = document.getElementById("notice");
let loading;

function departed() {
  clearTimeout(loading);
  loading = setTimeout(() => root.toggleAttribute("data-loading", true), LOADING_SHOWS_AFTER);
}

function arrived() {
  clearTimeout(loading);
  root.removeAttribute("data-loading");
  localTimes();
  showChosen();
}

/** Something is on its way: that shows where it takes long. */
export async function loaded(promise) {
  departed();
  try {
    return await promise;
  } finally {
    arrived();
  }
}

/** A button that was pressed waits for the answer. */
export function setBusy(button, busy) {
  for (const name of ["aria-busy", "aria-disabled"]) button?.setAttribute(name, String(busy));
}

/** A press that opens the link in a tab or window of its own is the browser's. */
export const opensElsewhere = ({ ctrlKey, metaKey, shiftKey }) => ctrlKey || metaKey || shiftKey;

/** For pages that are made of days: they cannot ask. */
function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `zone=${zone}; path=/; max-age=31536000; SameSite=Lax`;
}

/** Moments in the reader's own time zone and manner. */
function localTimes() {
  const style = { dateStyle: "long", timeStyle: "short" };
  for (const time of document.querySelectorAll("time[data-moment]")) {
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, style);
    time.removeAttribute("data-moment");
  }
}

/** On a phone a line of choices is longer than the screen: what is chosen is in sight. The page stays where it is. */
function showChosen() {
  for (const chosen of document.querySelectorAll(".choice > [aria-current]")) {
    const [line, choice] = [chosen.parentElement, chosen].map((part) => part.getBoundingClientRect());
    chosen.parentElement.scrollLeft += choice.left + choice.width / 2 - line.left - line.width / 2;
  }
}

function failed() {
  arrived();
  notice.hidden = false;
}

/** Where a reader goes on: at what went wrong in a form, where the page wants it, or at the top. */
function focusPage() {
  const main = document.getElementById("main");
  const first = main.querySelector("[aria-invalid=true]") ?? main.querySelector("[role=alert]") ?? main.querySelector("[autofocus]");
  if (first) first.focus();
  else main.focus({ preventScroll: true });
}

// A form is sent once: the second press of a double click would break off the first and repeat it.
document.addEventListener("htmx:config:request", (event) => {
  if (event.detail.ctx.sourceElement.matches("form.htmx-request")) event.preventDefault();
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  notice.hidden = true;
  departed();
  setBusy(ctx.sourceEvent?.submitter, true);
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => setBusy(ctx.sourceEvent?.submitter, false));

// A proxy's own error page has nothing of what was asked for.
document.addEventListener("htmx:before:swap", (event) => {
  if (event.detail.tasks.some((task) => task.fragment.childElementCount)) return;
  event.preventDefault();
  failed();
});

document.addEventListener("htmx:after:swap", (event) => {
  arrived();
  if (event.detail.ctx.target?.id === "page") focusPage();
});

document.addEventListener("htmx:after:settle", ({ detail: { task, newContent } }) => {
  if (task.swapSpec.style === "beforeend") newContent.find((node) => node instanceof Element)?.querySelector("a, button")?.focus();
});

document.addEventListener("htmx:error", failed);

notice.querySelector("button").addEventListener("click", () => (notice.hidden = true));
localTimes();
showChosen();
tellZone();
