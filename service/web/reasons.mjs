// Reasons of the service, translated by their codes.

import { h } from "./dom.mjs";
import { fillText, language, numberText, sizeText, t, translations } from "./messages.mjs";
import { fieldLabel } from "./suggestions.mjs";

/** Reasons as items of a list; without a translation the sentence of the service is shown. */
export const reasonItems = (reasons) =>
	reasons.map(({ code, facts, sentence }) => {
		const text = translations("reasons")[code];
		return text ? h("li", { lang: language.tag }, fillText(text, (name) => factText(facts[name]))) : h("li", { lang: "en" }, sentence);
	});

/** The reasons for the chain of a design as a list. */
export function reasonList({ reasons }) {
	return reasons.length ? h("ol.reasons", reasonItems(reasons)) : h("p.muted", t("why.chosen"));
}

/** A fact as text: a list of numbers is a size, a list of lists has sizes or alternatives of fields. */
function factText(fact, index) {
	if (!Array.isArray(fact)) return numberText(fact);
	if (typeof fact[0] === "number") return sizeText(fact);
	return fact.map(index >= 0 ? fieldLabel : factText).join(index >= 0 ? " + " : ", ");
}
