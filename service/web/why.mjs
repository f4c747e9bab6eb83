// Why this chain: the service's sentences, in the reader's language where their pattern is known.

import { h } from "./dom.mjs";

/** The sentences of a design as a list; what is not known in a language is shown as it came. */
export function whySentences(design, words) {
  if (!design.why.length) return h("p", { class: "muted" }, words("why.chosen"));
  return h("ol", { class: "reasons" }, design.why.map((sentence) => h("li", { lang: "en" }, sentence)));
}
