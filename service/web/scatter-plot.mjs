// The alternatives: a scatter plot of the chains from /v1/chains by cost, with the frontier marked.

import { chainText } from "./brief.mjs";
import { h, s, show } from "./dom.mjs";
import { sizesText, language, t } from "./messages.mjs";

const HEIGHT = 300;
const MARGINS = { left: 62, right: 14, top: 12, bottom: 42 };

/** The best-ranked chain for each pair of costs, sorted by parameters. */
function pointsOf(chains, frontier) {
	const points = new Map();
	const add = (chain, isFrontier) => {
		const key = `${chain.parameters} ${chain.multiply_adds}`;
		const before = points.get(key);
		if (!before) points.set(key, { chain, isFrontier, best: chain === chains[0] });
		else before.isFrontier ||= isFrontier;
	};
	chains.forEach((chain) => add(chain, false));
	frontier.forEach((chain) => add(chain, true));
	return [...points.values()].sort((one, two) => one.chain.parameters - two.chain.parameters || one.chain.multiply_adds - two.chain.multiply_adds);
}

/** Ticks of a logarithmic axis: 1, 2 and 5 times powers of ten, at most five. */
function ticks(low, high) {
	const all = [];
	for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
		for (const factor of [1, 2, 5]) all.push(factor * 10 ** power);
	}
	const inside = all.filter((tick) => tick >= low && tick <= high);
	return inside.filter((_, at) => at % Math.ceil(inside.length / 5) === 0);
}

const axis = (values, from, to) => {
	const [low, high] = [Math.min(...values) / 1.25, Math.max(...values) * 1.25];
	const at = (value) => from + ((Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (to - from);
	return { at, ticks: ticks(low, high) };
};

function pointText(chain, isFrontier) {
	const kernels = chain.windows.map(({ kernel_size: kernel }) => kernel[0]).join(", ");
	const facts = { sizes: sizesText(chain.sizes), kernels, parameters: chain.parameters, work: chain.multiply_adds, departure: chain.departure };
	return t("scatter.point", facts) + (isFrontier ? ` ${t("scatter.marked")}` : "");
}

/** Draw chains in `root`; `windows` is the current chain, `take(chain, isBest)` is called on a selection, `describe(chain, isFrontier)` labels a point. */
export function drawScatterPlot(root, { chains, frontier, windows, take, describe = pointText }) {
	const points = pointsOf(chains, frontier);
	const width = Math.min(640, Math.max(280, root.clientWidth));
	const current = windows && chainText(windows);
	const compactFormat = new Intl.NumberFormat(language.tag, { notation: "compact", maximumFractionDigits: 1 });
	const [left, right, top, bottom] = [MARGINS.left, width - MARGINS.right, MARGINS.top, HEIGHT - MARGINS.bottom];
	const xAxis = axis(points.map(({ chain }) => chain.parameters), left, right);
	const yAxis = axis(points.map(({ chain }) => chain.multiply_adds), bottom, top);
	const note = h("p.readout.small", { "aria-hidden": "true" });
	const currentIndex = points.findIndex(({ chain }) => chainText(chain.windows) === current);
	const marks = points.map((point, at) => mark(point, at));
	const activeIndex = Math.max(0, currentIndex);
	marks[activeIndex]?.setAttribute("tabindex", "0");
	showPoint(points[activeIndex]);
	show(root, s("svg.scatter", { width: width, height: HEIGHT, role: "group", "aria-label": t("scatter.label") }, grid(), drawingOrder(marks)), note);

	/** Draw the frontier and the current chain last, on top of the others. */
	function drawingOrder(all) {
		const rank = (at) => (at === currentIndex ? 2 : Number(points[at].isFrontier));
		return all.toSorted((one, two) => rank(Number(one.dataset.at)) - rank(Number(two.dataset.at)));
	}

	function grid() {
		const text = (x, y, anchor, label) => s("text", { x, y, "text-anchor": anchor }, label);
		return [
			xAxis.ticks.map((tick) => {
				const x = xAxis.at(tick);
				return [s("path.grid", { d: `M${x} ${top}V${bottom}` }), text(x, bottom + 16, "middle", compactFormat.format(tick))];
			}),
			yAxis.ticks.map((tick) => {
				const y = yAxis.at(tick);
				return [s("path.grid", { d: `M${left} ${y}H${right}` }), text(left - 6, y + 4, "end", compactFormat.format(tick))];
			}),
			text((left + right) / 2, HEIGHT - 6, "middle", t("scatter.across")),
			s("g", { transform: `translate(12 ${(bottom + top) / 2}) rotate(-90)` }, text(0, 0, "middle", t("scatter.up"))),
		];
	}

	function mark(point, at) {
		const { chain, isFrontier } = point;
		const [x, y] = [xAxis.at(chain.parameters), yAxis.at(chain.multiply_adds)];
		const size = isFrontier ? 6.5 : 4.5;
		const shape = isFrontier
			? s("path", { d: `M${x - size} ${y}L${x} ${y - size}L${x + size} ${y}L${x} ${y + size}z` })
			: s("circle", { cx: x, cy: y, r: size });
		return s(
			`g.point${isFrontier ? ".frontier" : ""}${at === currentIndex ? ".current" : ""}`,
			{
				role: "button",
				tabindex: "-1",
				"data-at": at,
				"aria-pressed": String(at === currentIndex),
				"aria-label": describe(chain, isFrontier),
				onpointerenter: () => showPoint(point),
				onpointerleave: () => showPoint(points[activeIndex]),
				onfocus: () => showPoint(point),
				onclick: () => take(chain, point.best),
				onkeydown: (event) => key(event, at),
			},
			s("circle.hit", { cx: x, cy: y, r: 12 }),
			at === currentIndex && s("circle.ring", { cx: x, cy: y, r: 11 }),
			shape,
		);
	}

	function key(event, at) {
		const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
		if (event.key === "Enter" || event.key === " ") take(points[at].chain, points[at].best);
		else if (!step) return;
		event.preventDefault();
		if (!step) return;
		const next = marks[(at + step + marks.length) % marks.length];
		marks.forEach((element) => element.setAttribute("tabindex", element === next ? "0" : "-1"));
		next.focus();
	}

	function showPoint(point) {
		if (point) show(note, describe(point.chain, point.isFrontier));
	}
}
