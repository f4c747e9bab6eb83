// Large numbers in texts: rounded, and exact on demand.

import { h } from "./dom.mjs";
import { language, t } from "./messages.mjs";

/** Smaller numbers are not rounded. */
const LEAST_ROUNDED = 100_000;

/** A number as text with at most four digits: 235.9 M. */
export function roundedText(value) {
	const parts = new Intl.NumberFormat(language.tag, { notation: "compact", maximumSignificantDigits: 4 }).formatToParts(value);
	return parts.map(({ type, value: part }) => (type === "compact" && /[A-Z]/.test(part) ? `\u00a0${part}` : part)).join("");
}

/**
 * The message of a key with its large numbers rounded, as a button that shows them exactly; text if it has none.
 */
export function roundedMessage(key, facts) {
	const isLarge = (value) => typeof value === "number" && value >= LEAST_ROUNDED;
	const exact = t(key, facts);
	if (!Object.values(facts).some(isLarge)) return exact;
	const rounded = t(key, Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, isLarge(value) ? roundedText(value) : value])));
	const button = h("button.rounded", { title: exact, "aria-pressed": "false", onclick: toggle }, rounded);
	return button;

	function toggle() {
		const isExact = button.textContent === exact;
		button.textContent = isExact ? rounded : exact;
		button.title = isExact ? exact : rounded;
		button.setAttribute("aria-pressed", String(!isExact));
	}
}
