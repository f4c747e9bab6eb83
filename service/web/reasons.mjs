// The reasons for a chain, translated by patterns.

import { h } from "./dom.mjs";
import { translations, t } from "./messages.mjs";

/** Translate a sentence by [pattern, translation] pairs with numbers as `{a}`; null if no pattern matches. */
export function translateReason(sentence, reasons) {
	for (const [pattern, text] of reasons) {
		const found = new RegExp(`^${pattern.replace(/\{(\w)\}/g, "(?<$1>.+?)")}$`).exec(sentence);
		if (found) return text.replace(/\{(\w)\}/g, (_, name) => found.groups[name]);
	}
	return null;
}

/** The reasons for a design as a list; sentences without a translation stay in English. */
export function reasonList(design) {
	if (!design.why.length) return h("p.muted", t("why.chosen"));
	const reasons = translations("reasons");
	return h("ol.reasons", design.why.map((sentence) => {
		const translated = translateReason(sentence, reasons);
		return h("li", { lang: translated ? null : "en" }, translated ?? sentence);
	}));
}
