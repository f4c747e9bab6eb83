// The alternatives: a scatter plot of the chains from /v1/chains by cost, with the frontier marked.

import { chainText } from "./brief.mjs";
import { h, s, show } from "./dom.mjs";
import { sizesText, t } from "./messages.mjs";
import { axisOf, drawGrid, frameIn, pointMark } from "./plot-frame.mjs";

const HEIGHT = 300;

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

function pointText(chain, isFrontier) {
	const kernels = chain.windows.map(({ kernel_size: kernel }) => kernel[0]).join(", ");
	const facts = { sizes: sizesText(chain.sizes), kernels, parameters: chain.parameters, work: chain.multiply_adds, departure: chain.departure };
	return [t("scatter.point", facts), t(chain.even_overlap ? "scatter.even" : "scatter.risk"), isFrontier && t("scatter.marked")].filter(Boolean).join(" ");
}

/**
 * Draw chains in `root`; `windows` is the current chain, `take(chain, isBest)` is called on a
 * selection, `costs` says what both axes are the costs of, if not of the design.
 */
export function drawScatterPlot(root, { chains, frontier, windows, take, costs = "" }) {
	const points = pointsOf(chains, frontier);
	const frame = frameIn(root, 640, HEIGHT);
	const current = windows && chainText(windows);
	const xAxis = axisOf(points.map(({ chain }) => chain.parameters), frame.left, frame.right, true);
	const yAxis = axisOf(points.map(({ chain }) => chain.multiply_adds), frame.bottom, frame.top, true);
	const note = h("p.readout.small", { "aria-hidden": "true" });
	const currentIndex = points.findIndex(({ chain }) => chainText(chain.windows) === current);
	const marks = points.map((point, at) => mark(point, at));
	const activeIndex = Math.max(0, currentIndex);
	marks[activeIndex]?.setAttribute("tabindex", "0");
	showPoint(points[activeIndex]);
	const grid = drawGrid(frame, [xAxis, yAxis], [axisName("scatter.across"), axisName("scatter.up")]);
	show(root, s("svg.scatter", { width: frame.width, height: HEIGHT, role: "group", "aria-label": t("scatter.label") }, checkers(), grid, drawingOrder(marks)), note);

	/** Draw the frontier and the current chain last, on top of the others. */
	function drawingOrder(all) {
		const rank = (at) => (at === currentIndex ? 2 : Number(points[at].isFrontier));
		return all.toSorted((one, two) => rank(Number(one.dataset.at)) - rank(Number(two.dataset.at)));
	}

	/** The filling of points with uneven overlap. */
	function checkers() {
		const pattern = s("pattern", { id: "checkers", width: 4, height: 4, patternUnits: "userSpaceOnUse" }, s("path", { d: "M0 0h4v4h-4z" }), s("path.dark", { d: "M0 0h2v2h-2zM2 2h2v2h-2z" }));
		return s("defs", pattern);
	}

	function axisName(key) {
		return [t(key), costs].filter(Boolean).join(" ");
	}

	function mark(point, at) {
		const { chain, isFrontier } = point;
		const [x, y] = [xAxis.at(chain.parameters), yAxis.at(chain.multiply_adds)];
		const size = isFrontier ? 6.5 : 4.5;
		const shape = isFrontier
			? s("path", { d: `M${x - size} ${y}L${x} ${y - size}L${x + size} ${y}L${x} ${y + size}z` })
			: s("circle", { cx: x, cy: y, r: size });
		return pointMark(
			`g.point${isFrontier ? ".frontier" : ""}${chain.even_overlap === false ? ".uneven" : ""}${at === currentIndex ? ".current" : ""}`,
			[x, y],
			{
				"data-at": at,
				"aria-pressed": String(at === currentIndex),
				"aria-label": sentence(point),
				onpointerleave: () => showPoint(points[activeIndex]),
				light: () => showPoint(point),
				take: () => take(chain, point.best),
				marks: () => marks,
			},
			at === currentIndex && s("circle.ring", { cx: x, cy: y, r: 11 }),
			shape,
		);
	}

	function showPoint(point) {
		if (point) show(note, sentence(point));
	}

	function sentence({ chain, isFrontier }) {
		return pointText(chain, isFrontier) + (costs && ` ${t("scatter.other-costs")}`);
	}
}
