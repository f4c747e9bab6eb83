// The chain in one line, how it stands with its proof, and the links of a design.

import { h, show } from "./dom.mjs";
import { failureBox } from "./failure.mjs";
import { sizeText } from "./words.mjs";

/** Show a design's chain and `state`: running, done, or failed (with what stood in the way). */
export function showSummary(root, { design, state, failure, params, context, retry }) {
  const { words, address, announce } = context;
  const start = design.brief.initial_map ? "" : words("summary.latent", { length: design.brief.latent_dim });
  const steps = [start, ...design.chain.sizes.map(sizeText)].filter(Boolean);
  show(
    root,
    h("h2", { class: "unseen" }, words("summary.title")),
    h("ol", { class: "chain number" }, steps.map((step) => h("li", null, step))),
    h("p", { class: "muted small" }, countSentence(design, words)),
    h("div", { class: "row state" }, badge(design, state, words), links()),
    failure ? failureBox(failure, { words, retry }) : null,
    design.verification.verdict === "refuted" ? refuted(design, words) : null,
  );

  function links() {
    return [
      h("a", { class: "button main to-code", href: address(params, "code"), onclick: (event) => follow(event) }, words("summary.code")),
      h("button", { type: "button", disabled: state !== "done", onclick: copyLink }, words("summary.link")),
    ];
  }

  function follow(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    context.navigate(params, { view: "code" });
  }

  async function copyLink(event) {
    const link = new URL(address({ design: design.id }, "design"), location.href).href;
    await navigator.clipboard.writeText(link);
    event.target.textContent = words("copied");
    announce(words("copied"));
  }
}

function countSentence(design, words) {
  if (design.brief.chain) return words("summary.chosen");
  if (design.count === null) return words("summary.uncounted");
  return words("summary.count", { count: design.count_text ? BigInt(design.count_text).toLocaleString(words.tag) : design.count });
}

/** Where the proof stands, in a word and a sign. */
export function badge(design, state, words) {
  const { verdict, checks, torch_version: torch } = design.verification;
  if (state === "running") return h("span", { class: "badge running" }, words("verdict.running"));
  if (state === "failed") return h("span", { class: "badge warn" }, words("verdict.failed"));
  const kind = { verified: "good", refuted: "bad", not_run: "warn" }[verdict];
  const passed = checks.filter((check) => check.passed).length;
  const text = words(`verdict.${verdict}`, { passed, torch: torch ?? "" });
  return h("span", { class: `badge ${kind}` }, text);
}

/** What to do with a design that torch contradicts. */
export function refuted(design, words) {
  const wrong = design.verification.checks.filter((check) => check.passed === false).map((check) => check.name);
  return h(
    "section",
    { class: "failure", role: "alert", "data-kind": "refuted" },
    h("h2", null, words("refuted.title")),
    h("p", null, words("refuted.text", { checks: wrong.join(", ") })),
  );
}
