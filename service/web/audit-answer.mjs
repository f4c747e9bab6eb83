// What an audit found: the verdict, repairs as diffs, the trace layer by layer.

import { h } from "./dom.mjs";
import { sizeText } from "./words.mjs";

const SHOWN = 3; // repairs that are seen at once
const SIGNS = { fits: "✓", misses: "≠", breaks: "✕" };

/** The answer as panels; `takeRepair` and `takeShape` are what its buttons do. */
export const auditAnswer = (audit, doing) => [verdict(audit, doing), repairs(audit, doing), trace(audit, doing)];

const panel = (title, ...children) => h("section", { class: "panel" }, h("h2", null, title), children);

/** Sentences of the service come in English, whatever the page speaks. */
const told = (text, fields = {}) => (text ? h("p", { lang: "en", ...fields }, text) : null);

function verdict(audit, { words }) {
  const { verdict: found, reason, about_error: about, geometry, torch_error: torch } = audit;
  return h(
    "section",
    { class: `panel verdict ${found}` },
    h("h2", { tabindex: "-1" }, h("span", { "aria-hidden": "true" }, `${SIGNS[found]} `), words(`audit.verdict.${found}`)),
    told(reason),
    told(about),
    geometry === false ? h("p", null, words("audit.geometry")) : null,
    torch ? [h("h3", null, words("audit.torch")), h("pre", { lang: "en", class: "text" }, torch)] : null,
  );
}

function trace(audit, { words }) {
  const head = ["layer", "shapes", "arithmetic"].map((name) => h("th", { scope: "col" }, words(`audit.column.${name}`)));
  const rows = audit.layers.map((layer, index) => row(audit, layer, audit.trace[index], index, words));
  return panel(words("audit.trace"), h("table", { class: "trace" }, h("thead", null, h("tr", null, head)), h("tbody", null, rows)));
}

function row(audit, layer, step, index, words) {
  const kind = index === audit.fails_at ? "fails" : index === audit.layer && audit.verdict !== "fits" ? "shows" : null;
  const shapes = step && `${sizeText(step.input_shape)} → ${step.output_shape ? sizeText(step.output_shape) : "✕"}`;
  const line = step?.line ? h("div", { class: "muted small" }, words("audit.line", { line: step.line })) : null;
  const lines = (sentences = [], fields) => [...new Set(sentences)].map((line) => h("div", fields, line));
  return h(
    "tr",
    { class: kind },
    h("th", { scope: "row" }, `${index} `, h("code", null, layer.op), kind ? h("strong", null, words(`audit.${kind}`)) : null, line),
    h("td", { class: "number" }, shapes ?? h("span", { class: "muted" }, words("audit.unreached"))),
    h("td", null, lines(step?.arithmetic, { class: "mono" }), lines(step?.warnings, { class: "small warning", lang: "en" })),
  );
}

function repairs(audit, doing) {
  const { words } = doing;
  if (audit.verdict === "fits") return null;
  if (!audit.repairs.length) return nearest(audit.nearest ?? {}, doing);
  const items = audit.repairs.map((each) => h("li", null, repair(each, doing)));
  const rest = items.splice(SHOWN);
  const more = h("details", null, h("summary", null, words("audit.repairs.more", { count: rest.length })), h("ol", { class: "repairs", start: SHOWN + 1 }, rest));
  return panel(words("audit.repairs"), h("ol", { class: "repairs" }, items), rest.length ? more : null);
}

/** One repair: what it changes, line by line, what comes out, how far torch has run it. */
function repair(each, { words, takeRepair }) {
  const { summary, input_shape: input, output_shape: output, run } = each;
  return [
    told(summary, { class: "summary" }),
    difference(each),
    h(
      "p",
      { class: "row" },
      h("button", { type: "button", class: "main", onclick: () => takeRepair(each) }, words("audit.take")),
      h("span", { class: "number" }, `${sizeText(input)} → ${sizeText(output)}`),
      h("span", { class: "muted small" }, words(`audit.run.${run}`)),
    ),
  ];
}

/** The diff, or where there is none, each change as a line that goes and a line that comes. */
function difference({ diff, changes }) {
  const lines = diff ? diff.split("\n").slice(2, -1) : changes.flatMap(changeLines);
  const kinds = { "+": "added", "-": "removed", "@": "muted" };
  return h("pre", { class: "text diff" }, lines.map((line) => h("span", { class: kinds[line[0]] }, `${line}\n`)));
}

function changeLines({ index, field, from, to }) {
  const place = [index < 0 ? null : `layers[${index}]`, field === "layer" ? null : field].filter(Boolean).join(".");
  const line = (sign, value) => (value === null && field === "layer" ? [] : [`${sign}${place} = ${JSON.stringify(value)}`]);
  return [...line("-", from), ...line("+", to)];
}

/** Where nothing small helps: inputs that are served, and a brief as an address of the design view. */
function nearest({ input_shapes: inputs = [], output_shapes: outputs = [], design }, { words, takeShape, address }) {
  const use = (shape, place) =>
    h("li", null, h("button", { type: "button", onclick: () => takeShape(shape) }, words("audit.use", { shape: sizeText(shape) })), ` → ${sizeText(outputs[place])}`);
  const params = Object.fromEntries(Object.entries(design ?? {}).map(([name, value]) => [name, [value].flat().join("x")]));
  return panel(
    words("audit.nothing"),
    inputs.length ? [h("p", null, words("audit.nearest")), h("ul", null, inputs.map(use))] : null,
    design ? h("p", null, words("audit.design"), " ", h("a", { href: address(params, "design") }, words("audit.design.open", { shape: sizeText([design.resolution].flat()) }))) : null,
  );
}
