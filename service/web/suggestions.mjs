// Suggestions after a refusal: the nearest sizes, constraints to relax, or a new start.

import { changeField, resolutionText } from "./brief.mjs";
import { h } from "./dom.mjs";
import { hasMessage, t } from "./messages.mjs";

const RELAXED_VALUES = { exact: "prefer", overlap: "prefer", output_padding: "true" };
const FIELDS = { "budget.parameters": "max_parameters", "budget.multiply_adds": "max_multiply_adds" };

/** A row of buttons for the suggestions of a refusal, or null if it has none. */
export function suggestionRow({ kind, problem }, params, navigate) {
	if (kind !== "refused") return null;
	if (problem.status === 404) return row(h("a.button.main", { href: "/" }, t("address.start")));
	if (problem.code === "critic_with_batch_norm") {
		return row(button(t("suggestions.layer-norm"), { ...params, discriminator_normalization: "layer" }));
	}
	if (problem.code !== "no_chain") return null;
	const { nearest_sizes: nearest, relax } = problem.facts;
	const sizes = new Set([nearest?.below, nearest?.above].filter(Boolean).map(resolutionText));
	return row(
		[...sizes].map((size) => button(t("suggestions.size", { size }), changeField(params, "resolution", size))),
		(relax ?? []).slice(0, 3).map((names) => button(t("suggestions.relax", { names: names.map(fieldLabel).join(", ") }), relaxed(names))),
	);

	function relaxed(names) {
		const fields = names.map((name) => FIELDS[name] ?? name);
		return fields.reduce((next, field) => changeField(next, field, RELAXED_VALUES[field] ?? ""), params);
	}

	function button(text, next) {
		return h("button", { onclick: () => navigate(next) }, text);
	}
}

/** The label of a constraint in the form. */
export function fieldLabel(name) {
	const key = `field.${FIELDS[name] ?? name}`;
	return hasMessage(key) ? t(key) : name;
}

const row = (...children) => h("p.row.suggestions", children);
