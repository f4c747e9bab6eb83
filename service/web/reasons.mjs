// Why this chain: the service's sentences, in the reader's language where their pattern is known.

import { h } from "./dom.mjs";
import { translations, t } from "./messages.mjs";

/** A sentence of the service by patterns and what they say, `{a}` its figures; null where nobody knows its pattern. */
export function translateReason(sentence, reasons) {
	for (const [pattern, text] of reasons) {
		const found = new RegExp(`^${pattern.replace(/\{(\w)\}/g, "(?<$1>.+?)")}$`).exec(sentence);
		if (found) return text.replace(/\{(\w)\}/g, (_, name) => found.groups[name]);
	}
	return null;
}

/** The sentences of a design as a list; those that are not known are shown as they came. */
export function reasonList(design) {
	if (!design.why.length) return h("p.muted", t("why.chosen"));
	const reasons = translations("reasons");
	return h("ol.reasons", design.why.map((sentence) => {
		const translated = translateReason(sentence, reasons);
		return h("li", { lang: translated ? null : "en" }, translated ?? sentence);
	}));
}
