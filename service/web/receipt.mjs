// The receipt: every check with what was predicted and what torch measured.

import { h } from "./dom.mjs";
import { badge, refuted } from "./summary.mjs";

const SHORT = 42;

/** The receipt of a design as a section. */
export function receiptSection(design, words) {
  const { checks, level, seed, torch_version: torch, source_sha256: sha, width } = design.verification;
  const facts = [
    ["receipt.level", level],
    ["receipt.torch", torch ?? "–"],
    ["receipt.seed", seed],
    ["receipt.width", width ? Object.entries(width).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ") : "–"],
    ["receipt.sha", sha],
  ];
  return h(
    "section",
    { class: "panel receipt" },
    h("h2", null, words("receipt.title")),
    h("p", null, badge(design, "done", words)),
    design.verification.verdict === "refuted" ? refuted(design, words) : null,
    h("p", { class: "muted" }, words("receipt.text")),
    h("dl", null, facts.map(([name, value]) => h("div", null, h("dt", null, words(name)), h("dd", { class: "mono" }, value)))),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words("receipt.checks") }, table(checks, words)),
  );
}

const table = (checks, words) =>
  h(
    "table",
    { class: "checks" },
    h("caption", { class: "unseen" }, words("receipt.checks")),
    h("thead", null, h("tr", null, ["check", "outcome", "predicted", "measured"].map((name) => h("th", { scope: "col" }, words(`receipt.${name}`))))),
    h("tbody", null, checks.map((check) => row(check, words))),
  );

function row(check, words) {
  const outcome = check.passed === null ? "not_run" : check.passed ? "passed" : "failed";
  const within = check.tolerance === null ? "" : ` ± ${check.tolerance}`;
  return h(
    "tr",
    { class: outcome },
    h("th", { scope: "row", class: "mono" }, breakable(check.name), check.detail ? h("p", { class: "small muted", lang: "en" }, check.detail) : null),
    h("td", { class: `outcome ${outcome}` }, words(`receipt.${outcome}`)),
    h("td", { class: "mono", "data-name": words("receipt.predicted") }, figure(check.predicted, within)),
    h("td", { class: "mono", "data-name": words("receipt.measured") }, figure(check.measured)),
  );
}

/** A name that may be broken after a dot or an underscore. */
const breakable = (name) => name.split(/(?<=[._])/).map((part, at) => [at ? h("wbr") : null, part]);

/** A figure on one line; a long one folded, whole where somebody wants it. */
function figure(value, within = "") {
  const text = value === null ? "–" : JSON.stringify(value) + within;
  if (text.length <= SHORT) return text;
  const whole = typeof value === "string" ? value : JSON.stringify(value);
  return h("details", null, h("summary", null, `${text.slice(0, SHORT - 12)} …`), h("pre", null, whole));
}
