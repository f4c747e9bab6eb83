// The graph of an audit: calls from top to bottom, with a lane for each value that is still needed.

import { panel, s, scroller } from "./dom.mjs";
import { sizeText, t } from "./messages.mjs";

const [ROW, LANE, LEFT, TOP, CHARACTER] = [30, 22, 14, 20, 7.4];
const INPUT = -1;

/** The lane of each node by id; a value keeps its lane until the last call that reads it. */
function lanesOf({ nodes, edges }) {
	const lastReader = new Map();
	for (const { from, to } of edges) lastReader.set(from, Math.max(to, lastReader.get(from) ?? to));
	const lanes = new Map([[INPUT, 0]]);
	// By lane: the node whose value it holds, or null.
	const held = [INPUT];
	for (const { id } of nodes) {
		for (const [lane, source] of held.entries()) if (source !== null && lastReader.get(source) === id) held[lane] = null;
		const before = edges.filter(({ to }) => to === id).map(({ from }) => lanes.get(from));
		const free = before.find((lane) => held[lane] === null) ?? (held.includes(null) ? held.indexOf(null) : held.length);
		lanes.set(id, free);
		held[free] = lastReader.has(id) ? id : null;
	}
	return lanes;
}

/** The panel of the graph; `failing` is the id of the call that fails, `showing` of the one where the error shows, or null. */
export function graphPanel(graph, { failing, showing }) {
	const lanes = lanesOf(graph);
	const row = new Map([INPUT, ...graph.nodes.map(({ id }) => id)].map((id, at) => [id, at]));
	const at = (id) => [LEFT + lanes.get(id) * LANE, TOP + row.get(id) * ROW];
	const right = LEFT + (Math.max(...lanes.values()) + 1) * LANE;
	const labels = [[INPUT, t("audit.graph.input")], ...graph.nodes.map((node) => [node.id, labelOf(node, failing, showing)])];
	const width = right + Math.max(...labels.map(([, label]) => label.length)) * CHARACTER + 16;
	const label = t("audit.graph");
	const drawing = s(
		"svg.graph",
		{ width, height: TOP + labels.length * ROW - 10, role: "img", "aria-label": t("audit.graph.label", { count: graph.nodes.length }) },
		graph.edges.map(edge),
		labels.map(([id, text]) => node(id, text)),
	);
	return panel("graph-section", label, scroller(label, drawing));

	/** Down the lane of its source, then across to its reader. */
	function edge({ from, to }) {
		const [[x, y], [endX, endY]] = [at(from), at(to)];
		const turn = endY - ROW;
		const d = `M${x} ${y}V${turn}C${x} ${turn + ROW / 2} ${endX} ${turn + ROW / 2} ${endX} ${endY}`;
		return s("path.edge", { d, "data-edge": `${from} ${to}` });
	}

	function node(id, text) {
		const [cx, cy] = at(id);
		const kind = id === failing ? "fails" : id === showing ? "shows" : null;
		return s("g.node", { class: kind, "data-node": id }, s("circle", { cx, cy, r: 6 }), s("text", { x: right, y: cy + 4 }, text));
	}
}

/** A call in words: its class, name, shape, and whether it fails. */
function labelOf({ id, class: kind, name, output_shape: shape }, failing, showing) {
	const size = id === failing ? `✕ ${t("audit.fails")}` : shape ? sizeText(shape.slice(1)) : "";
	return [kind, name, size, id === showing && id !== failing && t("audit.shows")].filter(Boolean).join("  ");
}
