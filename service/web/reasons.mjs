// Reasons of the service, translated by their codes.

import { h } from "./dom.mjs";
import { fillText, language, numberText, sizeText, t, translations } from "./messages.mjs";
import { fieldLabel } from "./suggestions.mjs";

/** The reasons of a problem or of a refused field; one without is a reason itself. */
export const reasonsOf = ({ errors, reasons, code, facts, detail }) =>
	errors?.length ? errors.flatMap(reasonsOf) : (reasons ?? [{ code, facts, sentence: detail }]);

/** Each reason as an element; without a translation it has the sentence of the service. */
export const reasonElements = (selector, reasons, fields = {}) =>
	reasons.map((reason) => {
		const text = translate(reason);
		return h(selector, { ...fields, lang: text ? language.tag : "en" }, text ?? reason.sentence);
	});

/** The reasons for the chain of a design as a list. */
export function reasonList({ reasons }) {
	return reasons.length ? h("ol.reasons", reasonElements("li", reasons)) : h("p.muted", t("why.chosen"));
}

/** The reason in the language of the page, or undefined. */
function translate({ code, facts }) {
	const text = translations("reasons")[code] ?? translations("problems")[code];
	return text && fillText(text, (name, separator) => factText(facts[name], separator));
}

/** A fact as text: a list of numbers without separator is a size, an inner list of names has alternatives. */
function factText(fact, separator) {
	if (fact === null) return t("choice.none");
	if (fact.code) return translate(fact) ?? fact.sentence;
	if (!Array.isArray(fact)) return numberText(fact);
	if (!separator && typeof (fact[0] ?? 0) === "number") return sizeText(fact);
	const entry = (each) => (typeof each[0] === "string" && Array.isArray(each) ? each.map(fieldLabel).join(" + ") : factText(each));
	return fact.map(entry).join(separator ?? ", ");
}
