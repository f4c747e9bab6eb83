// Why this chain: the service's sentences, in the reader's language where their pattern is known.

import { h } from "./dom.mjs";
import { translations, words } from "./words.mjs";

/** A sentence of the service by patterns and what they say, `{a}` its figures; null where nobody knows its pattern. */
export function told(sentence, reasons) {
	for (const [pattern, text] of reasons) {
		const found = new RegExp(`^${pattern.replace(/\{(\w)\}/g, "(?<$1>.+?)")}$`).exec(sentence);
		if (found) return text.replace(/\{(\w)\}/g, (_, name) => found.groups[name]);
	}
	return null;
}

/** The sentences of a design as a list; those that are not known are shown as they came. */
export function whySentences(design) {
	if (!design.why.length) return h("p.muted", words("why.chosen"));
	const reasons = translations("reasons");
	return h("ol.reasons", design.why.map((sentence) => {
		const own = told(sentence, reasons);
		return h("li", { lang: own ? null : "en" }, own ?? sentence);
	}));
}
