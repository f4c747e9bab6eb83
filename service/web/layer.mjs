// The layer view: one layer and its twin, as pictures and as matrices, stepping together.

import { Line } from "./api.mjs";
import { facts, h, prose, show } from "./dom.mjs";
import { alertBox, failureBox } from "./failure.mjs";
import { drawPair, readPair } from "./layer-pair.mjs";
import { makePlayer } from "./player.mjs";
import { sizeText, words } from "./words.mjs";

const DEBOUNCE_MS = 160;
const OPS = ["conv_transpose", "conv"];

/** Field: least, most, where it starts. Settings that fit together or not: all can be set. */
const SLIDERS = {
	input_size: [1, 10, 4],
	kernel_size: [1, 8, 4],
	stride: [1, 5, 2],
	padding: [0, 8, 1],
	dilation: [1, 4, 1],
	output_padding: [0, 4, 0],
};
const NAMES = Object.keys(SLIDERS);
const USUAL = { op: OPS[0], dimensions: 2, ...Object.fromEntries(NAMES.map((name) => [name, SLIDERS[name][2]])) };

/** The law that is broken, by the first of these that is among the facts. */
const LAWS = { span: "i + 2P ≥ E = D·(F − 1) + 1", output_size: "(i − 1)·S − 2P + E + A ≥ 1", stride: "A < max(S, D)", output_padding: "A = 0" };

/** The state that an address names, and what of it cannot be: [name, text, values it may have]. */
function readState(params) {
	const wrong = [];
	const state = { ...USUAL };
	for (const [name, text] of Object.entries(params)) {
		const [least, most] = SLIDERS[name] ?? (name === "dimensions" ? [1, 2] : []);
		const fits = name === "op" ? OPS.includes(text) : /^\d{1,3}$/.test(text) && text >= least && text <= most;
		if (fits) state[name] = name === "op" ? text : Number(text);
		else wrong.push([name, text, name === "op" ? OPS.join(", ") : least !== undefined && `${least}–${most}`]);
	}
	return { state, wrong };
}

/** The address's fields: only what differs from where the sliders start. */
const paramsOf = (state) => Object.fromEntries(Object.entries(state).filter(([name, value]) => value !== USUAL[name]));

/** The view, put into `root`. */
export function mount(root, { navigate }) {
	const line = new Line();
	let [state, legal, pictures, timer, gesture] = [USUAL, null, null, 0, null];
	const notes = h("div");
	const result = h("div.panel.result", { "aria-live": "polite" });
	const player = makePlayer();
	const stage = h("div.stage.stack");
	const about = h("div.panel");
	const shown = h("div.shown.stack", { hidden: true }, player.element, stage, about);
	const form = h(
		"form.panel.controls",
		{ "aria-label": words("layer.settings"), onsubmit: (event) => event.preventDefault() },
		choice("op", OPS),
		choice("dimensions", [2, 1]),
		NAMES.map(slider),
	);
	const resized = new ResizeObserver(() => pictures?.flow());
	resized.observe(stage);
	show(root, h("h1", words("layer.heading")), h("p.muted", words("layer.lead")), notes, h("div.layer-columns.stack", h("div.set.stack", form, result), shown));
	return { update, unmount };

	function unmount() {
		clearTimeout(timer);
		line.cancel();
		resized.disconnect();
		player.stop();
	}

	function choice(name, values) {
		const option = (value) =>
			h("label", h("input", { type: "radio", name, value, onchange: () => choose(name, value) }), words(`layer.${name}.${value}`));
		return h("fieldset.choice", h("legend", words(`layer.${name}`)), values.map(option));
	}

	function slider(name) {
		const [min, max] = SLIDERS[name];
		const id = `layer-${name}`;
		return h(
			"div.slider",
			h("label", { for: id }, words(`layer.${name}`), " ", h("code.muted.small", name)),
			h("output.number", { for: id, name: `${name}_said` }),
			h("input", { type: "range", id, name, min, max, oninput: () => slide(name), onchange: () => (gesture = null) }),
		);
	}

	/** A radio button; a convolution has no output padding, so it does not keep one. */
	function choose(name, value) {
		navigate(paramsOf({ ...state, [name]: value, ...(value === "conv" && { output_padding: 0 }) }));
	}

	/** A slider moves: the number follows at once, the rest after a moment; a gesture is one step back. */
	function slide(name) {
		state = { ...state, [name]: Number(form.elements[name].value) };
		write();
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
		write();
		show(notes, read.wrong.length > 0 && wrongAddress(read.wrong));
		ask();
	}

	function write() {
		for (const name of NAMES) form.elements[name].value = form.elements[`${name}_said`].value = state[name];
		for (const name of ["op", "dimensions"]) form.elements[name].value = String(state[name]);
	}

	function wrongAddress(wrong) {
		const told = ([name, text, range]) => h("li", words(range ? "address.value" : "address.field", { name, text: text.slice(0, 40), range }));
		return alertBox(words("address.partly"), h("ul", wrong.map(told)));
	}

	function ask() {
		const asked = state;
		line.ask(async (signal) => {
			showPair(await readPair(asked, signal));
			legal = asked;
		}, fail);
	}

	function showPair(pair) {
		const { layer, twin } = pair;
		const back = String(twin.output_size) !== String(layer.input_size) ? "more" : layer.op === "conv" ? "grows" : "shrinks";
		show(
			result,
			h("p.sizes", `${sizeText(layer.input_size)} → ${sizeText(layer.output_size)}`),
			h("p.mono", layer.arithmetic[0]),
			h("p", prose(words(`layer.${back}`, { size: sizeText(twin.output_size), padding: twin.output_padding[0] }))),
		);
		shown.hidden = shown.inert = false;
		pictures = drawPair(stage, pair);
		player.show(pictures);
		show(about, aboutLayer(layer));
	}

	/** What cannot be is told with its numbers; the last picture that could be stays, dimmed. */
	function fail(failure) {
		const illegal = failure.problem?.code === "illegal_layer";
		if (illegal) {
			shown.inert = true;
			player.stop();
		}
		show(result, illegal ? illegalBox(failure.problem) : failureBox(failure, ask));
	}

	function illegalBox({ detail, facts: numbers, type }) {
		const law = LAWS[Object.keys(LAWS).find((name) => name in numbers)];
		const back = legal ?? { ...USUAL, op: state.op, dimensions: state.dimensions };
		return h(
			"div.illegal",
			h("h2", words("layer.illegal")),
			h("p", { lang: "en" }, detail),
			law && h("p", words("layer.law"), " ", h("code", law)),
			facts(Object.entries(numbers).map(([name, value]) => [h("code", name), String(value)])),
			h(
				"p.row",
				h("button", { onclick: () => navigate(paramsOf(back)) }, words(legal ? "layer.back" : "layer.usual")),
				h("a", { href: type }, words("layer.problem")),
			),
			legal && h("p.muted.small", words("layer.stale")),
		);
	}
}

/** The layer another way, in words with its numbers; and as Python text that runs. */
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
	const told = [op === "conv" ? "itself" : "direct", "entries", overlap.even ? "even" : "uneven", unread && "unread"];
	return [
		h("h2", words("layer.about")),
		h("ul", told.filter(Boolean).map((key) => h("li", prose(words(`layer.${key}`, numbers))))),
		h("details", h("summary", words("layer.python")), h("pre.text", equivalent.source)),
	];
}
