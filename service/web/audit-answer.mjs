// The result of an audit: the verdict, the repairs as diffs, the trace layer by layer.

import { graphPanel } from "./audit-graph.mjs";
import { copyButton } from "./copy.mjs";
import { h, panel } from "./dom.mjs";
import { sizeText, t } from "./messages.mjs";
import { reasonElements } from "./reasons.mjs";

const MAX_SHOWN = 3; // repairs shown unfolded
const SIGNS = { fits: "✓", misses: "≠", breaks: "✕" };

/** The panels of the result; `takeRepair`, `takeShape`, `takeNetwork` and `undo` are the actions of its buttons. */
export const auditAnswer = (audit, actions) => [verdict(audit, actions), repairs(audit, actions), graph(audit), trace(audit)];

/** The calls as a graph; null for layers, which are a list, and if nothing was called. */
function graph(audit) {
	if (!audit.graph?.nodes.length) return null;
	return graphPanel(audit.graph, { failing: audit.fails_at, showing: audit.verdict === "fits" ? null : audit.layer });
}

function verdict(audit, { undo, takeNetwork }) {
	const { verdict: found, reasons, geometry, torch_error: torch } = audit;
	return h(
		"section.panel.verdict",
		{ class: found },
		h("h2", { tabindex: "-1" }, h("span", { "aria-hidden": "true" }, `${SIGNS[found]} `), t(`audit.verdict.${found}`)),
		reasonElements("p", reasons),
		geometry === false && h("p", t("audit.geometry")),
		torch && [h("h3", t("audit.torch")), h("pre.text", { lang: "en" }, torch)],
		audit.network && judgedNetwork(audit, takeNetwork),
		undo && h("p", h("button", { onclick: undo }, t("audit.undo"))),
	);
}

/** Which network of a source is judged, on which input, and the other networks with their verdicts. */
function judgedNetwork({ network, inputs, inputs_proposed: proposed, candidates, stubbed }, takeNetwork) {
	const place = ({ line }) => (line ? ` (${t("audit.line", { line })})` : "");
	const given = inputs.map(({ shape }) => sizeText(shape)).join(", ");
	const other = (each) => {
		const result = each.verdict ? t(`audit.verdict.${each.verdict}`) : t("audit.unmade");
		const take = each.verdict && h("button", { onclick: () => takeNetwork(each.expression), "aria-label": `${t("audit.take-network")}: ${each.expression}` }, t("audit.take-network"));
		return h("li", h("code", each.expression), `${place(each)}: ${result} `, take, each.raised && h("div.muted.small", { lang: "en" }, each.raised.message));
	};
	const others = candidates.filter(({ expression }) => expression !== network.expression);
	return h(
		"div.judged",
		h("p", t("audit.judged"), " ", h("code", network.expression), place(network)),
		h("p", t(proposed ? "audit.input.proposed" : "audit.input"), " ", h("span.number", given)),
		stubbed.length > 0 && h("p", t("audit.stubbed"), " ", stubbed.join(", ")),
		others.length > 0 && h("details", h("summary", t("audit.candidates", { count: others.length })), h("ul", others.map(other))),
	);
}

function trace(audit) {
	const head = ["layer", "shapes", "arithmetic"].map((name) => h("th", { scope: "col" }, t(`audit.column.${name}`)));
	const names = audit.network ? audit.trace.map(callName) : audit.layers.map((layer) => [h("code", layer.op)]);
	const rows = names.map((name, index) => row(audit, name, audit.trace[index], index));
	return panel("layers", t("audit.trace"), h("table.trace", h("thead", h("tr", head)), h("tbody", rows)));
}

/** A module with its qualified name, or a function. */
const callName = ({ op, name, class: kind }) => [h("code", op === "module" ? kind : op), name && h("div.muted.small", name)];

function row(audit, name, step, index) {
	const kind = index === audit.fails_at ? "fails" : index === audit.layer && audit.verdict !== "fits" ? "shows" : null;
	const shapes = step && `${sizeText(step.input_shape)} → ${step.output_shape ? sizeText(step.output_shape) : "✕"}`;
	const line = step?.line && h("div.muted.small", t("audit.line", { line: step.line }));
	const arithmetic = [...new Set(step?.arithmetic)].map((line) => h("div.mono", line));
	const warnings = new Map(step?.reasons.map((reason) => [JSON.stringify([reason.code, reason.facts]), reason]));
	return h(
		"tr",
		{ class: kind },
		h("th", { scope: "row" }, `${index} `, name, kind && h("strong", t(`audit.${kind}`)), line),
		h("td.number", shapes ?? h("span.muted", t("audit.unreached"))),
		h("td", arithmetic, reasonElements("div.small.warning", [...warnings.values()])),
	);
}

function repairs(audit, actions) {
	if (!audit.repairs.length) return audit.verdict === "fits" ? null : nearest(audit.nearest ?? {}, actions);
	const items = audit.repairs.map((each) => h("li", repair(each, actions)));
	const remaining = items.splice(MAX_SHOWN);
	const more = h("details", h("summary", t("audit.repairs.more", { count: remaining.length })), h("ol.repairs", { start: MAX_SHOWN + 1 }, remaining));
	const sizes = audit.nearest?.input_shapes.length > 0 && nearestSizes(audit.nearest, actions);
	return panel("repairs-section", t("audit.repairs"), h("ol.repairs", items), remaining.length > 0 && more, sizes);
}

/** One repair: its changes line by line, why they work and what they cost, the shapes, and how torch ran it. */
function repair(each, { takeRepair }) {
	const { reasons, input_shape: input, output_shape: output, run, why, costs } = each;
	const lines = diffLines(each);
	return [
		reasonElements("p.summary", reasons),
		diffBlock(lines),
		why.length > 0 && h("div.why", why.map((formula) => h("div.mono.small", formula))),
		costText(costs) && h("p.muted.small", costText(costs)),
		h(
			"p.row",
			h("button.main", { onclick: () => takeRepair(each) }, t("audit.take")),
			copyButton(t("audit.copy"), lines.join("\n")),
			h("span.number", `${sizeText(input)} → ${sizeText(output)}`),
			h("span.muted.small", t(`audit.run.${run}`)),
		),
	];
}

/** The unified diff without its end, or for layers each change as a removed and an added line. */
const diffLines = ({ diff, changes }) => (diff ? diff.split("\n").slice(0, -1) : changes.flatMap(changeLines));

/** The figures that a repair changes. */
function costText(costs) {
	const differing = Object.entries(costs).filter(([, { before, after }]) => before !== null && JSON.stringify(before) !== JSON.stringify(after));
	const shown = (value) => (value === null ? t("audit.cost.all") : [value].flat().join(" × "));
	return differing.map(([name, { before, after }]) => `${t(`audit.cost.${name}`)} ${shown(before)} → ${shown(after)}`).join("; ");
}

/** The lines of a diff without the names of its files. */
function diffBlock(all) {
	const lines = all.filter((line) => !/^(---|\+\+\+) /.test(line));
	const kinds = { "+": "added", "-": "removed", "@": "muted" };
	return h("pre.diff.text", lines.map((line) => h("span", { class: kinds[line[0]] }, `${line}\n`)));
}

function changeLines({ index, field, from, to }) {
	const place = [index < 0 ? null : `layers[${index}]`, field === "layer" ? null : field].filter(Boolean).join(".");
	const line = (sign, value) => (value === null && field === "layer" ? [] : [`${sign}${place} = ${JSON.stringify(value)}`]);
	return [...line("-", from), ...line("+", to)];
}

/** The nearest inputs that fit, and what they are multiples of. */
function nearestSizes({ input_shapes: inputs, output_shapes: outputs, multiples }, { takeShape }) {
	const use = (shape, place) =>
		h("li", h("button", { onclick: () => takeShape(shape) }, t("audit.use", { shape: sizeText(shape) })), ` → ${sizeText(outputs[place])}`);
	return [
		h("p", t("audit.nearest")),
		h("ul", inputs.map(use)),
		multiples?.some((each) => each > 1) && h("p.muted.small", t("audit.multiples", { multiples: multiples.join(" × ") })),
	];
}

/** If there is no repair: the nearest inputs that fit, and a link to a design that fits. */
function nearest(found, actions) {
	const { input_shapes: inputs = [], design } = found;
	const { address } = actions;
	const params = Object.fromEntries(Object.entries(design ?? {}).map(([name, value]) => [name, [value].flat().join("x")]));
	const open = design && h("a", { href: address(params, "design") }, t("audit.design.open", { shape: sizeText([design.resolution].flat()) }));
	return panel(
		"repairs-section",
		t("audit.nothing"),
		inputs.length > 0 && nearestSizes(found, actions),
		open && h("p", t("audit.design"), " ", open),
	);
}
