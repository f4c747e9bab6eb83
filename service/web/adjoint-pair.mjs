// A layer and its adjoint (same kernel, transposed matrix): the service's data, their maps and matrices.

import { cachedCall } from "./api.mjs";
import { h, s, show } from "./dom.mjs";
import { makeLayerMaps } from "./layer-maps.mjs";
import { Products, product, ravel, unravel } from "./layer-products.mjs";
import { cellsPath } from "./map-picture.mjs";
import { makeMatrix } from "./matrix-picture.mjs";
import { sizeText, t } from "./messages.mjs";

const RESOURCES = { conv: "/v1/layers/conv", conv_transpose: "/v1/layers/conv-transpose" };
const WINDOW_FIELDS = ["kernel_size", "stride", "padding", "dilation", "output_padding"];
const FORMS = ["axis_matrices", "equivalent", "overlap"];

/** Largest cell, gap between maps and their least width, in pixels; heights of the maps of the layer and of the pictures below. */
const [MAX_CELL, GAP, MIN_WIDTH] = [28, 12, 56];
const heights = () => [0.22, 0.17].map((share) => Math.min(340, Math.max(150, share * window.innerHeight)));

/** A matrix with few rows is as high as its numbers need, up to this height. */
const [LEGIBLE_CELL, LEGIBLE_HEIGHT] = [13.5, 220];

/** More products than this are not painted one input after the other. */
const MAX_PAINTED = 100_000;

/** The kinds of cells in the legend. */
const LEGEND = ["input", "zero", "pad", "extra", "crop", "unread", "output", "unpainted"];

/** The layer, and its adjoint: the layer that computes its gradient. */
export async function readPair({ op, mode: _, ...fields }, signal) {
	const layer = await cachedCall(RESOURCES[op], { body: { ...fields, include: FORMS }, signal });
	const { gradient } = layer.equivalent;
	const body = { input_size: layer.output_size, ...Object.fromEntries(WINDOW_FIELDS.map((name) => [name, gradient[name]])), include: FORMS };
	return { layer, adjoint: await cachedCall(RESOURCES[gradient.op], { body, signal }) };
}

/**
 * Draw the maps and matrices of both layers. Returns the controls that step them together: `seek(mode, place)` shows
 * an output (gather) or an input (stamp) with its partners and returns a description. While a cell is below the
 * pointer, its partners are lit instead, and `pointed(description)` is called; without a text when the pointer leaves.
 */
export function drawPair(stage, { layer, adjoint }, pointed) {
	const [products, adjointProducts] = [new Products(layer), new Products(adjoint)];
	const onAdjoint = (input) => ravel(unravel(input, layer.input_size), adjoint.output_size);
	const own = makeLayerMaps(layer, { products, point: (side, place) => point(side && { side, place }), withKernel: true });
	const other = makeLayerMaps(adjoint, { products: adjointProducts, point: (side, place) => point(side && fromAdjoint(side, place)) });
	const matrix = makeMatrix({ name: "matrix", products, point: (output, input) => point(output !== undefined && { side: "output", place: output, partner: input }) });
	const adjointMatrix = makeMatrix({ name: "matrix", products: adjointProducts, point: pointAdjointEntry });
	show(
		stage,
		figure({ layer, name: `drawn-${layer.op}`, title: t(`layer.op.${layer.op}`), maps: own.maps, note: t(`layer.drawn.${layer.op}`) }),
		figure({ layer: adjoint, name: `drawn-${adjoint.op}`, title: t(`layer.adjoint.${adjoint.op}`), maps: other.maps }),
		[[layer, matrix], [adjoint, adjointMatrix]].map(([{ op }, picture]) => figure({ name: `matrix-${op}`, title: t(`layer.matrix.${op}`), maps: [picture] })),
		legend(new Set([...own.kinds, ...other.kinds])),
	);
	const paint = makePaint({ layer, products, output: own.output });
	flow();
	return { counts: { gather: product(layer.output_size), stamp: product(layer.input_size) }, seek, flow };

	/** What a cell of the adjoint is for the layer: its outputs are inputs of the layer, but for those past the edge. */
	function fromAdjoint(side, place) {
		if (side === "input") return { side: "output", place };
		const indices = unravel(place, adjoint.output_size);
		return indices.every((index, axis) => index < layer.input_size[axis]) && { side: "input", place: ravel(indices, layer.input_size) };
	}

	function pointAdjointEntry(output, input) {
		const inner = output !== undefined && fromAdjoint("output", output);
		point(inner && { side: "output", place: input, partner: inner.place });
	}

	function point(focus) {
		if (!focus) return pointed();
		paint(null);
		pointed(light(focus));
	}

	function seek(mode, place) {
		paint(mode === "stamp" ? place : null);
		return light({ side: mode === "stamp" ? "input" : "output", place });
	}

	/** Light an output or an input and its partners everywhere. Returns the description. */
	function light({ side, place, partner }) {
		const isOutput = side === "output";
		const list = isOutput ? products.ofOutput(place) : products.ofInput(place);
		const [middle = null, tap] = list.find(([each]) => each === partner) ?? (partner === undefined ? list[list.length >> 1] : [partner]) ?? [];
		const [outputs, inputs] = isOutput ? [[[place]], list] : [list, [[place]]];
		const [output, input] = isOutput ? [place, middle] : [middle, place];
		const adjointOutput = input === null ? null : onAdjoint(input);
		const entries = list.map(([each]) => (isOutput ? [place, each] : [each, place]));
		own.light({ inputs, outputs, at: isOutput ? place : null });
		other.light({ inputs: outputs, outputs: inputs.map(([each, ...more]) => [onAdjoint(each), ...more]), at: adjointOutput });
		matrix.light({ output, input, entries });
		adjointMatrix.light({ output: adjointOutput, input: output, entries: entries.map(([row, column]) => [onAdjoint(column), row]) });
		const kind = middle === null ? (isOutput ? "nothing" : "unused") : tap === undefined ? "apart" : isOutput ? layer.op : `stamp.${layer.op}`;
		const indices = (number, size) => (number === null ? "" : unravel(number, size).join(",\u00a0"));
		return t(`layer.step.${kind}`, {
			output: indices(output, layer.output_size),
			input: indices(input, layer.input_size),
			other: indices(adjointOutput, adjoint.output_size),
			count: list.length,
			row: output ?? "",
			column: input ?? "",
			tap: tap ?? "",
		});
	}

	/** Scale the maps to the width of their figures. */
	function flow() {
		const single = layer.input_size.length === 1;
		const [tall, low] = heights();
		scaleMaps(stage.children[0], own.maps, { single, height: tall });
		scaleMaps(stage.children[1], other.maps, { single, height: low });
		for (const [place, each] of [matrix, adjointMatrix].entries()) {
			const legible = LEGIBLE_CELL * each.rows;
			scaleMaps(stage.children[2 + place], [each], { height: legible <= LEGIBLE_HEIGHT ? Math.max(low, legible) : low });
		}
	}
}

/** Scale maps to one size of cells, side by side, or one below the other if they are single rows; small maps are larger. */
function scaleMaps({ lastElementChild: row }, maps, { single = false, height }) {
	const width = row.clientWidth - 2;
	if (width < 0) return;
	if (single) return maps.forEach((map) => map.scale(Math.min(MAX_CELL, width / Math.max(...maps.map(({ columns }) => columns))), { single }));
	const least = Math.max(MIN_WIDTH, width / 9);
	const cell = Math.min(largestCell(maps, width - GAP * (maps.length - 1), least), height / Math.max(...maps.map(({ rows }) => rows)));
	for (const map of maps) map.scale(Math.max(cell, Math.min(MAX_CELL, least / map.columns, height / map.rows)), { alone: maps.length === 1 });
}

/** The size of cells with which maps fill a width, each at least `least` wide. */
function largestCell(maps, width, least) {
	const cell = Math.min(MAX_CELL, width / maps.reduce((sum, { columns }) => sum + columns, 0));
	const wide = maps.filter(({ columns }) => columns * cell >= least);
	return wide.length === maps.length || !wide.length ? cell : largestCell(wide, width - least * (maps.length - wide.length), least);
}

/** Paints the output of a layer up to an input: a cell is the darker the more inputs have added to it. */
function makePaint({ layer, products, output }) {
	const counts = new Uint32Array(product(layer.output_size));
	let next = 0;
	return function paint(place) {
		if (place === null || products.count > MAX_PAINTED) return show(output.layers.painted);
		if (place < next) {
			counts.fill(0);
			next = 0;
		}
		for (; next <= place; next += 1) for (const [each] of products.ofInput(next)) counts[each] += 1;
		const byCount = Map.groupBy(counts.keys(), (each) => counts[each]);
		byCount.delete(0);
		show(output.layers.painted, [...byCount].map(([count, cells]) => s("path.paint", { d: cellsPath(cells.map(output.position)), "fill-opacity": count / layer.overlap.most, "data-count": count })));
	};
}

function figure({ layer, name, title, maps, note }) {
	const caption = [h("h2", title), layer && h("p.mono", `${sizeText(layer.input_size)} → ${sizeText(layer.output_size)}`), layer && h("p.muted.small", note ?? h("span.mono", layer.arithmetic[0]))];
	return h("figure.panel", { class: name }, h("figcaption", caption), h("div.maps", maps.map(({ element }) => element)));
}

/** The kinds of cells that occur. */
function legend(kinds) {
	const entry = (kind) => h("li", s("svg", { viewBox: "0 0 1 1", "aria-hidden": "true" }, s("path", { class: kind, d: cellsPath([[0, 0]]) })), t(`layer.kind.${kind}`));
	return h("ul.legend.small", LEGEND.filter((kind) => kinds.has(kind)).map(entry), entry("tap"));
}
