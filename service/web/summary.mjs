// The chain in one line, the state of its verification, and the links of a design.

import { h, show } from "./dom.mjs";
import { alertBox, failureBox } from "./failure.mjs";
import { copyButton } from "./copy.mjs";
import { language, sizeText, t } from "./messages.mjs";
import { reasonElements } from "./reasons.mjs";
import { elapsedSeconds } from "./verification-time.mjs";

/** Show a design's chain and the `state` of its verification: running, done, or failed (with the error). */
export function showSummary(root, { design, state, failure, params, context, retry }) {
	const { navigate, address, announce } = context;
	const start = design.brief.initial_map ? [] : [t("summary.latent", { length: design.brief.latent_dim })];
	const steps = [...start, ...design.chain.sizes.map(sizeText)];
	const link = new URL(address({ design: design.id }, "design"), location.href).href;
	show(
		root,
		h("h2.visually-hidden", t("summary.title")),
		h("ol.chain.number", steps.map((step) => h("li", step))),
		h(
			"div.row.state",
			h("div.verification", badge(design, state), state === "running" && elapsedSeconds(design)),
			h("a.button.main.to-code", { href: address(params, "code"), onclick: follow }, t("summary.code")),
			copyButton(t("summary.link"), link, { disabled: state !== "done", announce }),
		),
		state === "done" && notRun(design),
		h("p.muted.small", countSentence(design)),
		sizesSentence(design),
		failure && failureBox(failure, retry),
		refuted(design),
	);

	function follow(event) {
		if (event.metaKey || event.ctrlKey || event.shiftKey) return;
		event.preventDefault();
		navigate(params, { view: "code" });
	}
}

function countSentence({ brief, count, count_text: digits }) {
	if (brief.chain) return t("summary.chosen");
	if (count === null) return t("summary.uncounted");
	return t("summary.count", { count: digits ? BigInt(digits).toLocaleString(language.tag) : count });
}

/** What a decoder that holds at every size of its map gives, or null for other designs. */
function sizesSentence({ fixed_length: fixed, sizes_proved: proved, chain: { sizes }, brief: { any_size: anySize } }) {
	const everyInput = anySize && anySize !== "off";
	if (fixed !== false && !everyInput) return null;
	const factor = sizeText(sizes[0].map((side, axis) => sizes.at(-1)[axis] / side));
	const sentence = everyInput ? t("summary.every-input") : t("summary.every-size", { factor });
	return h("p.small", sentence, proved && ` ${t("summary.proved", { first: proved.split(" ").at(-1) })}`);
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

/** Why torch did not run a design, with the predicted cost if that is the reason; null for other verdicts. */
export function notRun({ verification: { verdict, checks } }) {
	if (verdict !== "not_run") return null;
	const reasons = checks.filter(({ passed }) => passed === null).flatMap((check) => check.reasons);
	return reasonElements("p.small.not-run", [...new Map(reasons.map((reason) => [reason.sentence, reason])).values()]);
}

/** A warning for a refuted design, or null. */
export function refuted({ verification: { verdict, checks } }) {
	if (verdict !== "refuted") return null;
	const wrong = checks.filter((check) => check.passed === false).map((check) => check.name);
	const box = alertBox(t("refuted.title"), h("p", t("refuted.text", { checks: wrong.join(", ") })));
	box.dataset.kind = "refuted";
	return box;
}
