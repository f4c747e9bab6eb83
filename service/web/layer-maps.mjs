// The maps of one layer: its input, the map on which its window moves, its kernel and its output.

import { makeMap } from "./map-picture.mjs";
import { makeKernel } from "./matrix-picture.mjs";
import { product, ravel, unravel } from "./layer-products.mjs";
import { sizeText, t } from "./messages.mjs";

const repeat = (kind, length) => Array(Math.max(0, length)).fill(kind);
const label = (name, size) => t(`layer.map.${name}`, { size: sizeText(size) });

/**
 * The maps of a layer. `point(side, place)` is called with the "input" or "output" below the pointer, and without
 * arguments when the pointer leaves. `light({inputs, outputs, at})` lights cells [place, tap] and moves the window
 * to the output `at`, or hides it.
 */
export function makeLayerMaps(layer, { products, point, withKernel }) {
	const { op, input_size: inputs, output_size: outputs, kernel_size: kernel, dilation } = layer;
	const isConv = op === "conv";
	const taps = product(kernel);
	const source = isConv ? paddedMap(layer, products) : directMap(layer);
	const pointAt = (side, placeAt) => (row, column) => {
		if (row === undefined) return point();
		const place = placeAt([row, column].slice(-inputs.length));
		if (place !== null) point(side, place);
	};
	const pointOutput = pointAt("output", (cell) => ravel(cell, outputs));
	const window = { kernel, dilation, flipped: !isConv, numbered: true };
	const one = { kernel: kernel.map(() => 1), dilation: kernel.map(() => 1) };
	const outputKinds = products.byOutput.map((axis) => axis.map((list) => (isConv || list.length ? "output" : "unpainted")));
	const direct = makeMap({
		name: "source",
		label: label(isConv ? (layer.padding.some(Boolean) ? "padded" : "input") : "direct", source.kinds.map((axis) => axis.length)),
		kinds: source.kinds,
		window,
		point: pointAt("input", (cell) => source.inputAt(cell)),
	});
	const input = isConv
		? null
		: makeMap({ name: "input", label: label("input", inputs), kinds: inputs.map((side) => repeat("input", side)), point: pointAt("input", (cell) => ravel(cell, inputs)) });
	const kernelPicture = withKernel ? makeKernel(kernel) : null;
	const output = makeMap({ name: "output", label: label("output", outputs), kinds: outputKinds, window: one, point: pointOutput });
	const maps = [input, direct, kernelPicture, output].filter(Boolean);
	return { maps, output, light, kinds: new Set([...source.kinds, ...outputKinds].flat()) };

	function light({ inputs: lit, outputs: reached, at }) {
		input?.light(lit, { taps });
		direct.light(lit.map(([place, tap]) => [ravel(source.cellOf(unravel(place, inputs)), direct.size), tap]), { taps, numbers: false });
		output.light(reached, { taps });
		kernelPicture?.light([...new Set([...lit, ...reached].map(([, tap]) => tap ?? null))].filter((tap) => tap !== null));
		const corner = at === null ? null : unravel(at, outputs);
		direct.seek(corner && [0, ...source.cornerOf(corner)].slice(-2));
		output.seek(corner && [0, ...corner].slice(-2));
	}
}

/** The padded input of a convolution. */
function paddedMap({ padding, stride }, { byInput }) {
	const kinds = byInput.map((axis, place) => {
		const pad = repeat("pad", padding[place]);
		return [...pad, ...axis.map((list) => (list.length ? "input" : "unread")), ...pad];
	});
	return {
		kinds,
		cellOf: (indices) => indices.map((index, axis) => index + padding[axis]),
		inputAt: (cell) => placeInside(cell.map((index, axis) => index - padding[axis]), byInput.map((axis) => axis.length)),
		cornerOf: (indices) => indices.map((index, axis) => index * stride[axis]),
	};
}

/** The input of a transposed convolution with its inserted zeros and its padding: a direct convolution reads it. */
function directMap({ equivalent, input_size: inputs, output_padding: extra }) {
	const axes = equivalent.input_size.map((size, axis) => {
		const [near, far] = equivalent.padding[axis];
		return { size, near, far, extra: extra[axis], step: equivalent.inserted_zeros[axis] + 1, before: Math.max(0, near) };
	});
	return {
		kinds: axes.map(directKinds),
		cellOf: (indices) => indices.map((index, axis) => axes[axis].before + index * axes[axis].step),
		inputAt: (cell) => placeInside(cell.map((index, axis) => (index - axes[axis].before) / axes[axis].step), inputs),
		cornerOf: (indices) => indices.map((index, axis) => Math.max(0, -axes[axis].near) + index),
	};
}

function directKinds({ size, near, far, extra, step, before }) {
	const kind = (index) => {
		if (index < -near || index >= size + far) return "crop";
		if (index >= Math.max(size, size + far - extra)) return "extra";
		if (index < 0 || index >= size) return "pad";
		return index % step ? "zero" : "input";
	};
	return Array.from({ length: before + size + Math.max(0, far) }, (_, index) => kind(index - before));
}

/** The position of indices that are whole and on the map, or null. */
const placeInside = (indices, size) => (indices.every((index, axis) => Number.isInteger(index) && index >= 0 && index < size[axis]) ? ravel(indices, size) : null);
