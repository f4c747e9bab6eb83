// The chain in one line, the state of its verification, and the links of a design.

import { h, show } from "./dom.mjs";
import { alertBox, failureBox } from "./failure.mjs";
import { language, sizeText, t } from "./messages.mjs";

/** Show a design's chain and the `state` of its verification: running, done, or failed (with the error). */
export function showSummary(root, { design, state, failure, params, context, retry }) {
	const { navigate, address, announce } = context;
	const start = design.brief.initial_map ? [] : [t("summary.latent", { length: design.brief.latent_dim })];
	const steps = [...start, ...design.chain.sizes.map(sizeText)];
	show(
		root,
		h("h2.visually-hidden", t("summary.title")),
		h("ol.chain.number", steps.map((step) => h("li", step))),
		h("p.muted.small", countSentence(design)),
		h(
			"div.row.state",
			badge(design, state),
			h("a.button.main.to-code", { href: address(params, "code"), onclick: follow }, t("summary.code")),
			h("button", { disabled: state !== "done", onclick: copyLink }, t("summary.link")),
		),
		failure && failureBox(failure, retry),
		refuted(design),
	);

	function follow(event) {
		if (event.metaKey || event.ctrlKey || event.shiftKey) return;
		event.preventDefault();
		navigate(params, { view: "code" });
	}

	async function copyLink(event) {
		const link = new URL(address({ design: design.id }, "design"), location.href).href;
		await navigator.clipboard.writeText(link);
		show(event.target, t("frame.copied"));
		announce(t("frame.copied"));
	}
}

function countSentence({ brief, count, count_text: digits }) {
	if (brief.chain) return t("summary.chosen");
	if (count === null) return t("summary.uncounted");
	return t("summary.count", { count: digits ? BigInt(digits).toLocaleString(language.tag) : count });
}

/** The badge of the verification. */
export function badge({ verification }, state = "done") {
	const { verdict, checks, torch_version: torch } = verification;
	if (state === "running") return h("span.badge.running", t("verdict.running"));
	if (state === "failed") return h("span.badge.warn", t("verdict.failed"));
	const kind = { verified: "good", refuted: "bad", not_run: "warn" }[verdict];
	const passed = checks.filter((check) => check.passed).length;
	return h("span.badge", { class: kind }, t(`verdict.${verdict}`, { passed, torch }));
}

/** A warning for a refuted design, or null. */
export function refuted({ verification: { verdict, checks } }) {
	if (verdict !== "refuted") return null;
	const wrong = checks.filter((check) => check.passed === false).map((check) => check.name);
	const box = alertBox(t("refuted.title"), h("p", t("refuted.text", { checks: wrong.join(", ") })));
	box.dataset.kind = "refuted";
	return box;
}
