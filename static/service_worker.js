/* Keeps what is everybody's: files under /static/, and the page that is shown without a connection. Never a page, a cover or audio.

The website puts VERSION before this: with another one the browser takes this for another worker, which begins an empty shelf. */

const SHELF = `static-${VERSION}`;
const OFFLINE = "/offline";
const STATIC = "/static/";

/* Asked for as nobody, so that nothing of whoever is logged in is in it; what it refers to comes along. */
async function stock() {
  const page = await fetch(OFFLINE, { credentials: "omit", cache: "reload" });
  if (!page.ok) throw new Error(`The offline page answered ${page.status}.`);
  const files = new Set((await page.clone().text()).match(/\/static\/[^"#]+/g));
  const shelf = await caches.open(SHELF);
  await shelf.addAll(files);
  await shelf.put(OFFLINE, page);
}

async function clearOtherShelves() {
  for (const name of await caches.keys()) if (name !== SHELF) await caches.delete(name);
  await self.clients.claim();
}

async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    return (await caches.match(OFFLINE)) ?? Promise.reject(error);
  }
}

async function file(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.status === 200 && answer.headers.get("Cache-Control")?.includes("immutable")) {
    const copy = answer.clone();
    caches.open(SHELF).then((shelf) => shelf.put(request, copy));
  }
  return answer;
}

self.addEventListener("install", (event) => event.waitUntil(stock().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(clearOtherShelves()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith(STATIC)) event.respondWith(file(request));
});
