// Suggestions after a refusal: the nearest sizes, constraints to relax, or a new start.

import { changeField, fieldName, resolutionText } from "./brief.mjs";
import { h } from "./dom.mjs";
import { hasMessage, t } from "./messages.mjs";

const RELAXED_VALUES = { exact: "prefer", overlap: "prefer", output_padding: "true" };

/** A row of buttons for the suggestions of a refusal, or null if it has none. */
export function suggestionRow({ kind, problem }, params, navigate) {
	if (kind !== "refused") return null;
	if (problem.status === 404) return row(h("a.button.main", { href: "/" }, t("address.start")));
	if (problem.code === "critic_with_batch_norm") {
		return row(button(t("suggestions.layer-norm"), { ...params, "discriminator.normalization": "layer" }));
	}
	if (problem.code !== "no_chain") return null;
	const { nearest_sizes: nearest, relax, add } = problem.facts;
	const sizes = new Set([nearest?.below, nearest?.above].filter(Boolean).map(resolutionText));
	return row(
		[...sizes].map((size) => button(t("suggestions.size", { size }), changeField(params, "resolution", size))),
		add && button(t("suggestions.add", { names: Object.entries(add.search).map(valueText).join(", ") }), added(add.search)),
		(relax ?? []).slice(0, 3).map((names) => button(t("suggestions.relax", { names: names.map(fieldLabel).join(", ") }), relaxed(names))),
	);

	function relaxed(names) {
		return names.reduce((next, name) => changeField(next, fieldName(name), RELAXED_VALUES[name] ?? ""), params);
	}

	function added(search) {
		return Object.entries(search).reduce((next, [field, value]) => changeField(next, fieldName(field), String(value)), params);
	}

	function button(text, next) {
		return h("button", { onclick: () => navigate(next) }, text);
	}
}

const valueText = ([name, value]) => (value === true ? fieldLabel(name) : `${fieldLabel(name)} ${value}`);

/** The label of a constraint in the form. */
export function fieldLabel(name) {
	const key = `field.${fieldName(name)}`;
	return hasMessage(key) ? t(key) : name;
}

const row = (...children) => h("p.row.suggestions", children);
