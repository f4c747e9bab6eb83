// Why this chain: the service's sentences, in the reader's language where their pattern is known.

import { h } from "./dom.mjs";
import { MESSAGES } from "./messages.mjs";

const PATTERNS = Object.entries(MESSAGES)
  .filter(([key]) => key.startsWith("reason."))
  .map(([key, [english]]) => [key, new RegExp(`^${english.replace(/\{(\w)\}/g, "(?<$1>.+?)")}$`)]);

/** A sentence of the service in the reader's language; null where nobody knows its pattern. */
export function told(sentence, words) {
  for (const [key, pattern] of PATTERNS) {
    const found = pattern.exec(sentence);
    if (found) return words(key, { ...found.groups });
  }
  return null;
}

/** The sentences of a design as a list; those that are not known are shown as they came. */
export function whySentences(design, words) {
  if (!design.why.length) return h("p", { class: "muted" }, words("why.chosen"));
  const items = design.why.map((sentence) => {
    const own = words.code === "en" ? null : told(sentence, words);
    return own ? h("li", null, own) : h("li", { lang: "en" }, sentence);
  });
  return h("ol", { class: "reasons" }, items);
}
