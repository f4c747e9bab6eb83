// The audit view: a network that somebody has, traced, with repairs to take.

import { Line, keptCall } from "./api.mjs";
import { auditAnswer } from "./audit-answer.mjs";
import { EXAMPLES, FIELDS, layersText, readRequest } from "./audit-request.mjs";
import { h, labelled, prose, show } from "./dom.mjs";
import { failureBox, strangeBox } from "./failure.mjs";
import { applyChanges, applyDiff } from "./patch.mjs";
import { words } from "./words.mjs";

/** What was typed and not yet asked, and the address at which it was typed. */
let typed = { at: null, fields: {} };

/** The view, put into `root`. */
export function mount(root, { navigate, address, announce }) {
	const line = new Line();
	const notes = {};
	let [at, taken] = [null, false];
	const answer = h("div.answer.stack");
	const more = h("details", h("summary", words("audit.more")), field("error", h("textarea", { rows: 3 })), field("batch"));
	const form = h(
		"form.panel",
		{ novalidate: true, onsubmit: submit, oninput: () => (typed = { at, fields: read() }), onkeydown: hurry },
		field("text", h("textarea.mono", { rows: 16, spellcheck: "false", autocapitalize: "off" })),
		h("div.shapes", field("input_shape"), field("wanted_shape")),
		more,
		h("p.row", h("button.main", { type: "submit" }, words("audit.ask")), h("span.muted.small", words("audit.hurry"))),
	);
	const example = (name) => h("button", { "data-example": name, onclick: () => take(EXAMPLES[name]) }, words(`audit.example.${name}`));
	const examples = h("p.row.examples", h("span.muted", words("audit.examples")), Object.keys(EXAMPLES).map(example));
	show(root, h("h1", words("audit.heading")), h("p.muted", words("audit.lead")), h("div.audit-columns.stack", h("div", examples, form), answer));
	return { update, unmount: () => line.cancel() };

	function field(name, input = h("input", { type: "text", autocomplete: "off" })) {
		const id = `audit-${name}`;
		notes[name] = h("p.wrong.small", { id: `${id}-wrong` });
		for (const [key, value] of Object.entries({ id, name, "aria-describedby": `${id}-hint ${id}-wrong` })) input.setAttribute(key, value);
		return labelled(words(`audit.${name}`), input, h("p.muted.small", { id: `${id}-hint` }, prose(words(`audit.${name}.hint`))), notes[name]);
	}

	function read() {
		const fields = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value.trim()]));
		return { ...fields, text: form.elements.text.value };
	}

	function hurry(event) {
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
	}

	function submit(event) {
		event.preventDefault();
		const fields = read();
		const { wrong } = readRequest(fields);
		const first = FIELDS.find((name) => wrong[name]);
		if (!first) return take(fields);
		showWrong(wrong);
		more.open ||= first === "batch";
		form.elements[first].focus();
	}

	/** Audit these fields: they become the address. */
	function take(fields) {
		const params = Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
		if (JSON.stringify(params) === at) ask(params);
		else navigate(params);
	}

	function update(params) {
		at = JSON.stringify(params);
		const fields = typed.at === at ? typed.fields : params;
		for (const name of FIELDS) form.elements[name].value = fields[name] ?? "";
		more.open ||= Boolean(fields.batch || fields.error);
		const strange = Object.keys(params).filter((name) => !FIELDS.includes(name));
		showWrong({});
		if (params.text) return ask(params);
		stop(strange.length > 0 && strangeBox(strange));
	}

	function stop(shown) {
		line.cancel();
		answer.removeAttribute("aria-busy");
		show(answer, shown);
	}

	/** Tell what is wrong at its field. */
	function showWrong(wrong) {
		for (const [name, note] of Object.entries(notes)) {
			const [key, detail = ""] = wrong[name] ?? [];
			show(note, key && `${words(`audit.wrong.${key}`)} ${detail}`);
			form.elements[name].setAttribute("aria-invalid", Boolean(key));
		}
	}

	function ask(params) {
		const fields = Object.fromEntries(FIELDS.map((name) => [name, params[name] ?? ""]));
		const { body, wrong } = readRequest(fields);
		showWrong(wrong);
		if (Object.keys(wrong).length) return stop();
		answer.setAttribute("aria-busy", "true");
		if (!answer.querySelector(".verdict")) show(answer, h("p.panel.muted", words("audit.working")));
		const work = async (signal) => showAnswer(fields, body, await keptCall("/v1/audits", { body, signal }));
		line.ask(work, (failure) => fail(failure, params));
	}

	function showAnswer(fields, body, audit) {
		answer.removeAttribute("aria-busy");
		const takeRepair = (repair) => {
			taken = true;
			take({ ...fields, text: mended(fields.text, body, audit, repair), input_shape: repair.input_shape.join("x"), error: "" });
		};
		const takeShape = (shape) => take({ ...fields, input_shape: shape.join("x"), wanted_shape: "" });
		show(answer, auditAnswer(audit, { address, takeRepair, takeShape }));
		announce(words(`audit.verdict.${audit.verdict}`));
		if (taken) answer.querySelector(".verdict h2").focus();
		taken = false;
	}

	function fail(failure, params) {
		answer.removeAttribute("aria-busy");
		show(answer, failureBox(failure, () => ask(params)));
		const errors = failure.problem?.errors ?? [];
		const names = errors.map(({ pointer }) => pointer.split("/")[1]).map((name) => (name in notes ? name : "text"));
		showWrong(Object.fromEntries(names.map((name) => [name, ["refused"]])));
		if (errors[0]?.facts.line) selectLine(errors[0].facts.line);
	}

	/** Mark a line of the text, and bring it into sight. */
	function selectLine(number) {
		const { text } = form.elements;
		const lines = text.value.split("\n");
		const start = lines.slice(0, number - 1).reduce((length, each) => length + each.length + 1, 0);
		text.focus({ preventScroll: true });
		text.setSelectionRange(start, start + lines[number - 1].length);
		text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, number - 4);
	}
}

/** The text after a repair: patched where it has a diff, else as layers; other inputs leave it alone. */
function mended(text, body, audit, { diff, changes }) {
	if (changes.every(({ index }) => index < 0)) return text;
	return (diff && applyDiff(text, diff)) || layersText(applyChanges(body.layers ?? audit.layers, changes));
}
