/** What this browser keeps between visits; where it may keep nothing, for as long as the page lives. */

/** Which page of this browser began to play last: it has the account's place, and says where the listener is. */
export const LAST_TO_START = "last-to-start";

/** What could not be stored; newer than what is stored under the same name. */
const meanwhile = new Map();

export function recall(name) {
  if (meanwhile.has(name)) return meanwhile.get(name);
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** What was kept there as JSON; null where there is nothing, or something else. */
export function recallParsed(name) {
  try {
    return JSON.parse(recall(name));
  } catch {
    return null;
  }
}

export function keep(name, text) {
  try {
    localStorage.setItem(name, text);
    meanwhile.delete(name);
  } catch {
    meanwhile.set(name, text);
  }
}

export function forget(name) {
  meanwhile.delete(name);
  try {
    localStorage.removeItem(name);
  } catch {
    // Where nothing may be stored, nothing is.
  }
}

/** The names beginning like this under which an earlier page, or another one, may have kept something. */
export function storedNames(beginning) {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(beginning));
  } catch {
    return [];
  }
}

/** 32 random hexadecimal digits. crypto.randomUUID is missing where a page is not served over HTTPS. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The name this browser is known by when it asks for a stream. */
export function deviceName() {
  const known = recall("device");
  if (known) return known;
  const name = `web-${randomId()}`;
  keep("device", name);
  return name;
}
