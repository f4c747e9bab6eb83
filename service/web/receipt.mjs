// The receipt: every check with its predicted and its measured value, grouped by what it proves.

import { facts, h, panel, scroller } from "./dom.mjs";
import { badge, notRun, refuted } from "./summary.mjs";
import { t } from "./messages.mjs";
import { reasonElements } from "./reasons.mjs";

const MAX_INLINE_LENGTH = 42;

/** Groups of checks by what they prove, with the names that belong to each; all others are of the behaviour. */
const GROUPS = {
	text: /^(text|design)\.|^run$/,
	layers: /\.(layers|parameters.*|structure|shapes|sizes|values_at_sizes|tensors)$/,
	behaviour: null,
	training: /\.(gradients|second_derivatives|unread_pixels|overlap|gradient_overlap)$/,
	start: /\.(initialisation|construction|signal|gradient_signal|pixels_start_alike)$/,
	cost: /\.(multiply_adds|activation_bytes)$/,
};

/** The receipt of a design. */
export function receiptSection(design) {
	const { checks, level, seed, torch_version: torch, source_sha256: sha, width } = design.verification;
	const run = width && Object.entries(width).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
	const entries = { level, torch: torch ?? "–", seed, width: run?.join(", ") ?? "–", sha };
	return panel(
		"receipt",
		t("receipt.title"),
		h("p", badge(design)),
		notRun(design),
		refuted(design),
		torch && h("p.muted", t("receipt.text")),
		facts(Object.entries(entries).map(([name, value]) => [t(`receipt.${name}`), value])),
		groupsOf(checks).map(([name, own]) => group(name, own)),
	);
}

/** The groups of the checks that exist, each with its checks in their order. */
function groupsOf(checks) {
	const found = Object.keys(GROUPS).map((name) => [name, []]);
	const groupOf = (check) => Object.keys(GROUPS).find((name) => GROUPS[name]?.test(check)) ?? "behaviour";
	for (const check of checks) found.find(([name]) => name === groupOf(check.name))[1].push(check);
	return found.filter(([, own]) => own.length);
}

/** What a group proves, how many of its checks passed, and the checks. */
function group(name, checks) {
	const title = t(`receipt.group.${name}`);
	const passed = checks.filter((check) => check.passed).length;
	const kind = checks.some((check) => check.passed === false) ? "failed" : passed ? "passed" : "not_run";
	return h(
		"details",
		{ open: kind !== "passed", "data-group": name },
		h("summary", title, " ", h("span.number", { class: kind }, t("receipt.count", { passed, total: checks.length }))),
		h("p.muted.small", t(`receipt.proves.${name}`)),
		scroller(title, table(checks, title)),
	);
}

const table = (checks, title) =>
	h(
		"table.checks",
		h("caption.visually-hidden", title),
		h("thead", h("tr", ["check", "outcome", "predicted", "measured"].map((name) => h("th", { scope: "col" }, t(`receipt.${name}`))))),
		h("tbody", checks.map(row)),
	);

function row({ name, passed, predicted, measured, tolerance, reasons }) {
	const outcome = passed === null ? "not_run" : passed ? "passed" : "failed";
	return h(
		"tr",
		h("th.mono", { scope: "row" }, breakable(name), reasonElements("p.small.muted", reasons)),
		h("td.outcome", { class: outcome }, t(`receipt.${outcome}`)),
		h("td.mono", { "data-name": t("receipt.predicted") }, figure(predicted, tolerance === null ? "" : ` ± ${tolerance}`)),
		h("td.mono", { "data-name": t("receipt.measured") }, figure(measured)),
	);
}

/** A name that may wrap after a dot or an underscore. */
const breakable = (name) => name.split(/(?<=[._])/).map((part, at) => [at > 0 && h("wbr"), part]);

/** A value on one line; a long value is shortened and can be unfolded. */
function figure(value, within = "") {
	const text = value === null ? "–" : JSON.stringify(value) + within;
	if (text.length <= MAX_INLINE_LENGTH) return text;
	const whole = typeof value === "string" ? value : JSON.stringify(value);
	return h("details", h("summary", `${text.slice(0, MAX_INLINE_LENGTH - 12)} …`), h("pre.text", whole));
}
