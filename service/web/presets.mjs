// Usual pictures, signals and volumes to start from.

import { FIELDS, START, changeField } from "./brief.mjs";
import { h } from "./dom.mjs";
import { t } from "./messages.mjs";

/** The fields of each preset, in the order of the buttons. */
const PRESETS = new Map([
	["mnist", { resolution: "28", channels: "1" }],
	["cifar", { resolution: "32" }],
	["celeba", { resolution: "218x178" }],
	["64", { resolution: "64" }],
	["128", { resolution: "128" }],
	["256", { resolution: "256" }],
	["speech", { resolution: "16384", dimensions: "1", channels: "1" }],
	["volume", { resolution: "32", dimensions: "3", channels: "1" }],
]);

/** What a preset sets; a preset without one of them has its default. */
const PRESET_FIELDS = ["resolution", "dimensions", "channels"];

/** A row of buttons; `take(params)` is called with the fields of a preset, `fill(params)` marks the current one. */
export function presetRow(take) {
	const buttons = [...PRESETS].map(([name, fields]) => h("button", { "data-preset": name, onclick: () => take(fields) }, t(`presets.${name}`)));
	const element = h("div.row.presets", { role: "group", "aria-label": t("presets.label") }, h("span.muted", t("presets.label")), buttons);
	return { element, fill };

	function fill(params) {
		const text = (state, name) => state[name] ?? START[name] ?? String(FIELDS[name].defaultValue ?? "2");
		for (const button of buttons) {
			const preset = PRESETS.get(button.dataset.preset);
			const isCurrent = !params.factor && PRESET_FIELDS.every((name) => text(params, name) === text(preset, name));
			button.setAttribute("aria-pressed", String(isCurrent));
		}
	}
}

/** A state with the fields of a preset; everything else stays. */
export function withPreset(params, preset) {
	const { factor: _, ...rest } = params;
	return PRESET_FIELDS.reduce((next, name) => changeField(next, name, preset[name] ?? ""), rest);
}
