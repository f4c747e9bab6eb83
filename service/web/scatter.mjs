// The alternatives: every chain of an answer of /v1/chains by what it costs, the frontier marked.

import { chainText } from "./brief.mjs";
import { h, s, show } from "./dom.mjs";
import { chainSizes, language, words } from "./words.mjs";

const TALL = 300;
const EDGE = { left: 62, right: 14, top: 12, bottom: 42 };

/** The chains of an answer, one for each pair of costs: the best-ranked; by parameters. */
function pointsOf(chains, frontier) {
	const points = new Map();
	const add = (chain, marked) => {
		const key = `${chain.parameters} ${chain.multiply_adds}`;
		const before = points.get(key);
		if (!before) points.set(key, { chain, marked, best: chain === chains[0] });
		else before.marked ||= marked;
	};
	chains.forEach((chain) => add(chain, false));
	frontier.forEach((chain) => add(chain, true));
	return [...points.values()].sort((one, two) => one.chain.parameters - two.chain.parameters || one.chain.multiply_adds - two.chain.multiply_adds);
}

/** Round numbers for a logarithmic axis: 1, 2 and 5 times powers of ten, at most five. */
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

function sentence(chain, marked) {
	const kernels = chain.windows.map(({ kernel_size: kernel }) => kernel[0]).join(", ");
	const facts = { sizes: chainSizes(chain.sizes), kernels, parameters: chain.parameters, work: chain.multiply_adds, departure: chain.departure };
	return words("scatter.point", facts) + (marked ? ` ${words("scatter.marked")}` : "");
}

/** Draw chains in `root`, `windows` the one that is taken now; `take(chain, isBest)` hears which chain is wanted; `say(chain, marked)` is its sentence. */
export function showScatter(root, { chains, frontier, windows, take, say = sentence }) {
	const points = pointsOf(chains, frontier);
	const wide = Math.min(640, Math.max(280, root.clientWidth));
	const current = windows && chainText(windows);
	const brief = new Intl.NumberFormat(language.tag, { notation: "compact", maximumFractionDigits: 1 });
	const [left, right, top, bottom] = [EDGE.left, wide - EDGE.right, EDGE.top, TALL - EDGE.bottom];
	const across = axis(points.map(({ chain }) => chain.parameters), left, right);
	const up = axis(points.map(({ chain }) => chain.multiply_adds), bottom, top);
	const note = h("p.readout.small", { "aria-hidden": "true" });
	const now = points.findIndex(({ chain }) => chainText(chain.windows) === current);
	const marks = points.map((point, at) => mark(point, at));
	const start = Math.max(0, now);
	marks[start]?.setAttribute("tabindex", "0");
	tell(points[start]);
	show(root, s("svg.scatter", { width: wide, height: TALL, role: "group", "aria-label": words("scatter.label") }, grid(), order(marks)), note);

	/** Frontier and current chain are drawn last, so that nothing hides them. */
	function order(all) {
		const rank = (at) => (at === now ? 2 : Number(points[at].marked));
		return all.toSorted((one, two) => rank(Number(one.dataset.at)) - rank(Number(two.dataset.at)));
	}

	function grid() {
		const text = (x, y, anchor, label) => s("text", { x, y, "text-anchor": anchor }, label);
		return [
			across.ticks.map((tick) => {
				const x = across.at(tick);
				return [s("path.grid", { d: `M${x} ${top}V${bottom}` }), text(x, bottom + 16, "middle", brief.format(tick))];
			}),
			up.ticks.map((tick) => {
				const y = up.at(tick);
				return [s("path.grid", { d: `M${left} ${y}H${right}` }), text(left - 6, y + 4, "end", brief.format(tick))];
			}),
			text((left + right) / 2, TALL - 6, "middle", words("scatter.across")),
			s("g", { transform: `translate(12 ${(bottom + top) / 2}) rotate(-90)` }, text(0, 0, "middle", words("scatter.up"))),
		];
	}

	function mark(point, at) {
		const { chain, marked } = point;
		const [x, y] = [across.at(chain.parameters), up.at(chain.multiply_adds)];
		const size = marked ? 6.5 : 4.5;
		const shape = marked
			? s("path", { d: `M${x - size} ${y}L${x} ${y - size}L${x + size} ${y}L${x} ${y + size}z` })
			: s("circle", { cx: x, cy: y, r: size });
		return s(
			`g.point${marked ? ".frontier" : ""}${at === now ? ".now" : ""}`,
			{
				role: "button",
				tabindex: "-1",
				"data-at": at,
				"aria-pressed": String(at === now),
				"aria-label": say(chain, marked),
				onpointerenter: () => tell(point),
				onpointerleave: () => tell(points[start]),
				onfocus: () => tell(point),
				onclick: () => take(chain, point.best),
				onkeydown: (event) => key(event, at),
			},
			s("circle.hit", { cx: x, cy: y, r: 12 }),
			at === now && s("circle.ring", { cx: x, cy: y, r: 11 }),
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

	function tell(point) {
		if (point) show(note, say(point.chain, point.marked));
	}
}
