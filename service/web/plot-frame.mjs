// The frame of a scatter plot: its axes with ticks and names; and its points.

import { pressKey } from "./arrow-keys.mjs";
import { s } from "./dom.mjs";
import { roundedText } from "./rounded-numbers.mjs";

const MARGINS = { left: 62, right: 14, top: 12, bottom: 42 };

/** Largest over least value from which an axis is logarithmic. */
const LOG_RATIO = 15;

/** The edges of the plot in an element, in pixels. */
export function frameIn(root, widest, height) {
	const width = Math.min(widest, Math.max(280, root.clientWidth));
	return { width, height, left: MARGINS.left, right: width - MARGINS.right, top: MARGINS.top, bottom: height - MARGINS.bottom };
}

/** Steps of 1, 2 and 5 times powers of ten between two values: as ticks of a logarithmic axis, or as one step of a linear one. */
function ticks(low, high, isLog) {
	if (!isLog) {
		const power = 10 ** Math.floor(Math.log10((high - low) / 4));
		const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => (high - low) / each <= 5);
		return Array.from({ length: 7 }, (_, at) => (Math.ceil(low / step) + at) * step).filter((tick) => tick <= high);
	}
	const powers = Array.from({ length: 40 }, (_, at) => Math.floor(Math.log10(low)) + at);
	const inside = powers.flatMap((power) => [1, 2, 5].map((factor) => factor * 10 ** power)).filter((tick) => tick >= low && tick <= high);
	return inside.filter((_, at) => at % Math.ceil(inside.length / 5) === 0);
}

/** The axis of some values from one pixel to another. */
export function axisOf(values, from, to, alwaysLog = false) {
	const [least, most] = [Math.min(...values), Math.max(...values)];
	const isLog = alwaysLog || (least > 0 && most / least >= LOG_RATIO);
	const margin = (most - least || Math.abs(most) || 1) * 0.06;
	const [low, high] = isLog ? [least / 1.25, most * 1.25] : [least - margin, most + margin];
	const scale = isLog ? Math.log : Number;
	const at = (value) => from + ((scale(value) - scale(low)) / (scale(high) - scale(low))) * (to - from);
	return { at, ticks: ticks(low, high, isLog) };
}

/** The lines and names of both axes. */
export function drawGrid({ left, right, top, bottom, height }, [across, up], names) {
	const text = (x, y, anchor, words) => s("text", { x, y, "text-anchor": anchor }, words);
	return [
		across.ticks.map((tick) => [s("path.grid", { d: `M${across.at(tick)} ${top}V${bottom}` }), text(across.at(tick), bottom + 16, "middle", roundedText(tick))]),
		up.ticks.map((tick) => [s("path.grid", { d: `M${left} ${up.at(tick)}H${right}` }), text(left - 6, up.at(tick) + 4, "end", roundedText(tick))]),
		text((left + right) / 2, height - 6, "middle", names[0]),
		s("g", { transform: `translate(12 ${(bottom + top) / 2}) rotate(-90)` }, text(0, 0, "middle", names[1])),
	];
}

/**
 * A point at [x, y]: `light()` is called when it is pointed at, `take()` when it is chosen; arrow keys move
 * among `marks()`. Further fields are those of its element.
 */
export const pointMark = (kind, [cx, cy], { light, take, marks, ...fields }, ...shapes) =>
	s(
		kind,
		{ role: "button", tabindex: "-1", onpointerenter: light, onfocus: light, onclick: take, onkeydown: (event) => pressKey(event, marks(), take), ...fields },
		s("circle.hit", { cx, cy, r: 12 }),
		shapes,
	);
