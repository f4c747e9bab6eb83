// The form of the layer view: presets, radio buttons, and a slider with a number field for each setting.

import { h } from "./dom.mjs";
import { CHOICES, NAMES, SETTINGS, presetStates } from "./layer-fields.mjs";
import { t } from "./messages.mjs";

/**
 * The form. `choose(state)` is called with a complete state; `slide(name, value)` while a slider or a number changes,
 * and `end()` at the end of the gesture. `fill(state)` shows a state.
 */
export function makeForm({ choose, slide, end }) {
	let shown = null;
	const presets = h("div.row.presets", { role: "group", "aria-label": t("layer.presets") });
	const form = h(
		"form.panel.controls",
		{ "aria-label": t("layer.settings"), onsubmit: (event) => event.preventDefault() },
		Object.entries(CHOICES).map(([name, values]) => radioButtons(name, values, (value) => choose(withChoice(name, value)))),
		NAMES.map(setting),
	);
	return { presets, form, fill };

	/** A convolution has no output padding, so it is reset. */
	function withChoice(name, value) {
		return { ...shown, [name]: value, ...(value === "conv" && { output_padding: 0 }) };
	}

	function setting(name) {
		const [min, most, , max] = SETTINGS[name];
		const id = `layer-${name}`;
		const change = ({ target }) => target.value !== "" && target.validity.valid && slide(name, Number(target.value));
		const settle = ({ target }) => {
			if (target.value !== "" && !target.validity.valid) slide(name, Math.max(min, Math.min(max, Math.round(target.value))));
			fill(shown);
			end();
		};
		return h(
			"div.slider",
			h("label", { for: id, title: name }, t(`layer.${name}`)),
			h("input", { type: "range", id, name, min, max: most, oninput: change, onchange: end }),
			h("input.number", { type: "number", name: `${name}_value`, "aria-label": t(`layer.${name}`), min, max, step: 1, oninput: change, onchange: settle }),
		);
	}

	function fill(state) {
		shown = state;
		for (const name of NAMES) {
			const [slider, number] = [form.elements[name], form.elements[`${name}_value`]];
			slider.max = Math.max(SETTINGS[name][1], state[name]);
			slider.value = state[name];
			if (number.value === "" || Number(number.value) !== state[name]) number.value = state[name];
		}
		for (const name of Object.keys(CHOICES)) form.elements[name].value = String(state[name]);
		const current = JSON.stringify(sorted(state));
		presets.replaceChildren(
			h("span.muted", t("presets.label")),
			...presetStates(state).map(([name, preset]) =>
				h("button", { "data-preset": name, "aria-pressed": String(JSON.stringify(sorted(preset)) === current), onclick: () => choose(preset) }, t(`layer.preset.${name}`)),
			),
		);
	}
}

const sorted = (state) => Object.entries(state).sort();

/** Radio buttons with a legend, which only screen readers read if it is `hidden`. */
export function radioButtons(name, values, choose, hidden = false) {
	const option = (value) => h("label", h("input", { type: "radio", name, value, onchange: () => choose(value) }), t(`layer.${name}.${value}`));
	return h("fieldset.choice", h(`legend${hidden ? ".visually-hidden" : ""}`, t(`layer.${name}`)), values.map(option));
}
