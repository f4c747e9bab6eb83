// The layer view: a layer and its adjoint as pictures and as matrices, stepping together.

import { LatestRequest } from "./api.mjs";
import { facts, h, formatCode, show } from "./dom.mjs";
import { alertBox, failureBox } from "./failure.mjs";
import { drawPair, readPair } from "./adjoint-pair.mjs";
import { makePlayer } from "./player.mjs";
import { sizeText, t } from "./messages.mjs";
import { reasonElements, reasonsOf } from "./reasons.mjs";

const DEBOUNCE_MS = 160;
const OPS = ["conv_transpose", "conv"];

/** Field: minimum, maximum, default. Combinations that form an invalid layer can be set, too. */
const SLIDERS = {
	input_size: [1, 10, 4],
	kernel_size: [1, 8, 4],
	stride: [1, 5, 2],
	padding: [0, 8, 1],
	dilation: [1, 4, 1],
	output_padding: [0, 4, 0],
};
const NAMES = Object.keys(SLIDERS);
const DEFAULTS = { op: OPS[0], dimensions: 2, ...Object.fromEntries(NAMES.map((name) => [name, SLIDERS[name][2]])) };

/** The violated rule, by the first of these names that is among the facts of the problem. */
const LAWS = { span: "i + 2P ≥ E = D·(F − 1) + 1", output_size: "(i − 1)·S − 2P + E + A ≥ 1", stride: "A < max(S, D)", output_padding: "A = 0" };

/** The state in the URL, and its invalid fields: [name, text, allowed values]. */
function readState(params) {
	const invalid = [];
	const state = { ...DEFAULTS };
	for (const [name, text] of Object.entries(params)) {
		const [least, most] = SLIDERS[name] ?? (name === "dimensions" ? [1, 2] : []);
		const fits = name === "op" ? OPS.includes(text) : /^\d{1,3}$/.test(text) && text >= least && text <= most;
		if (fits) state[name] = name === "op" ? text : Number(text);
		else invalid.push([name, text, name === "op" ? OPS.join(", ") : least !== undefined && `${least}–${most}`]);
	}
	return { state, invalid };
}

/** The fields of the URL: the settings that differ from the defaults. */
const paramsOf = (state) => Object.fromEntries(Object.entries(state).filter(([name, value]) => value !== DEFAULTS[name]));

/** Mount the view in `root`. */
export function mount(root, { navigate }) {
	const request = new LatestRequest();
	let [state, lastLegal, pictures, timer, gesture] = [DEFAULTS, null, null, 0, null];
	const notes = h("div");
	const result = h("div.panel.result", { "aria-live": "polite" });
	const player = makePlayer();
	const stage = h("div.stage.stack");
	const about = h("div.panel");
	const drawings = h("div.drawings.stack", { hidden: true }, player.element, stage, about);
	const form = h(
		"form.panel.controls",
		{ "aria-label": t("layer.settings"), onsubmit: (event) => event.preventDefault() },
		choice("op", OPS),
		choice("dimensions", [2, 1]),
		NAMES.map(slider),
	);
	const resized = new ResizeObserver(() => pictures?.flow());
	resized.observe(stage);
	show(root, h("h1", t("layer.heading")), h("p.muted", t("layer.lead")), notes, h("div.layer-columns.stack", h("div.settings.stack", form, result), drawings));
	return { update, unmount };

	function unmount() {
		clearTimeout(timer);
		request.cancel();
		resized.disconnect();
		player.stop();
	}

	function choice(name, values) {
		const option = (value) =>
			h("label", h("input", { type: "radio", name, value, onchange: () => choose(name, value) }), t(`layer.${name}.${value}`));
		return h("fieldset.choice", h("legend", t(`layer.${name}`)), values.map(option));
	}

	function slider(name) {
		const [min, max] = SLIDERS[name];
		const id = `layer-${name}`;
		return h(
			"div.slider",
			h("label", { for: id }, t(`layer.${name}`), " ", h("code.muted.small", name)),
			h("output.number", { for: id, name: `${name}_value` }),
			h("input", { type: "range", id, name, min, max, oninput: () => slide(name), onchange: () => (gesture = null) }),
		);
	}

	/** Handle a radio button; a convolution has no output padding, so it is reset. */
	function choose(name, value) {
		navigate(paramsOf({ ...state, [name]: value, ...(value === "conv" && { output_padding: 0 }) }));
	}

	/** Handle a slider: the number follows at once, the rest after a delay; a gesture is one history entry. */
	function slide(name) {
		state = { ...state, [name]: Number(form.elements[name].value) };
		writeForm();
		clearTimeout(timer);
		timer = setTimeout(() => {
			navigate(paramsOf(state), { replace: gesture === "moved" });
			gesture &&= "moved";
		}, DEBOUNCE_MS);
		gesture ??= "begun";
	}

	function update(params) {
		const read = readState(params);
		clearTimeout(timer);
		state = read.state;
		writeForm();
		show(notes, read.invalid.length > 0 && invalidFieldsBox(read.invalid));
		ask();
	}

	function writeForm() {
		for (const name of NAMES) form.elements[name].value = form.elements[`${name}_value`].value = state[name];
		for (const name of ["op", "dimensions"]) form.elements[name].value = String(state[name]);
	}

	function invalidFieldsBox(invalid) {
		const item = ([name, text, range]) => h("li", t(range ? "address.value" : "address.field", { name, text: text.slice(0, 40), range }));
		return alertBox(t("address.partly"), h("ul", invalid.map(item)));
	}

	function ask() {
		const requested = state;
		request.run(async (signal) => {
			showPair(await readPair(requested, signal));
			lastLegal = requested;
		}, fail);
	}

	function showPair(pair) {
		const { layer, adjoint } = pair;
		const back = String(adjoint.output_size) !== String(layer.input_size) ? "more" : layer.op === "conv" ? "grows" : "shrinks";
		show(
			result,
			h("p.sizes", `${sizeText(layer.input_size)} → ${sizeText(layer.output_size)}`),
			h("p.mono", layer.arithmetic[0]),
			h("p", formatCode(t(`layer.${back}`, { size: sizeText(adjoint.output_size), padding: adjoint.output_padding[0] }))),
		);
		drawings.hidden = drawings.inert = false;
		pictures = drawPair(stage, pair);
		player.show(pictures);
		show(about, aboutLayer(layer));
	}

	/** Show the error; the pictures of the last valid layer stay, dimmed. */
	function fail(failure) {
		const illegal = failure.problem?.code === "illegal_layer";
		if (illegal) {
			drawings.inert = true;
			player.stop();
		}
		show(result, illegal ? illegalBox(failure.problem) : failureBox(failure, ask));
	}

	function illegalBox(problem) {
		const { facts: numbers, type } = problem;
		const law = LAWS[Object.keys(LAWS).find((name) => name in numbers)];
		const back = lastLegal ?? { ...DEFAULTS, op: state.op, dimensions: state.dimensions };
		return h(
			"div.illegal",
			h("h2", t("layer.illegal")),
			reasonElements("p", reasonsOf(problem)),
			law && h("p", t("layer.law"), " ", h("code", law)),
			facts(Object.entries(numbers).map(([name, value]) => [h("code", name), String(value)])),
			h(
				"p.row",
				h("button", { onclick: () => navigate(paramsOf(back)) }, t(lastLegal ? "layer.back" : "layer.usual")),
				h("a", { href: type }, t("layer.problem")),
			),
			lastLegal && h("p.muted.small", t("layer.stale")),
		);
	}
}

/** The equivalent forms of the layer: sentences with numbers, and Python source. */
function aboutLayer({ op, equivalent, overlap, matrix, unread, input_size: before }) {
	const [near, far] = equivalent.padding[0];
	const numbers = {
		zeros: equivalent.inserted_zeros[0],
		sizes: `${sizeText(before)} → ${sizeText(equivalent.input_size)}`,
		near,
		far,
		entries: matrix.entries.length,
		cells: matrix.shape[0] * matrix.shape[1],
		most: overlap.most,
		least: overlap.least,
		unread,
	};
	const keys = [op === "conv" ? "itself" : "direct", "entries", overlap.even ? "even" : "uneven", unread && "unread"];
	return [
		h("h2", t("layer.about")),
		h("ul", keys.filter(Boolean).map((key) => h("li", formatCode(t(`layer.${key}`, numbers))))),
		h("details", h("summary", t("layer.python")), h("pre.text", equivalent.source)),
	];
}
