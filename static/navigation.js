/** What a browser does by itself when it loads a page, done for pages that are swapped in. */

const LOADING_SHOWS_AFTER = 200;
const root = document.documentElement;
const notice = document.getElementById("notice");
let loading;

function arrived() {
  clearTimeout(loading);
  root.removeAttribute("data-loading");
  localTimes();
}

/** Moments in the reader's own time zone and manner. */
function localTimes() {
  const style = { dateStyle: "long", timeStyle: "short" };
  for (const time of document.querySelectorAll("time[data-moment]")) {
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, style);
    time.removeAttribute("data-moment");
  }
}

document.addEventListener("htmx:before:request", () => {
  notice.hidden = true;
  clearTimeout(loading);
  loading = setTimeout(() => root.toggleAttribute("data-loading", true), LOADING_SHOWS_AFTER);
});

document.addEventListener("htmx:after:swap", (event) => {
  arrived();
  if (event.detail.ctx.target?.id === "page") document.getElementById("main").focus({ preventScroll: true });
});

document.addEventListener("htmx:error", () => {
  arrived();
  notice.hidden = false;
});

notice.querySelector("button").addEventListener("click", () => (notice.hidden = true));
localTimes();
