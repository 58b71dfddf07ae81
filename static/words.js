/** What scripts say, in the reader's language: the page brings the words along. */

const words = JSON.parse(document.querySelector("meta[name=words]").content);

/** The text in the reader's language, with its `{name}` filled in. */
export function _(text, values = {}) {
  return (words[text] ?? text).replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}
