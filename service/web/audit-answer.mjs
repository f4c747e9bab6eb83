// What an audit found: the verdict, repairs as diffs, the trace layer by layer.

import { h, panel } from "./dom.mjs";
import { sizeText, words } from "./words.mjs";

const SHOWN = 3; // repairs that are seen at once
const SIGNS = { fits: "✓", misses: "≠", breaks: "✕" };

/** The answer as panels; `takeRepair` and `takeShape` are what its buttons do. */
export const auditAnswer = (audit, doing) => [verdict(audit), repairs(audit, doing), trace(audit)];

/** Sentences of the service come in English, whatever the page speaks. */
const told = (text, name = null) => text && h("p", { class: name, lang: "en" }, text);

function verdict({ verdict: found, reason, about_error: about, geometry, torch_error: torch }) {
	return h(
		"section.panel.verdict",
		{ class: found },
		h("h2", { tabindex: "-1" }, h("span", { "aria-hidden": "true" }, `${SIGNS[found]} `), words(`audit.verdict.${found}`)),
		told(reason),
		told(about),
		geometry === false && h("p", words("audit.geometry")),
		torch && [h("h3", words("audit.torch")), h("pre.text", { lang: "en" }, torch)],
	);
}

function trace(audit) {
	const head = ["layer", "shapes", "arithmetic"].map((name) => h("th", { scope: "col" }, words(`audit.column.${name}`)));
	const rows = audit.layers.map((layer, index) => row(audit, layer, audit.trace[index], index));
	return panel("layers", words("audit.trace"), h("table.trace", h("thead", h("tr", head)), h("tbody", rows)));
}

function row(audit, layer, step, index) {
	const kind = index === audit.fails_at ? "fails" : index === audit.layer && audit.verdict !== "fits" ? "shows" : null;
	const shapes = step && `${sizeText(step.input_shape)} → ${step.output_shape ? sizeText(step.output_shape) : "✕"}`;
	const line = step?.line && h("div.muted.small", words("audit.line", { line: step.line }));
	const lines = (sentences = [], fields) => [...new Set(sentences)].map((line) => h("div", fields, line));
	return h(
		"tr",
		{ class: kind },
		h("th", { scope: "row" }, `${index} `, h("code", layer.op), kind && h("strong", words(`audit.${kind}`)), line),
		h("td.number", shapes ?? h("span.muted", words("audit.unreached"))),
		h("td", lines(step?.arithmetic, { class: "mono" }), lines(step?.warnings, { class: "small warning", lang: "en" })),
	);
}

function repairs(audit, doing) {
	if (audit.verdict === "fits") return null;
	if (!audit.repairs.length) return nearest(audit.nearest ?? {}, doing);
	const items = audit.repairs.map((each) => h("li", repair(each, doing)));
	const rest = items.splice(SHOWN);
	const more = h("details", h("summary", words("audit.repairs.more", { count: rest.length })), h("ol.repairs", { start: SHOWN + 1 }, rest));
	return panel("mending", words("audit.repairs"), h("ol.repairs", items), rest.length > 0 && more);
}

/** One repair: what it changes, line by line, what comes out, how far torch has run it. */
function repair(each, { takeRepair }) {
	const { summary, input_shape: input, output_shape: output, run } = each;
	return [
		told(summary, "summary"),
		difference(each),
		h(
			"p.row",
			h("button.main", { onclick: () => takeRepair(each) }, words("audit.take")),
			h("span.number", `${sizeText(input)} → ${sizeText(output)}`),
			h("span.muted.small", words(`audit.run.${run}`)),
		),
	];
}

/** The diff, or where there is none, each change as a line that goes and a line that comes. */
function difference({ diff, changes }) {
	const lines = diff ? diff.split("\n").slice(2, -1) : changes.flatMap(changeLines);
	const kinds = { "+": "added", "-": "removed", "@": "muted" };
	return h("pre.diff", lines.map((line) => h("span", { class: kinds[line[0]] }, `${line}\n`)));
}

function changeLines({ index, field, from, to }) {
	const place = [index < 0 ? null : `layers[${index}]`, field === "layer" ? null : field].filter(Boolean).join(".");
	const line = (sign, value) => (value === null && field === "layer" ? [] : [`${sign}${place} = ${JSON.stringify(value)}`]);
	return [...line("-", from), ...line("+", to)];
}

/** Where nothing small helps: inputs that are served, and a brief as an address of the design view. */
function nearest({ input_shapes: inputs = [], output_shapes: outputs = [], design }, { takeShape, address }) {
	const use = (shape, place) =>
		h("li", h("button", { onclick: () => takeShape(shape) }, words("audit.use", { shape: sizeText(shape) })), ` → ${sizeText(outputs[place])}`);
	const params = Object.fromEntries(Object.entries(design ?? {}).map(([name, value]) => [name, [value].flat().join("x")]));
	const open = design && h("a", { href: address(params, "design") }, words("audit.design.open", { shape: sizeText([design.resolution].flat()) }));
	return panel(
		"mending",
		words("audit.nothing"),
		inputs.length > 0 && [h("p", words("audit.nearest")), h("ul", inputs.map(use))],
		open && h("p", words("audit.design"), " ", open),
	);
}
