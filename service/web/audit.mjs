// The audit view: traces an existing network and offers repairs.

import { LatestRequest, cachedCall } from "./api.mjs";
import { auditAnswer } from "./audit-answer.mjs";
import { EXAMPLES, FIELDS, layersText, readRequest } from "./audit-request.mjs";
import { h, labelled, formatCode, show } from "./dom.mjs";
import { failureBox, unknownFieldsBox } from "./failure.mjs";
import { applyChanges, applyDiff } from "./apply-repairs.mjs";
import { loadRefusals, t } from "./messages.mjs";

/** Form input that is not submitted yet, and the parameters of the URL at which it was typed. */
let draft = { paramsText: null, fields: {} };

/** Mount the view in `root`. */
export function mount(root, { navigate, address, announce }) {
	const request = new LatestRequest();
	const notes = {};
	let [asked, paramsText, repairTaken] = [{}, null, false];
	const beforeRepairs = []; // the fields before each repair that was taken, and the text after it
	const answer = h("div.answer.stack");
	const more = h("details", h("summary", t("audit.more")), field("error", h("textarea", { rows: 3 })), field("network"), field("batch"));
	const form = h(
		"form.panel",
		{ novalidate: true, onsubmit: submit, oninput: edit, onkeydown: submitOnShortcut },
		field("text", h("textarea.mono", { rows: 16, spellcheck: "false", autocapitalize: "off" })),
		h("div.shapes", field("input_shape"), field("wanted_shape")),
		more,
		h("p.row", h("button.main", { type: "submit" }, t("audit.title")), h("span.muted.small", t("audit.shortcut"))),
	);
	const example = (name) => h("button", { "data-example": name, onclick: () => submitFields(EXAMPLES[name]) }, t(`audit.example.${name}`));
	const examples = h("p.row.examples", h("span.muted", t("audit.examples")), Object.keys(EXAMPLES).map(example));
	show(root, h("h1", t("audit.heading")), h("p.muted", t("audit.lead")), h("div.audit-columns.stack", h("div", examples, form), answer));
	return { update, unmount: () => request.cancel() };

	function field(name, input = h("input", { type: "text", autocomplete: "off" })) {
		const id = `audit-${name}`;
		notes[name] = h("p.wrong.small", { id: `${id}-wrong` });
		for (const [key, value] of Object.entries({ id, name, "aria-describedby": `${id}-hint ${id}-wrong` })) input.setAttribute(key, value);
		return labelled(t(`audit.${name}`), input, h("p.muted.small", { id: `${id}-hint` }, formatCode(t(`audit.${name}.hint`))), notes[name]);
	}

	function read() {
		const fields = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value.trim()]));
		return { ...fields, text: form.elements.text.value };
	}

	/** Keep the input, and dim an answer to another one. */
	function edit() {
		draft = { paramsText, fields: read() };
		answer.classList.toggle("outdated", FIELDS.some((name) => draft.fields[name] !== (asked[name] ?? "")));
	}

	function submitOnShortcut(event) {
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
	}

	function submit(event) {
		event.preventDefault();
		const fields = read();
		const { fieldErrors } = readRequest(fields);
		const first = FIELDS.find((name) => fieldErrors[name]);
		if (!first) return submitFields(fields);
		showFieldErrors(fieldErrors);
		more.open ||= first === "batch" || first === "network";
		form.elements[first].focus();
	}

	/** Audit these fields and write them to the URL. */
	function submitFields(fields) {
		const params = Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
		if (JSON.stringify(params) === paramsText) ask(params);
		else navigate(params);
	}

	function update(params) {
		paramsText = JSON.stringify(params);
		const fields = draft.paramsText === paramsText ? draft.fields : params;
		for (const name of FIELDS) form.elements[name].value = fields[name] ?? "";
		more.open ||= Boolean(fields.batch || fields.error || fields.network);
		const unknown = Object.keys(params).filter((name) => !FIELDS.includes(name));
		showFieldErrors({});
		if (params.text) return ask(params);
		clearAnswer(unknown.length > 0 && unknownFieldsBox(unknown));
	}

	function clearAnswer(shown) {
		request.cancel();
		showInstead(shown);
	}

	/** Show this in the place of the answer. */
	function showInstead(shown) {
		answer.classList.remove("outdated");
		answer.removeAttribute("aria-busy");
		show(answer, shown);
	}

	/** Show each error at its field. */
	function showFieldErrors(fieldErrors) {
		for (const [name, note] of Object.entries(notes)) {
			const [key, detail = ""] = fieldErrors[name] ?? [];
			show(note, key && `${t(`audit.wrong.${key}`)} ${detail}`);
			form.elements[name].setAttribute("aria-invalid", Boolean(key));
		}
	}

	function ask(params) {
		const fields = Object.fromEntries(FIELDS.map((name) => [name, params[name] ?? ""]));
		const { body, fieldErrors } = readRequest(fields);
		asked = fields;
		showFieldErrors(fieldErrors);
		if (Object.keys(fieldErrors).length) return clearAnswer();
		answer.setAttribute("aria-busy", "true");
		if (!answer.querySelector(".verdict")) show(answer, h("p.panel.muted", t("audit.working")));
		const work = async (signal) => {
			const [audit] = await Promise.all([cachedCall("/v1/audits", { body, signal }), loadRefusals()]);
			showAnswer(fields, body, audit);
		};
		request.run(work, (failure) => fail(failure, params));
	}

	function showAnswer(fields, body, audit) {
		const takeRepair = (repair) => {
			repairTaken = true;
			const text = repairedText(fields.text, body, audit, repair);
			beforeRepairs.push({ fields, text });
			submitFields({ ...fields, text, input_shape: repair.input_shape.join("x"), error: "" });
		};
		const undoRepair = () => {
			repairTaken = true;
			submitFields(beforeRepairs.pop().fields);
		};
		const undo = beforeRepairs.at(-1)?.text === fields.text && undoRepair;
		const takeShape = (shape) => submitFields({ ...fields, input_shape: shape.join("x"), wanted_shape: "" });
		const takeNetwork = (network) => submitFields({ ...fields, network, input_shape: "", wanted_shape: "", error: "" });
		showInstead(auditAnswer(audit, { address, takeRepair, takeShape, takeNetwork, undo }));
		announce(t(`audit.verdict.${audit.verdict}`));
		if (repairTaken) answer.querySelector(".verdict h2").focus();
		repairTaken = false;
	}

	function fail(failure, params) {
		showInstead(failureBox(failure, () => ask(params)));
		const errors = failure.problem?.errors ?? [];
		const names = errors.map(({ pointer }) => pointer.split("/")[1]).map((name) => (name in notes ? name : "text"));
		showFieldErrors(Object.fromEntries(names.map((name) => [name, ["refused"]])));
		const line = failure.problem?.facts?.line ?? errors[0]?.facts.line;
		if (line) selectLine(line);
	}

	/** Select a line of the text and scroll to it. */
	function selectLine(number) {
		const { text } = form.elements;
		const lines = text.value.split("\n");
		const start = lines.slice(0, number - 1).reduce((length, each) => length + each.length + 1, 0);
		text.focus({ preventScroll: true });
		text.setSelectionRange(start, start + lines[number - 1].length);
		text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, number - 4);
	}
}

/** The text after a repair: patched by its diff, else as layers; unchanged if only the input changes. */
function repairedText(text, body, audit, { diff, changes }) {
	const patched = diff && applyDiff(text, diff);
	if (patched || changes.every(({ index }) => index < 0)) return patched || text;
	return layersText(applyChanges(body.layers ?? audit.layers, changes));
}
