// The plot of a sweep: its designs by two columns, coloured by a third.

import { h, labelled, s, show } from "./dom.mjs";
import { t } from "./messages.mjs";
import { axisOf, drawGrid, frameIn, pointMark } from "./plot-frame.mjs";

/** Fields of the URL: the columns of both axes and of the colours. */
export const PLOT_FIELDS = ["x", "y", "color"];

const DEFAULTS = { x: "generator_parameters", y: "generator_multiply_adds", color: "none" };

/** Most points; more would overlap. */
const MAX_POINTS = 400;
const HEIGHT = 320;

/** Values that have a colour each; more numbers share one scale. */
const MAX_CLASSES = 6;

/** The colour of each value: a class for each of a few values, otherwise a share of a scale of numbers. */
function colours(values) {
	const distinct = [...new Set(values)].sort((one, two) => (typeof one === "number" && typeof two === "number" ? one - two : String(one).localeCompare(two)));
	if (distinct.length <= MAX_CLASSES) return { classes: distinct, paint: (mark, value) => mark.classList.add(`hue-${distinct.indexOf(value)}`) };
	const numbers = distinct.filter((value) => typeof value === "number");
	if (!numbers.length) return { classes: [], paint: () => {} };
	const [least, most] = [numbers[0], numbers.at(-1)];
	return { ends: [least, most], paint: (mark, value) => scaleColour(mark, (value - least) / (most - least)) };
}

function scaleColour(mark, share) {
	mark.classList.add("on-scale");
	mark.style.setProperty("--share", `${Math.round(100 * share)}%`);
	return mark;
}

/**
 * The panel of the plot. `choose(fields)` is called when a column is chosen, `open(row)` when a point
 * is; `show(rows, columns, params, describe)` draws.
 */
export function plotPanel({ choose, open }) {
	const box = h("div");
	const note = h("p.muted.small");
	const selects = Object.fromEntries(PLOT_FIELDS.map((name) => [name, h("select", { id: `plot-${name}`, onchange: ({ target }) => choose({ [name]: target.value }) })]));
	const fields = PLOT_FIELDS.map((name) => labelled(t(`sweep.plot.${name}`), selects[name]));
	const element = h("section.panel.plot", { hidden: true }, h("h2", t("sweep.plot")), h("div.fields", fields), box, note);
	return { element, show: draw };

	function draw(rows, columns, params, describe) {
		element.hidden = rows.length < 2;
		if (element.hidden) return;
		const numeric = (name) => rows.some((row) => typeof columns[name].value(row) === "number");
		const names = { x: Object.keys(columns).filter(numeric), color: ["none", ...Object.keys(columns)] };
		const chosen = Object.fromEntries(PLOT_FIELDS.map((name) => [name, fill(name, names[name] ?? names.x, columns, params[name])]));
		const [x, y] = [columns[chosen.x], columns[chosen.y]];
		const usable = rows.filter((row) => [x, y].every(({ value }) => typeof value(row) === "number"));
		const points = usable.filter((_, at) => at % Math.ceil(usable.length / MAX_POINTS) === 0);
		show(note, points.length < rows.length && t("sweep.plot.shown", { shown: points.length, total: rows.length }));
		if (points.length) drawSweepPlot(box, { rows: points, x, y, color: columns[chosen.color] ?? null, describe, open });
		else show(box);
	}

	/** Offer the columns of a select, and return the chosen one; an unknown name is the default. */
	function fill(name, offered, columns, wanted) {
		const value = offered.includes(wanted) ? wanted : DEFAULTS[name];
		const shown = [...selects[name].options].map((option) => option.value);
		if (String(shown) !== String(offered)) show(selects[name], offered.map((each) => h("option", { value: each }, columns[each]?.label ?? t("sweep.plot.one"))));
		selects[name].value = value;
		return value;
	}
}

/**
 * Draw `rows` in `root`. `x`, `y` and `color` are columns: `{label, value(row), text(value)}`; `color`
 * may be null. `describe(row)` labels a point, `open(row)` is called when one is chosen.
 */
function drawSweepPlot(root, { rows, x, y, color, describe, open }) {
	const frame = frameIn(root, 760, HEIGHT);
	const axes = [axisOf(rows.map(x.value), frame.left, frame.right), axisOf(rows.map(y.value), frame.bottom, frame.top)];
	const hues = color && colours(rows.map(color.value));
	const points = rows.toSorted((one, two) => x.value(one) - x.value(two) || y.value(one) - y.value(two));
	const note = h("p.readout.small", { "aria-hidden": "true" });
	const marks = points.map(mark);
	marks[0].setAttribute("tabindex", "0");
	show(note, describe(points[0]));
	const label = t("sweep.plot.label", { x: x.label, y: y.label });
	show(root, hues && legend(), s("svg.scatter", { width: frame.width, height: HEIGHT, role: "group", "aria-label": label }, drawGrid(frame, axes, [x.label, y.label]), marks), note);

	function legend() {
		const swatch = (paint) => {
			const dot = s("circle", { cx: 6, cy: 6, r: 5 });
			paint(dot);
			return s("svg.point", { width: 12, height: 12, "aria-hidden": "true" }, dot);
		};
		const entry = (value, paint) => h("span", swatch(paint), " ", color.text(value));
		const entries = hues.ends
			? hues.ends.map((value, at) => entry(value, (dot) => scaleColour(dot, at)))
			: hues.classes.map((value) => entry(value, (dot) => hues.paint(dot, value)));
		return h("p.row.small.hues", h("span.muted", color.label), entries);
	}

	function mark(row) {
		const [cx, cy] = [axes[0].at(x.value(row)), axes[1].at(y.value(row))];
		const dot = s("circle", { cx, cy, r: 5 });
		hues?.paint(dot, color.value(row));
		const text = describe(row);
		return pointMark("g.point", [cx, cy], { "aria-label": text, light: () => show(note, text), take: () => open(row), marks: () => marks }, dot);
	}
}
