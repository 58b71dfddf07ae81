/** Lets the site be installed, and brings the offline page back to life when there is a connection again. */

const ASK_EVERY = 5000;
const OFFLINE = "[data-offline]";

// Without a secure address there is none to register at.
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});

/** A browser may take itself to be online where nothing is answered. */
async function comeBack() {
  if (!document.querySelector(OFFLINE)) return;
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
}

if (document.querySelector(OFFLINE)) {
  addEventListener("online", comeBack);
  setInterval(comeBack, ASK_EVERY);
}
