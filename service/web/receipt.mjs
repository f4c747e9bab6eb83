// The receipt: every check with its predicted and its measured value.

import { facts, h, panel, scroller } from "./dom.mjs";
import { badge, refuted } from "./summary.mjs";
import { t } from "./messages.mjs";
import { reasonElements } from "./reasons.mjs";

const MAX_INLINE_LENGTH = 42;

/** The receipt of a design. */
export function receiptSection(design) {
	const { checks, level, seed, torch_version: torch, source_sha256: sha, width } = design.verification;
	const run = width && Object.entries(width).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
	const entries = { level, torch: torch ?? "–", seed, width: run?.join(", ") ?? "–", sha };
	return panel(
		"receipt",
		t("receipt.title"),
		h("p", badge(design)),
		refuted(design),
		torch && h("p.muted", t("receipt.text")),
		facts(Object.entries(entries).map(([name, value]) => [t(`receipt.${name}`), value])),
		scroller(t("receipt.checks"), table(checks)),
	);
}

const table = (checks) =>
	h(
		"table.checks",
		h("caption.visually-hidden", t("receipt.checks")),
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
	return h("details", h("summary", `${text.slice(0, MAX_INLINE_LENGTH - 12)} …`), h("pre", whole));
}
