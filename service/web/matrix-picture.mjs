// The matrix of a layer, or a sample of it if it is large, and the kernel whose taps are its entries.

import { s, show } from "./dom.mjs";
import { cellFrame, cellNumber, cellsPath, makePicture, tapColor } from "./map-picture.mjs";
import { product } from "./layer-products.mjs";
import { sizeText, t } from "./messages.mjs";

/** Most cells along a side of the drawn matrix; those of a larger one stand for several entries. */
const MAX_SIDE = 200;

/** More entries than this have no numbers. */
const MAX_NUMBERS = 2_000;

/**
 * The matrix of `products`: a row for each output, a column for each input. `point(output, input)` is called with
 * the cell below the pointer: its first entry that is a product, or else its first.
 */
export function makeMatrix({ name, products, point }) {
	const shape = [products.outputs, products.inputs].map(product);
	const group = shape.map((side) => Math.ceil(side / MAX_SIDE));
	const [rows, columns] = shape.map((side, axis) => Math.ceil(side / group[axis]));
	const cellOf = (output, input) => [Math.floor(output / group[0]), Math.floor(input / group[1])];
	const firstProducts = new Map();
	const pointed = (row, column) => {
		if (row === undefined) point();
		else point(...(firstProducts.get(row * columns + column) ?? [row * group[0], column * group[1]]));
	};
	const label = group.every((side) => side === 1) ? sizeText(shape) : t("layer.sampled", { shape: sizeText(shape), group: sizeText(group) });
	const picture = makePicture({ name, label, rows, columns, point: pointed });
	const { cells, lit, over } = picture.layers;
	show(cells, entryShapes());
	return { ...picture, light };

	function entryShapes() {
		const taps = product(products.kernel);
		const byTap = new Map();
		products.visit((output, input, tap) => {
			const [row, column] = cellOf(output, input);
			const key = row * columns + column;
			if (firstProducts.has(key)) return;
			firstProducts.set(key, [output, input]);
			if (!byTap.has(tap)) byTap.set(tap, []);
			byTap.get(tap).push([row, column]);
		});
		const numbered = label === sizeText(shape) && firstProducts.size <= MAX_NUMBERS;
		return [...byTap].map(([tap, list]) => [
			s("path.entry", { d: cellsPath(list), fill: tapColor(tap, taps) }),
			numbered && list.map((cell) => cellNumber(...cell, tap)),
		]);
	}

	/** Frame a row and a column, null for none, and the entries [output, input] of a list. */
	function light({ output, input, entries }) {
		const [row, column] = cellOf(output, input);
		show(
			over,
			output !== null && s("rect.mark", { y: row, width: columns, height: 1 }),
			input !== null && s("rect.mark", { x: column, width: 1, height: rows }),
		);
		const shown = new Map(entries.map((entry) => cellOf(...entry)).map((cell) => [String(cell), cell]));
		show(lit, [...shown.values()].map((cell) => cellFrame(cell)));
	}
}

/** The taps of the kernel, numbered row by row, each in the color of its entries. */
export function makeKernel(kernel) {
	const [rows, columns] = [1, ...kernel].slice(-2);
	const picture = makePicture({ name: "kernel", label: t("layer.map.kernel", { size: sizeText(kernel) }), rows, columns });
	const cells = Array.from({ length: rows * columns }, (_, tap) => [Math.floor(tap / columns), tap % columns]);
	const { layers } = picture;
	show(
		layers.cells,
		cells.map((cell, tap) => s("path.entry", { d: cellsPath([cell]), fill: tapColor(tap, cells.length) })),
		cells.map((cell, tap) => cellNumber(...cell, tap)),
	);
	return { ...picture, light };

	/** Frame the taps of the lit products. */
	function light(taps) {
		show(layers.lit, taps.map((tap) => cellFrame(cells[tap])));
	}
}
