// A feature map, a kernel or a matrix as cells, drawn as SVG: one unit of its view box is one cell.

import { h, s, show } from "./dom.mjs";
import { unravel } from "./layer-products.mjs";

/** Kinds of cells; of two kinds that meet in a cell, one per axis, the later is drawn. */
const KINDS = ["input", "output", "zero", "unread", "unpainted", "pad", "extra", "crop"];

/** Smaller cells have no number, or no grid. */
const [NUMBER_PX, GRID_PX] = [13, 5];

/** More cells than this are lit without their numbers. */
const MAX_NUMBERS = 600;

/** Height of the cells of a single row, in pixels. */
const ROW_PX = 18;

/** The color of a tap of the kernel: hues around the circle, alternating lightness. */
export const tapColor = (tap, taps) => `hsl(${Math.floor((360 * tap) / taps)},70%,${tap % 2 ? 80 : 68}%)`;

const rectangle = (x, y, width = 1, height = 1) => `M${x} ${y}h${width}v${height}h${-width}z`;

/** The cells as path data. */
export const cellsPath = (cells) => cells.map(([row, column]) => rectangle(column, row)).join("");

/**
 * A picture of `rows` × `columns` cells with a label. `point(row, column)` is called with the cell below the pointer,
 * and without arguments when the pointer leaves.
 */
export function makePicture({ name, label, rows, columns, point }) {
	const layers = Object.fromEntries(["cells", "painted", "lit", "over"].map((layer) => [layer, s(`g.${layer}`)]));
	const lines = Array.from({ length: rows + 1 }, (_, row) => `M0 ${row}h${columns}`).concat(Array.from({ length: columns + 1 }, (_, column) => `M${column} 0v${rows}`));
	const grid = s("path.grid", { d: lines.join("") });
	const svg = s("svg", { viewBox: `0 0 ${columns} ${rows}`, preserveAspectRatio: "none", role: "img", "aria-label": label }, layers.cells, layers.painted, grid, layers.lit, layers.over);
	const element = h("div.feature-map", { class: name }, svg, h("p.label.small", label));
	if (point) followPointer(svg, { rows, columns, point });
	return { element, layers, rows, columns, scale };

	/** Set the size of a cell in pixels. A `single` row is not too low to see; a picture that is `alone` has a long label. */
	function scale(cell, { single = false, alone = single }) {
		element.style.width = alone ? "" : `max(3.5rem, ${columns * cell}px)`;
		svg.setAttribute("width", columns * cell);
		svg.setAttribute("height", rows * (single ? Math.max(ROW_PX, cell) : cell));
		svg.classList.toggle("tiny", cell < NUMBER_PX);
		svg.classList.toggle("fine", cell < GRID_PX);
	}
}

function followPointer(svg, { rows, columns, point }) {
	const follow = (event) => {
		const box = svg.getBoundingClientRect();
		const [row, column] = [((event.clientY - box.y) / box.height) * rows, ((event.clientX - box.x) / box.width) * columns].map(Math.floor);
		if (row >= 0 && row < rows && column >= 0 && column < columns) point(row, column);
	};
	svg.addEventListener("pointermove", follow);
	svg.addEventListener("pointerdown", follow);
	svg.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && point());
}

/** The frame of a cell whose partner is lit. */
export const cellFrame = ([y, x], fields) => s("rect.partner", { x, y, width: 1, height: 1, ...fields });

/** A number in a cell. */
export const cellNumber = (row, column, text) => s("text.dark-ink", { x: column + 0.5, y: row + 0.65, "font-size": 0.42, "text-anchor": "middle" }, text);

/** A map with a kind for each index of each axis. `size` is its number of cells along each axis. */
export function makeMap({ kinds, window: shape, ...options }) {
	const size = kinds.map((axis) => axis.length);
	const [rows, columns] = [[1], ...size.map((side) => [side])].slice(-2).map(Number);
	const picture = makePicture({ rows, columns, ...options });
	const { cells, lit, over } = picture.layers;
	const position = (place) => [0, ...unravel(place, size)].slice(-2);
	show(cells, s("rect", { width: columns, height: rows, class: lowestKind(kinds) }), KINDS.map((kind) => bands(kind, kinds, rows, columns)));
	const frame = shape && makeWindow(shape);
	if (frame) over.append(frame);
	return { ...picture, size, position, light, seek };

	/** Light cells: [index, tap] each; without a tap in the color of the window. */
	function light(list, { taps, numbers = true }) {
		const marks = list.map(([place, tap = null]) => cellFrame(position(place), tap === null ? { class: "same" } : { fill: tapColor(tap, taps) }));
		const texts = numbers && list.length <= MAX_NUMBERS ? list.filter(([, tap = null]) => tap !== null) : [];
		show(lit, marks, texts.map(([place, tap]) => cellNumber(...position(place), tap)));
	}

	/** Move the window to its first cell [row, column]; null hides it. */
	function seek(corner) {
		frame.style.visibility = corner ? "visible" : "hidden";
		if (corner) frame.setAttribute("transform", `translate(${corner[1]} ${corner[0]})`);
	}
}

const lowestKind = (kinds) => KINDS.find((kind) => kinds.some((axis) => axis.includes(kind)));

/** The rows and columns of a kind, from edge to edge: the kinds that are drawn later cover what is theirs. */
function bands(kind, kinds, rows, columns) {
	const along = (axis, path) => (axis ?? []).map((each, index) => (each === kind ? path(index) : "")).join("");
	const [down, across] = kinds.length > 1 ? kinds : [null, kinds[0]];
	const d = along(down, (row) => rectangle(0, row, columns, 1)) + along(across, (column) => rectangle(column, 0, 1, rows));
	return d && s("path", { class: kind, d });
}

/** A window of `kernel` taps, `dilation` cells apart, with the number of each tap if it is `numbered`. */
function makeWindow({ kernel, dilation, flipped, numbered }) {
	const [high, wide] = [1, ...kernel].slice(-2);
	const [down, across] = [1, ...dilation].slice(-2);
	const parts = [];
	for (let place = 0; place < high * wide; place += 1) {
		const [row, column] = [Math.floor(place / wide) * down, (place % wide) * across];
		parts.push(s("rect.tap", { x: column, y: row, width: 1, height: 1 }));
		if (numbered && high * wide <= MAX_NUMBERS) parts.push(cellNumber(row, column, flipped ? high * wide - 1 - place : place));
	}
	const span = s("rect.span", { width: (wide - 1) * across + 1, height: (high - 1) * down + 1 });
	return s("g.window", parts, span);
}
