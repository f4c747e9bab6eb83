// A layer and its adjoint (same kernel, transposed matrix): the service's data and the four pictures.

import { cachedCall } from "./api.mjs";
import { h, show } from "./dom.mjs";
import { ravel, showPicture, unravel } from "./picture.mjs";
import { sizeText, t } from "./messages.mjs";
import { reasonElements, reasonsOf } from "./reasons.mjs";

const RESOURCES = { conv: "/v1/layers/conv", conv_transpose: "/v1/layers/conv-transpose" };
const WINDOW_FIELDS = ["kernel_size", "stride", "padding", "dilation", "output_padding"];

/** The layer, its adjoint (the layer that computes its gradient), and the pictures of both. */
export async function readPair({ op, ...fields }, signal) {
	const body = { ...fields, include: ["matrix", "equivalent", "overlap"] };
	const layer = await cachedCall(RESOURCES[op], { body, signal });
	const { gradient } = layer.equivalent;
	const adjointBody = { input_size: layer.output_size, ...Object.fromEntries(WINDOW_FIELDS.map((name) => [name, gradient[name]])) };
	const both = [layer, { ...adjointBody, op: gradient.op }];
	const [adjoint, ...pictures] = await Promise.all([
		cachedCall(RESOURCES[gradient.op], { body: adjointBody, signal }),
		...[{ animate: true }, { view: "matrix" }].flatMap((options) => both.map((each) => readPicture(each, options, signal))),
	]);
	return { layer, adjoint, pictures };
}

/** The SVG text of a picture, or the Failure if the service refuses to draw it. */
async function readPicture(layer, options, signal) {
	const fields = ["input_size", ...WINDOW_FIELDS].map((name) => [name, layer[name].join("x")]);
	const query = new URLSearchParams({ dimensions: layer.input_size.length, ...Object.fromEntries(fields), ...options });
	try {
		return await cachedCall(`${RESOURCES[layer.op]}.svg?${query}`, { signal, as: "text" });
	} catch (failure) {
		if (failure.kind === "refused") return failure;
		throw failure;
	}
}

/** Draw both layers and both matrices. Returns the controls that step them together. */
export function drawPair(stage, { layer, adjoint, pictures }) {
	const both = [layer, adjoint];
	const drawn = [...both.map(layerFigure), ...both.map(matrixFigure)].map((each, place) => figure(each, pictures[place]));
	const order = layer.op === "conv" ? [1, 0, 2, 3] : [0, 1, 3, 2];
	show(stage, order.map((place) => drawn[place].element));
	const [layerPicture, adjointPicture, layerMatrix, adjointMatrix] = drawn.map((each) => each.picture);
	const flow = () => {
		[layerPicture, adjointPicture].forEach((each) => each?.flow(layer.input_size.length === 1));
		[layerMatrix, adjointMatrix].forEach((each) => each?.hideTinyNumbers());
	};
	flow();
	return { count: product(layer.output_size), seek, flow };

	/** Step to one output of the layer; the adjoint shows the position of one of its products. */
	function seek(place) {
		const entries = layer.matrix.entries.filter(([row]) => row === place);
		const [, column = null, tap] = entries[entries.length >> 1] ?? [];
		const partner = column === null ? null : ravel(unravel(column, layer.input_size), adjoint.output_size);
		layerPicture?.seek(place);
		adjointPicture?.seek(partner);
		layerMatrix?.mark(shape(layer), place, column);
		adjointMatrix?.mark(shape(adjoint), partner, place);
		return t(`layer.step.${partner === null ? "nothing" : layer.op}`, {
			output: unravel(place, layer.output_size).join(",\u00a0"),
			count: entries.length,
			row: place,
			other: partner === null ? "" : unravel(partner, adjoint.output_size).join(", "),
			tap,
		});
	}
}

const product = (sides) => sides.reduce((all, side) => all * side, 1);
const shape = (layer) => [product(layer.output_size), product(layer.input_size)];

const layerFigure = ({ op, input_size: input, output_size: output, arithmetic }) => ({
	name: `drawn-${op}`,
	title: t(`layer.op.${op}`),
	lines: [`${sizeText(input)} → ${sizeText(output)}`, arithmetic[0]],
	note: t(`layer.drawn.${op}`),
});

const matrixFigure = (layer) => ({
	name: `matrix-${layer.op}`,
	title: t(`layer.matrix.${layer.op}`),
	lines: [sizeText(shape(layer))],
	note: t("layer.matrix.note"),
});

/** A picture with its caption, or the reason if the picture was refused. */
function figure({ name, title, lines, note }, text) {
	const host = h("div.picture");
	const caption = h("figcaption", h("h2", title), lines.map((line) => h("p.mono", line)), h("p.muted.small", note));
	const element = h("figure.panel", { class: name }, caption, host);
	if (typeof text === "string") return { element, picture: showPicture(host, text, title) };
	show(host, reasonElements("p.service-text", reasonsOf(text.problem)));
	return { element, picture: null };
}
