/** What this browser keeps between visits; where it may keep nothing, for as long as the page lives. */

const meanwhile = new Map();

export function recall(name) {
  try {
    return localStorage.getItem(name) ?? meanwhile.get(name) ?? null;
  } catch {
    return meanwhile.get(name) ?? null;
  }
}

export function keep(name, text) {
  meanwhile.set(name, text);
  try {
    localStorage.setItem(name, text);
  } catch {
    // Full or forbidden: the copy in memory serves.
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
