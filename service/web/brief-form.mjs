// The form of a brief; each change is reported while the user types.

import { FIELDS, START, axesOf, defaultIn } from "./brief.mjs";
import { formatCode, h, labelled, show } from "./dom.mjs";
import { fieldSentence, hasMessage, t } from "./messages.mjs";
import { reasonElements } from "./reasons.mjs";

const SIDES = [["length"], ["height", "width"], ["depth", "height", "width"]];

/** The groups of fields that are folded; the size and the latent vector are not. */
const FOLDS = ["picture", "generator", "discriminator", "encoder", "initial_map", "search", "budget"];

/** The folded fields of a group: wide choices first, flags last. */
const fieldsOf = (group) =>
	Object.values(FIELDS).filter((field) => field.group === group && field.name !== "latent_dim").sort((one, other) => rank(one) - rank(other));
const rank = ({ kind, path, wide }) => (["flag", "object"].includes(kind) ? 3 : wide ? 0 : path.length > 1 ? 1 : 2);

/**
 * The form: its `first` fields, and `more` that are folded. A fold opens when a field in it is not
 * at its default or is invalid. It calls `change(name, text, typing)` on each change, and `incomplete(name, message)`
 * while a field has no value. `fill(params)` sets every field except the one that has the focus;
 * `showErrors(errors)` marks the invalid fields.
 */
export function briefForm(change, incomplete) {
	const controls = {};
	const resolution = resolutionField(change, incomplete);
	const field = (row) => labelledField(row, (controls[row.name] = control(row, change, incomplete)));
	const fold = (group) => h("details.fold", { "data-group": group }, h("summary", t([`network.${group}`, `form.${group}`].find(hasMessage))), h("div.fields", fieldsOf(group).map(field)));
	const form = (label, ...children) =>
		h("form.panel.form", { "aria-label": t(label), onsubmit: (event) => event.preventDefault() }, children);
	const folds = FOLDS.map(fold);
	const [first, more] = [form("form.label", resolution.element, field(FIELDS.latent_dim)), form("form.more", folds)];
	return { first, more, fill, showErrors };

	function fill(params) {
		const axes = resolution.fill(params);
		for (const [name, input] of Object.entries(controls)) {
			if (FIELDS[name].defaultLists) input.placeholder = shortenList(FIELDS[name].defaultLists[axes - 1]);
			const defaultValue = input.type === "number" ? (START[name] ?? "") : input.type === "text" ? "" : String(defaultIn(name, params) ?? "");
			const text = params[name] || defaultValue;
			if (input.type === "checkbox") input.checked = ["true", "none"].includes(text);
			else if (input !== document.activeElement) input.value = text;
		}
		for (const each of folds) if (fieldsOf(each.dataset.group).some(({ name }) => params[name])) each.open = true;
	}

	function showErrors(errors) {
		for (const box of [first, more].flatMap((part) => [...part.querySelectorAll(".error")])) box.remove();
		for (const input of [first, more].flatMap((part) => [...part.querySelectorAll("[aria-invalid]")])) {
			input.removeAttribute("aria-invalid");
			input.setAttribute("aria-describedby", input.dataset.about);
		}
		for (const { name, reasons, text } of errors) {
			const input = name === "resolution" ? resolution.first() : controls[name];
			if (!input) continue;
			const id = `error-${name}`;
			input.setAttribute("aria-invalid", "true");
			input.setAttribute("aria-describedby", `${id} ${input.dataset.about}`);
			const closed = input.closest("details:not([open])");
			if (closed) closed.open = true;
			input.closest(".field").append(...(text ? [h("p.error", { id }, text)] : reasonElements("p.error", reasons, { id })));
		}
	}
}

const labelledCheckbox = (label, input) => h("div.field.flag", input, h("label", { for: input.id }, label));

function labelledField({ name, unit }, input) {
	const label = t(`field.${name}`);
	const text = unit ? t("form.in", { label, unit: t(`unit.${unit}`) }) : label;
	const box = (input.type === "checkbox" ? labelledCheckbox : labelled)(text, input);
	box.append(about(name, input));
	return box;
}

/** The sentence about a field, which describes its control. */
function about(name, ...inputs) {
	const id = `about-${name}`;
	for (const input of inputs) {
		input.setAttribute("aria-describedby", id);
		input.dataset.about = id;
	}
	return h("p.about", { id }, formatCode(fieldSentence(name)));
}

function control({ name, kind, choices, low, group, defaultValue }, change, incomplete) {
	const id = `field-${name}`;
	const hint = [name, group].map((each) => `hint.${each}`).find(hasMessage);
	if (kind === "flag") {
		return h("input", { id, type: "checkbox", onchange: (event) => change(name, String(event.target.checked)) });
	}
	if (kind === "object") {
		return h("input", { id, type: "checkbox", onchange: (event) => change(name, event.target.checked ? "none" : "") });
	}
	if (choices) {
		const options = (defaultValue === undefined ? ["", ...choices] : choices).map((value) => h("option", { value }, value && t(`choice.${value}`)));
		return h("select", { id, onchange: (event) => change(name, event.target.value) }, options);
	}
	return h("input", {
		id,
		...(kind === "integer" ? numberAttributes(low) : { type: "text", spellcheck: "false", autocomplete: "off" }),
		placeholder: hint ? t(hint) : (START[name] ?? defaultValue),
		oninput: ({ target }) => (target.validity.badInput ? incomplete(name, t("form.no-number")) : change(name, target.value.trim(), true)),
	});
}

/** A list, shortened to fit a field: 4,8,12,…,48. */
const shortenList = (list) => list.replace(/^((?:\d+,){3})(?:\d+,){3,}/, "$1…,");

const numberAttributes = (min) => ({ type: "number", inputmode: "numeric", min, step: 1, autocomplete: "off" });

/** The fields of one to three sides: one number if they are equal, else one for each side. */
function resolutionField(change, incomplete) {
	let [axes, equal, inputs] = [2, true, []];
	const box = h("div.sides");
	const kinds = [1, 2, 3].map((value) => h("input", { type: "radio", name: "axes", id: `axes-${value}`, value, onchange: () => changeAxes(value, equal) }));
	const equalCheckbox = h("input", { type: "checkbox", id: "equal-sides", onchange: () => changeAxes(axes, equalCheckbox.checked) });
	const element = h(
		"div.resolution",
		h(
			"div.axes",
			{ role: "radiogroup", "aria-label": t("field.dimensions") },
			kinds.map((kind) => h("span", kind, h("label", { for: kind.id }, t(`form.axes.${kind.value}`)))),
		),
		labelledCheckbox(t("form.equal"), equalCheckbox),
		box,
	);
	return { element, fill, first: () => inputs[0] };

	function fill(params) {
		const parts = (params.resolution ?? START.resolution).split(/[x×]/);
		const axisCount = axesOf(params);
		const sidesEqual = parts.length === 1;
		const known = SIDES[axisCount - 1] ? axisCount : 2;
		if (inputs.length === 0 || known !== axes || sidesEqual !== equal) build(known, sidesEqual);
		inputs.forEach((input, at) => {
			if (input !== document.activeElement) input.value = parts[at] ?? "";
			input.disabled = Boolean(params.factor); // the initial map determines it
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
		show(box, names.map((name, at) => labelled(t(`form.${name}`), inputs[at])), about("resolution", ...inputs));
	}

	function notifyChange(typing = false) {
		const parts = inputs.map((input) => input.value.trim());
		if (parts.includes("")) incomplete("resolution", t("form.no-number"));
		else change("resolution", parts.join("x"), typing, equal && axes !== 2 ? String(axes) : "");
	}
}
