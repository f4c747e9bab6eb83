// The form of a brief; each change is reported while the user types.

import { FIELDS, START } from "./brief.mjs";
import { h, labelled, show } from "./dom.mjs";
import { hasMessage, t } from "./messages.mjs";
import { reasonElements } from "./reasons.mjs";

const SIDES = [["length"], ["height", "width"], ["depth", "height", "width"]];

/** The fields of a group: wide choices first, flags last. */
const fieldsOf = (group) => Object.values(FIELDS).filter((field) => field.group === group).sort((one, other) => rank(one) - rank(other));
const rank = ({ kind, path, wide }) => (kind === "flag" ? 3 : wide ? 0 : path.length > 1 ? 1 : 2);

/**
 * The form. It calls `change(name, text, typing)` on each change. `fill(params)` sets every field
 * except the one that has the focus; `showErrors(errors)` marks the invalid fields.
 */
export function briefForm(change) {
	const controls = {};
	const resolution = resolutionField(change);
	const field = (row) => labelledField(row, (controls[row.name] = control(row, change)));
	const search = h(
		"details.fold",
		h("summary", t("form.search")),
		h("p.small.muted", t("form.search.text")),
		h("div.fields", fieldsOf("search").map(field)),
	);
	const group = (name) =>
		h("fieldset", h("legend", t(`form.${name}`)), name === "picture" && resolution.element, h("div.fields", fieldsOf(name).map(field)));
	const form = h(
		"form.panel.form",
		{ "aria-label": t("form.label"), onsubmit: (event) => event.preventDefault() },
		["picture", "generator", "discriminator"].map(group),
		search,
	);
	return { element: form, fill, showErrors };

	function fill(params) {
		const axes = resolution.fill(params);
		for (const [name, input] of Object.entries(controls)) {
			if (FIELDS[name].defaultLists) input.placeholder = shortenList(FIELDS[name].defaultLists[axes - 1]);
			const defaultValue = input.type === "number" ? (START[name] ?? "") : input.type === "text" ? "" : String(FIELDS[name].defaultValue);
			const text = params[name] || defaultValue;
			if (input.type === "checkbox") input.checked = text === "true";
			else if (input !== document.activeElement) input.value = text;
		}
		if (fieldsOf("search").some(({ name }) => params[name])) search.open = true;
	}

	function showErrors(errors) {
		for (const box of form.querySelectorAll(".error")) box.remove();
		for (const input of form.querySelectorAll("[aria-invalid]")) {
			input.removeAttribute("aria-invalid");
			input.removeAttribute("aria-describedby");
		}
		for (const { name, reasons } of errors) {
			const input = name === "resolution" ? resolution.first() : controls[name];
			if (!input) continue;
			const id = `error-${name}`;
			input.setAttribute("aria-invalid", "true");
			input.setAttribute("aria-describedby", id);
			input.closest(".field").append(...reasonElements("p.error", reasons, { id }));
		}
	}
}

const labelledCheckbox = (label, input) => h("div.field.flag", input, h("label", { for: input.id }, label));

function labelledField({ name, kind, wide, unit }, input) {
	const label = t(`field.${name}`);
	const text = unit ? t("form.in", { label, unit: t(`unit.${unit}`) }) : label;
	const box = (input.type === "checkbox" ? labelledCheckbox : labelled)(text, input);
	box.classList.toggle("wide", wide === true || kind === "flag");
	return box;
}

function control({ name, kind, choices, low, defaultValue }, change) {
	const id = `field-${name}`;
	if (kind === "flag") {
		return h("input", { id, type: "checkbox", onchange: (event) => change(name, String(event.target.checked)) });
	}
	if (choices) {
		const options = choices.map((value) => h("option", { value }, t(`choice.${value}`)));
		return h("select", { id, onchange: (event) => change(name, event.target.value) }, options);
	}
	return h("input", {
		id,
		...(kind === "integer" ? numberAttributes(low) : { type: "text", spellcheck: "false", autocomplete: "off" }),
		placeholder: hasMessage(`hint.${name}`) ? t(`hint.${name}`) : defaultValue,
		oninput: (event) => change(name, event.target.value.trim(), true),
	});
}

/** A list, shortened to fit a field: 4,8,12,…,48. */
const shortenList = (list) => list.replace(/^((?:\d+,){3})(?:\d+,){3,}/, "$1…,");

const numberAttributes = (min) => ({ type: "number", inputmode: "numeric", min, step: 1, autocomplete: "off" });

/** The fields of one to three sides: one number if they are equal, else one for each side. */
function resolutionField(change) {
	let [axes, equal, inputs] = [2, true, []];
	const box = h("div.sides");
	const kinds = [1, 2, 3].map((value) => h("input", { type: "radio", name: "axes", id: `axes-${value}`, value, onchange: () => changeAxes(value, equal) }));
	const equalCheckbox = h("input", { type: "checkbox", id: "equal-sides", onchange: () => changeAxes(axes, equalCheckbox.checked) });
	const element = h(
		"div.resolution",
		h(
			"div.axes",
			{ role: "radiogroup", "aria-label": t("form.axes") },
			kinds.map((kind) => h("span", kind, h("label", { for: kind.id }, t(`form.axes.${kind.value}`)))),
		),
		box,
		labelledCheckbox(t("form.equal"), equalCheckbox),
	);
	return { element, fill, first: () => inputs[0] };

	function fill(params) {
		const parts = (params.resolution ?? START.resolution).split(/[x×]/);
		const axisCount = parts.length > 1 ? parts.length : Number(params.dimensions ?? 2);
		const sidesEqual = parts.length === 1;
		const known = SIDES[axisCount - 1] ? axisCount : 2;
		if (inputs.length === 0 || known !== axes || sidesEqual !== equal) build(known, sidesEqual);
		inputs.forEach((input, at) => {
			if (input !== document.activeElement) input.value = parts[at] ?? "";
		});
		return axes;
	}

	/** Change the number of sides, or allow them to differ; new sides take the first number. */
	function changeAxes(number, sidesEqual) {
		const before = inputs.map((input) => input.value);
		build(number, sidesEqual);
		inputs.forEach((input, at) => (input.value = before[at] ?? before[0]));
		notifyChange();
	}

	function build(number, sidesEqual) {
		[axes, equal] = [number, sidesEqual || number === 1];
		kinds[axes - 1].checked = true;
		equalCheckbox.checked = equal;
		equalCheckbox.parentNode.hidden = axes === 1;
		const names = equal ? [axes === 1 ? "length" : "side"] : SIDES[axes - 1];
		inputs = names.map((name) => h("input", { id: `side-${name}`, ...numberAttributes(FIELDS.resolution.low), oninput: () => notifyChange(true) }));
		show(box, names.map((name, at) => labelled(t(`form.${name}`), inputs[at])));
	}

	function notifyChange(typing = false) {
		const parts = inputs.map((input) => input.value.trim());
		if (!parts.includes("")) change("resolution", parts.join("x"), typing, equal && axes !== 2 ? String(axes) : "");
	}
}
