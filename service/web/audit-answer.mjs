// What an audit found: the verdict, the trace layer by layer, repairs as diffs, the way back.

import { h } from "./dom.mjs";
import { sizeText } from "./words.mjs";

const SHOWN = 3; // repairs that are seen at once
const SIGNS = { fits: "✓", misses: "≠", breaks: "✕" };

/** The answer as panels; `take`, `useShape` and `useLayers` are what its buttons do. */
export function auditAnswer(audit, doing) {
  return [verdict(audit, doing), repairs(audit, doing), trace(audit, doing), adapted(audit, doing), mirror(audit, doing)];
}

/** Sentences of the service come in English, whatever the page speaks. */
const told = (text, fields = {}) => h("p", { lang: "en", ...fields }, text);

function verdict(audit, { words }) {
  const title = [h("span", { "aria-hidden": "true", class: "sign" }, SIGNS[audit.verdict]), words(`audit.verdict.${audit.verdict}`)];
  return h(
    "section",
    { class: `panel verdict ${audit.verdict}` },
    h("h2", { tabindex: "-1" }, title),
    told(audit.reason),
    audit.about_error ? told(audit.about_error) : null,
    audit.geometry === false ? h("p", null, words("audit.geometry")) : null,
    audit.torch_error ? [h("h3", null, words("audit.torch")), h("pre", { lang: "en", class: "code", tabindex: "0", "aria-label": words("audit.torch") }, audit.torch_error)] : null,
  );
}

function trace(audit, { words }) {
  const head = ["layer", "shapes", "arithmetic"].map((name) => h("th", { scope: "col" }, words(`audit.column.${name}`)));
  const rows = audit.layers.map((layer, index) => row(audit, layer, audit.trace[index], index, words));
  return h(
    "section",
    { class: "panel" },
    h("h2", null, words("audit.trace")),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words("audit.trace") }, h("table", { class: "trace" }, h("thead", null, h("tr", null, head)), h("tbody", null, rows))),
  );
}

/** Each sentence once: axes that are alike say the same. */
const distinct = (lines = []) => [...new Set(lines)];

function row(audit, layer, step, index, words) {
  const fails = index === audit.fails_at;
  const shows = !fails && index === audit.layer && audit.verdict !== "fits";
  const mark = fails ? "audit.fails" : shows ? "audit.shows" : null;
  const shapes = step && [sizeText(step.input_shape), " → ", step.output_shape ? sizeText(step.output_shape) : "✕"];
  return h(
    "tr",
    { class: fails ? "fails" : shows ? "shows" : step ? null : "unreached", "data-index": index },
    h("th", { scope: "row" }, `${index} `, h("code", null, layer.op), mark ? h("strong", null, words(mark)) : null),
    h("td", { class: "number" }, shapes ?? h("span", { class: "muted" }, words("audit.unreached"))),
    h(
      "td",
      null,
      distinct(step?.arithmetic).map((line) => h("div", { class: "mono" }, line)),
      distinct(step?.warnings).map((line) => h("div", { class: "small warning", lang: "en" }, line)),
    ),
  );
}

function repairs(audit, doing) {
  const { words } = doing;
  if (audit.verdict === "fits") return null;
  if (!audit.repairs.length) return nearest(audit, doing);
  const items = audit.repairs.map((each) => h("li", null, repair(each, doing)));
  const more = items.splice(SHOWN);
  return h(
    "section",
    { class: "panel" },
    h("h2", null, words("audit.repairs")),
    h("ol", { class: "repairs" }, items),
    more.length ? h("details", null, h("summary", null, words("audit.repairs.more", { count: more.length })), h("ol", { class: "repairs", start: SHOWN + 1 }, more)) : null,
  );
}

/** One repair: what it changes, line by line, what comes out, how far torch has run it. */
function repair(each, { words, take }) {
  const { output_shape: output, input_shape: input } = each;
  return [
    told(each.summary, { class: "summary" }),
    difference(each, words),
    h(
      "p",
      { class: "row" },
      each.changes.length ? h("button", { type: "button", class: "main", onclick: () => take(each) }, words("audit.take")) : null,
      h("span", { class: "number" }, `${sizeText(input)} → ${sizeText(output)}`),
      h("span", { class: "muted small" }, words(`audit.run.${each.run}`)),
    ),
  ];
}

/** The diff, or where there is none, each change as a line that goes and a line that comes. */
function difference({ diff, changes }, words) {
  const lines = diff ? diff.split("\n").slice(2, -1) : changes.flatMap(changeLines);
  if (!lines.length) return null;
  const kinds = { "+": "added", "-": "removed", "@": "muted" };
  return h("pre", { class: "code diff", tabindex: "0", "aria-label": words("audit.diff") }, lines.map((line) => h("span", { class: kinds[line[0]] ?? null }, `${line}\n`)));
}

function changeLines({ index, field, from, to }) {
  const place = index < 0 ? "" : `layers[${index}]`;
  const name = field === "layer" ? place : [place, field].filter(Boolean).join(".");
  const line = (sign, value) => (value === null && field === "layer" ? [] : [`${sign}${name} = ${JSON.stringify(value)}`]);
  return [...line("-", from), ...line("+", to)];
}

function nearest(audit, { words, useShape, address }) {
  const { input_shapes: inputs = [], output_shapes: outputs = [], design } = audit.nearest ?? {};
  const use = (shape, place) =>
    h("li", null, h("button", { type: "button", onclick: () => useShape(shape) }, words("audit.use", { shape: sizeText(shape) })), " ", h("span", { class: "muted number" }, `→ ${sizeText(outputs[place])}`));
  return h(
    "section",
    { class: "panel" },
    h("h2", null, words("audit.nothing")),
    inputs.length ? [h("p", null, words("audit.nearest")), h("ul", { class: "plain" }, inputs.map(use))] : null,
    design ? designOffer(design, words, address) : null,
  );
}

/** A brief that would do: its scalar fields are an address of the design view. */
function designOffer(design, words, address) {
  const scalars = Object.entries(design).filter(([, value]) => value !== null && (Array.isArray(value) || typeof value !== "object"));
  const params = Object.fromEntries(scalars.map(([name, value]) => [name, [value].flat().join("x")]));
  return h("p", null, words("audit.design"), " ", h("a", { href: address(params, "design") }, words("audit.design.open", { shape: sizeText([design.resolution].flat()) })));
}

function adapted(audit, doing) {
  const { words } = doing;
  if (!audit.adapted) return null;
  const unchanged = audit.adapted.changes.length ? null : h("p", null, words("audit.adapted.same"));
  return h("section", { class: "panel adapted" }, h("h2", null, words("audit.adapted")), unchanged, unchanged ? null : repair(audit.adapted, doing));
}

function mirror(audit, { words, useLayers }) {
  if (!audit.mirror) return null;
  const lines = audit.mirror.map((layer) => h("li", null, h("code", null, JSON.stringify(layer))));
  return h(
    "section",
    { class: "panel mirror" },
    h("h2", null, words("audit.mirrored")),
    h("ol", { class: "layers", start: 0 }, lines),
    audit.mirror_left_out.map((line) => told(line, { class: "muted" })),
    audit.mirror.length ? h("p", null, h("button", { type: "button", onclick: () => useLayers(audit.mirror, audit.output_shape) }, words("audit.mirror.use"))) : null,
  );
}
