// The layer view: a layer and its adjoint as maps and as matrices, stepping together.

import { drawPair, readPair } from "./adjoint-pair.mjs";
import { LatestRequest } from "./api.mjs";
import { copyButton } from "./copy.mjs";
import { facts, formatCode, h, show } from "./dom.mjs";
import { alertBox, failureBox } from "./failure.mjs";
import { DEFAULTS, MODES, paramsOf, readState, torchLine } from "./layer-fields.mjs";
import { makeForm, radioButtons } from "./layer-form.mjs";
import { product } from "./layer-products.mjs";
import { language, sizeText, t } from "./messages.mjs";
import { makePlayer } from "./player.mjs";
import { reasonElements, reasonsOf } from "./reasons.mjs";

const DEBOUNCE_MS = 160;

/** The violated rule, by the first of these names that is among the facts of the problem. */
const LAWS = { span: "i + 2P ≥ E = D·(F − 1) + 1", output_size: "(i − 1)·S − 2P + E + A ≥ 1", stride: "A < max(S, D)", output_padding: "A = 0" };

/** Mount the view in `root`. */
export function mount(root, { navigate, announce }) {
	const request = new LatestRequest();
	let [state, lastLegal, pictures, timer, gesture] = [DEFAULTS, null, null, 0, null];
	const notes = h("div");
	const result = h("div.panel.result", { "aria-live": "polite" });
	const modes = radioButtons("mode", MODES, (mode) => navigate(paramsOf({ ...state, mode })), true);
	const player = makePlayer(modes);
	const stage = h("div.stage.stack");
	const about = h("div.panel");
	const drawings = h("div.drawings.stack", { hidden: true }, player.element, stage, about);
	const { presets, form, fill } = makeForm({ choose: (next) => navigate(paramsOf(next)), slide, end: () => (gesture = null) });
	const resized = new ResizeObserver(() => pictures?.flow());
	resized.observe(stage);
	show(root, h("h1", t("layer.heading")), h("p.muted", t("layer.lead")), presets, notes, h("div.layer-columns.stack", h("div.settings.stack", form, result), drawings));
	return { update, unmount };

	function unmount() {
		clearTimeout(timer);
		request.cancel();
		resized.disconnect();
		player.stop();
	}

	/** Handle a slider: its number follows at once, the rest after a delay; a gesture is one history entry. */
	function slide(name, value) {
		state = { ...state, [name]: value };
		writeForm();
		clearTimeout(timer);
		result.classList.add("outdated");
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
		fill(state);
		for (const { firstChild: input } of modes.querySelectorAll("label")) input.checked = input.value === state.mode;
	}

	function invalidFieldsBox(invalid) {
		const item = ([name, text, range]) => h("li", t(range ? "address.value" : "address.field", { name, text: text.slice(0, 40), range }));
		return alertBox(t("address.partly"), h("ul", invalid.map(item)));
	}

	function ask() {
		const requested = state;
		result.classList.add("outdated");
		request.run(async (signal) => {
			showPair(await readPair(requested, signal), requested);
			lastLegal = requested;
		}, fail);
	}

	function showPair(pair, { mode, ...settings }) {
		const { layer, adjoint } = pair;
		result.classList.remove("outdated");
		const back = String(adjoint.output_size) !== String(layer.input_size) ? "more" : layer.op === "conv" ? "grows" : "shrinks";
		show(
			result,
			h("p.sizes", `${sizeText(layer.input_size)} → ${sizeText(layer.output_size)}`),
			h("p.mono", layer.arithmetic[0]),
			torchBox(torchLine(settings)),
			h("p", formatCode(t(`layer.${back}`, { size: sizeText(adjoint.output_size), padding: adjoint.output_padding[0] }))),
		);
		drawings.hidden = drawings.inert = false;
		pictures = drawPair(stage, pair, (text) => player.hold(text));
		const { counts, seek } = pictures;
		player.show({ count: counts[mode], seek: (place) => seek(mode, place) });
		show(about, aboutLayer(layer));
	}

	function torchBox(line) {
		return h("div.torch", h("pre.text", line), copyButton(t("code.copy"), line, { about: t("layer.line"), announce }));
	}

	/** Show the error; the pictures of the last valid layer stay, dimmed. */
	function fail(failure) {
		const illegal = failure.problem?.code === "illegal_layer";
		drawings.inert = true;
		player.stop();
		result.classList.remove("outdated");
		show(result, illegal ? illegalBox(failure.problem) : failureBox(failure, ask));
	}

	function illegalBox(problem) {
		const { facts: numbers, type } = problem;
		const law = LAWS[Object.keys(LAWS).find((name) => name in numbers)];
		const back = lastLegal ?? { ...DEFAULTS, op: state.op, dimensions: state.dimensions, mode: state.mode };
		return h(
			"div.illegal",
			h("h2", t("layer.illegal")),
			reasonElements("p", reasonsOf(problem)),
			law && h("p", t("layer.law"), " ", h("code", law)),
			facts(Object.entries(numbers).map(([name, value]) => [h("code", name), String(value)])),
			h(
				"p.row",
				h("button", { onclick: () => navigate(paramsOf(back)) }, t(lastLegal ? "layer.back" : "layer.usual")),
				h("a", { href: `${type}?language=${language.code}` }, t("layer.problem")),
			),
			lastLegal && h("p.muted.small", t("layer.stale")),
		);
	}
}

/** The equivalent forms of the layer: sentences with numbers, and Python source. */
function aboutLayer({ op, equivalent, overlap, axis_matrices: axes, unread, input_size: before }) {
	const [near, far] = equivalent.padding[0];
	const numbers = {
		zeros: equivalent.inserted_zeros[0],
		sizes: `${sizeText(before)} → ${sizeText(equivalent.input_size)}`,
		near,
		far,
		entries: product(axes.map(({ entries }) => entries.length)),
		cells: product(axes.flatMap(({ shape }) => shape)),
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
