// Embeds the SVG pictures of the service, so that they can be stepped, marked and translated.
//
// A picture contains its style sheet. The Content-Security-Policy allows no inline style, so a shadow
// root adopts the sheet, and inline colours become attributes.

import { s } from "./dom.mjs";
import { translations } from "./messages.mjs";

const PAGE_SHEET = new CSSStyleSheet();
PAGE_SHEET.replaceSync(
	"svg{display:block;height:auto;max-height:26rem;max-width:100%;width:auto}" +
		".legend{margin-top:8px}" +
		".gd .bg{fill:none}.without-numbers .dark-ink{display:none}" +
		".mark{fill:none;stroke:var(--gd-window);stroke-width:2;vector-effect:non-scaling-stroke}",
);

/** The smallest scale of a picture, to keep its texts legible. */
const MIN_SCALE = 0.3;

/** Numbers in cells smaller than this many pixels are hidden. */
const MIN_NUMBER_PX = 5.5;

/** Width of the label above the legend of a matrix. */
const LEGEND_WIDTH = 160;

/** The shapes before each word of the legend; of two kinds of crossed cells the later has no contribution. */
const LEGEND_SHAPES = [
	...["input", "zero", "pad", "extra", "output", "tap"].map((name) => [`.${name}`, name]),
	[".input + .cross", "unread"],
	[".zero + .cross", "crop"],
	[":is(.output, .cross) + .grid + text ~ .zero + .cross", "unpainted"],
];

/** The rules of the sheet with the light and the dark colours. */
const SCHEMES = /\.gd\{(--[^}]*)\}@media \(prefers-color-scheme:dark\)\{\.gd\{([^}]*)\}\}/;

/** Combine both colour schemes: the setting of the page decides, not the system. */
function bothSchemes(light, dark) {
	const darks = dark.split(";");
	const rules = light.split(";").map((rule, index) => {
		const [name, colour] = rule.split(":");
		return `${name}:light-dark(${colour},${darks[index].split(":")[1]})`;
	});
	return rules.join(";");
}

/** The indices of a position in a map that is flattened row by row. */
export function unravel(place, size) {
	return size.reduceRight(([rest, ...indices], side) => [Math.floor(rest / side), rest % side, ...indices], [place]).slice(1);
}

/** The position of indices in a map that is flattened row by row. */
export function ravel(indices, size) {
	return size.reduce((place, side, axis) => place * side + indices[axis], 0);
}

/** Show a picture in a host element, with the title that the page gives it. Returns its controls. */
export function showPicture(host, text, title) {
	const [, rules] = /<style>([^]*?)<\/style>/.exec(text);
	const markup = text.replace(/<style>[^]*?<\/style>/, "").replace(/ style="fill:([^"]*)"/g, ' fill="$1"');
	const parsed = new DOMParser().parseFromString(markup, "image/svg+xml");
	const svg = document.importNode(parsed.documentElement, true);
	const sheet = new CSSStyleSheet();
	sheet.replaceSync(rules.replace(SCHEMES, (_, light, dark) => `.gd{${bothSchemes(light, dark)}}`));
	dropHeading(svg);
	svg.querySelector("title").textContent = title;
	svg.querySelector("desc").textContent = "";
	translate(svg);
	svg.style.minWidth = `${MIN_SCALE * svg.getAttribute("width")}px`;
	svg.setAttribute("preserveAspectRatio", "xMinYMin");
	const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
	root.adoptedStyleSheets = [sheet, PAGE_SHEET];
	root.replaceChildren(svg);
	if (svg.querySelector(".tap-of")) root.append(extractLegend(svg));
	const windowMoves = readWindowMoves(svg, sheet);
	return {
		flow: (column) => flow(svg, host.clientWidth, column),
		seek: (place) => windowMoves.forEach((groups) => seek(groups, place)),
		mark: (shape, row, column) => mark(svg, shape, row, column),
		hideTinyNumbers: () => svg.classList.toggle("without-numbers", scaleOf(svg) * svg.querySelector(".dark-ink")?.getAttribute("font-size") < MIN_NUMBER_PX),
	};
}

const scaleOf = (svg) => svg.getBoundingClientRect().height / svg.viewBox.baseVal.height;

/** Remove the heading of the picture, which the page shows itself. */
function dropHeading(svg) {
	const [width, height] = ["width", "height"].map((side) => svg.viewBox.baseVal[side]);
	let next = svg.querySelector("text[font-weight=bold]");
	while (next?.matches("text[font-weight=bold], text.muted")) {
		const { nextElementSibling } = next;
		next.remove();
		next = nextElementSibling;
	}
	const grid = svg.querySelector("path.grid");
	const level = next?.matches("text") ? next.getAttribute("y") - 12 : grid.getAttribute("d").match(/^M\d+ (\d+)/)[1];
	const top = level - 20;
	svg.setAttribute("viewBox", `0 ${top} ${width} ${height - top}`);
	svg.setAttribute("height", height - top);
}

/** Split off the legend of a matrix, so that it keeps its size when the matrix is scaled down. */
function extractLegend(svg) {
	const label = svg.querySelector("path.grid ~ text:not(.dark-ink)");
	const { width, height, y } = svg.viewBox.baseVal;
	const top = label.getAttribute("y") - 14;
	const legend = s("svg.gd.legend", { "font-family": svg.getAttribute("font-family") });
	while (label.nextSibling) legend.append(label.nextSibling);
	legend.prepend(label);
	const taps = legend.querySelector("path.grid").getAttribute("d").match(/^M(\d+) \d+h(\d+)/);
	const wide = Math.max(LEGEND_WIDTH, Number(taps[2]) + 4);
	const sides = { width: wide, height: y + height - top, viewBox: `${taps[1] - 2} ${top} ${wide} ${y + height - top}` };
	for (const [name, value] of Object.entries(sides)) legend.setAttribute(name, value);
	svg.setAttribute("viewBox", `0 ${y} ${width} ${top - y}`);
	svg.setAttribute("height", top - y);
	return legend;
}

/**
 * Arrange the maps and the legend of a layer in the available width, at their original size;
 * with `column` each map starts a new line.
 */
function flow(svg, width, column) {
	if (!svg.querySelector("g.part")) readParts(svg).forEach(wrap);
	let [x, y, height, widest] = [0, 0, 0, 0];
	for (const part of svg.querySelectorAll("g.part")) {
		const box = part.getBBox();
		if (x && (x + box.width + 4 > width || part.matches(column ? ".map, .first" : ".first"))) {
			[x, y, height] = [0, y + height + 14, 0];
		}
		part.setAttribute("transform", `translate(${x - box.x} ${y - box.y})`);
		widest = Math.max(widest, x + box.width);
		x += box.width + 18;
		height = Math.max(height, box.height);
	}
	const sides = [widest + 4, y + height + 4];
	svg.setAttribute("viewBox", `-2 -2 ${sides.join(" ")}`);
	svg.setAttribute("width", sides[0]);
	svg.setAttribute("height", sides[1]);
	svg.style.maxHeight = "none";
}

/** Group the shapes: each map starts with its name, each entry of the legend ends with its text. */
function readParts(svg) {
	const nodes = [...svg.children].filter((node) => !node.matches("title, desc, svg > .bg:first-of-type"));
	const legend = nodes.findLastIndex((node) => node.matches("g")) + 1;
	const parts = [];
	for (const [place, node] of nodes.entries()) {
		const begins = place < legend ? node.matches("text[font-size='11']") : nodes[place - 1].matches("g, text");
		if (begins) parts.push({ kind: place < legend ? "map" : place === legend ? "first" : "entry", nodes: [] });
		parts.at(-1).nodes.push(node);
	}
	return parts;
}

function wrap({ kind, nodes }) {
	const part = s("g.part", { class: kind });
	nodes[0].before(part);
	part.append(...nodes);
}

/** Translate the labels: of maps by their order, of the legend by its shapes. A translated label loses its fixed width. */
function translate(svg) {
	const texts = translations("pictures");
	if (!texts.tap) return;
	const set = (label, ...words) => {
		label.textContent = words.join("，");
		label.removeAttribute("textLength");
	};
	const labels = svg.querySelectorAll("text[font-size='11']:not([text-anchor])");
	const words = { 1: ["taps"], 2: [svg.querySelector(".pad") ? "padded" : "input", "output"], 3: ["input", "direct", "output"] }[labels.length];
	labels.forEach((label, place) => set(label, texts[words[place]], ...label.textContent.split(", ").slice(1).slice(-1)));
	for (const [shape, word] of LEGEND_SHAPES) svg.querySelectorAll(`${shape} + .grid + text[font-size='13']`).forEach((label) => set(label, texts[word]));
}

/** The groups of each window with their translations, outer axis first. */
function readWindowMoves(svg, sheet) {
	const windowMoves = new Map();
	for (const rule of sheet.cssRules) {
		if (!(rule instanceof CSSKeyframesRule)) continue;
		const [, panel] = rule.name.match(/-(\d+)-\d+(?:-\d+)?$/);
		const group = svg.querySelector(`.${rule.name}`);
		group.style.animation = "none";
		if (!windowMoves.has(panel)) windowMoves.set(panel, []);
		windowMoves.get(panel).push({ group, moves: [...rule.cssRules].map((frame) => frame.style.transform) });
	}
	return [...windowMoves.values()];
}

/** Move a window to a position, counted row by row; hide it if the position is null. */
function seek(groups, place) {
	const indices = unravel(place ?? 0, groups.map(({ moves }) => moves.length));
	for (const [axis, { group, moves }] of groups.entries()) {
		group.style.transform = moves[indices[axis]];
		group.style.visibility = place === null ? "hidden" : "visible";
	}
}

/** Frame a row and a column of a matrix with the given shape; null frames none. */
function mark(svg, [rows, columns], row, column) {
	const grid = svg.querySelector("path.grid").getAttribute("d");
	const [, x, y, width] = grid.match(/^M(\d+) (\d+)h(\d+)/).map(Number);
	const cell = width / columns;
	svg.querySelectorAll(".mark").forEach((node) => node.remove());
	if (row !== null) svg.append(s("rect.mark", { x, y: y + row * cell, width, height: cell }));
	if (column !== null) svg.append(s("rect.mark", { x: x + column * cell, y, width: cell, height: rows * cell }));
}
