// The result of an audit: the verdict, the repairs as diffs, the trace layer by layer.

import { h, panel } from "./dom.mjs";
import { sizeText, t } from "./messages.mjs";
import { reasonElements } from "./reasons.mjs";

const MAX_SHOWN = 3; // repairs shown unfolded
const SIGNS = { fits: "✓", misses: "≠", breaks: "✕" };

/** The panels of the result; `takeRepair` and `takeShape` are the actions of its buttons. */
export const auditAnswer = (audit, actions) => [verdict(audit), repairs(audit, actions), trace(audit)];

function verdict({ verdict: found, reasons, geometry, torch_error: torch }) {
	return h(
		"section.panel.verdict",
		{ class: found },
		h("h2", { tabindex: "-1" }, h("span", { "aria-hidden": "true" }, `${SIGNS[found]} `), t(`audit.verdict.${found}`)),
		reasonElements("p", reasons),
		geometry === false && h("p", t("audit.geometry")),
		torch && [h("h3", t("audit.torch")), h("pre.text", { lang: "en" }, torch)],
	);
}

function trace(audit) {
	const head = ["layer", "shapes", "arithmetic"].map((name) => h("th", { scope: "col" }, t(`audit.column.${name}`)));
	const rows = audit.layers.map((layer, index) => row(audit, layer, audit.trace[index], index));
	return panel("layers", t("audit.trace"), h("table.trace", h("thead", h("tr", head)), h("tbody", rows)));
}

function row(audit, layer, step, index) {
	const kind = index === audit.fails_at ? "fails" : index === audit.layer && audit.verdict !== "fits" ? "shows" : null;
	const shapes = step && `${sizeText(step.input_shape)} → ${step.output_shape ? sizeText(step.output_shape) : "✕"}`;
	const line = step?.line && h("div.muted.small", t("audit.line", { line: step.line }));
	const arithmetic = [...new Set(step?.arithmetic)].map((line) => h("div.mono", line));
	const warnings = new Map(step?.reasons.map((reason) => [JSON.stringify([reason.code, reason.facts]), reason]));
	return h(
		"tr",
		{ class: kind },
		h("th", { scope: "row" }, `${index} `, h("code", layer.op), kind && h("strong", t(`audit.${kind}`)), line),
		h("td.number", shapes ?? h("span.muted", t("audit.unreached"))),
		h("td", arithmetic, reasonElements("div.small.warning", [...warnings.values()])),
	);
}

function repairs(audit, actions) {
	if (audit.verdict === "fits") return null;
	if (!audit.repairs.length) return nearest(audit.nearest ?? {}, actions);
	const items = audit.repairs.map((each) => h("li", repair(each, actions)));
	const remaining = items.splice(MAX_SHOWN);
	const more = h("details", h("summary", t("audit.repairs.more", { count: remaining.length })), h("ol.repairs", { start: MAX_SHOWN + 1 }, remaining));
	return panel("repairs-section", t("audit.repairs"), h("ol.repairs", items), remaining.length > 0 && more);
}

/** One repair: its changes line by line, the resulting shapes, and how torch ran it. */
function repair(each, { takeRepair }) {
	const { reasons, input_shape: input, output_shape: output, run } = each;
	return [
		reasonElements("p.summary", reasons),
		diffBlock(each),
		h(
			"p.row",
			h("button.main", { onclick: () => takeRepair(each) }, t("audit.take")),
			h("span.number", `${sizeText(input)} → ${sizeText(output)}`),
			h("span.muted.small", t(`audit.run.${run}`)),
		),
	];
}

/** The diff, or for layers each change as a removed and an added line. */
function diffBlock({ diff, changes }) {
	const lines = diff ? diff.split("\n").slice(2, -1) : changes.flatMap(changeLines);
	const kinds = { "+": "added", "-": "removed", "@": "muted" };
	return h("pre.diff", lines.map((line) => h("span", { class: kinds[line[0]] }, `${line}\n`)));
}

function changeLines({ index, field, from, to }) {
	const place = [index < 0 ? null : `layers[${index}]`, field === "layer" ? null : field].filter(Boolean).join(".");
	const line = (sign, value) => (value === null && field === "layer" ? [] : [`${sign}${place} = ${JSON.stringify(value)}`]);
	return [...line("-", from), ...line("+", to)];
}

/** If there is no repair: the nearest inputs that fit, and a link to a design that fits. */
function nearest({ input_shapes: inputs = [], output_shapes: outputs = [], design }, { takeShape, address }) {
	const use = (shape, place) =>
		h("li", h("button", { onclick: () => takeShape(shape) }, t("audit.use", { shape: sizeText(shape) })), ` → ${sizeText(outputs[place])}`);
	const params = Object.fromEntries(Object.entries(design ?? {}).map(([name, value]) => [name, [value].flat().join("x")]));
	const open = design && h("a", { href: address(params, "design") }, t("audit.design.open", { shape: sizeText([design.resolution].flat()) }));
	return panel(
		"repairs-section",
		t("audit.nothing"),
		inputs.length > 0 && [h("p", t("audit.nearest")), h("ul", inputs.map(use))],
		open && h("p", t("audit.design"), " ", open),
	);
}
