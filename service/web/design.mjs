// The design view: a form, and its live results: chain, networks, reasons, alternatives.

import { LatestRequest, cachedCall, pictureUrl } from "./api.mjs";
import { briefOf, chainText, changeField, fieldAt, paramsOf, unknownFields } from "./brief.mjs";
import { h, panel, show } from "./dom.mjs";
import { failureBox, unknownFieldsBox } from "./failure.mjs";
import { briefForm } from "./brief-form.mjs";
import { showLayerDetails } from "./layer-details.mjs";
import { networkDrawing, mapsOf } from "./networks.mjs";
import { showOverlap } from "./overlap.mjs";
import { drawScatterPlot } from "./scatter-plot.mjs";
import { showSummary } from "./summary.mjs";
import { suggestionRow } from "./suggestions.mjs";
import { reasonList, reasonsOf } from "./reasons.mjs";
import { t } from "./messages.mjs";

const TYPING_MS = 250;
const ALTERNATIVES = 60;

/** Mount the view in `root`. */
export function mount(root, context) {
	const { navigate, announce } = context;
	const [designRequest, verificationRequest, alternativesRequest] = [new LatestRequest(), new LatestRequest(), new LatestRequest()];
	let [params, shownDesign, openedDesign, delay, lastField, scatter, plottedWidth] = [{}, null, null, 0, null, null, 0];
	const form = briefForm(change);
	const [summary, why, alternatives, overlap] = ["summary", "why", "alternatives", "overlap"].map((name) => h("section.panel", { class: name }));
	const [notice, pictures, plotRoot, detail] = ["notice", "pictures", "alternatives-plot", "detail"].map((name) => h("div", { class: name }));
	const scale = h("p.small.muted");
	const networks = panel("networks", t("design.networks"), scale, pictures, detail);
	const results = h(
		"div.results.stack.empty",
		{ "aria-label": t("design.results"), role: "region" },
		notice,
		summary,
		networks,
		h("div.two-columns.stack", why, alternatives),
		overlap,
	);
	show(
		root,
		h("div.lead", h("h1", t("design.heading")), h("p", t("design.lead"))),
		h("div.design-columns.stack", form.element, results),
	);
	const drawing = networkDrawing(pictures, choose);
	const resized = new ResizeObserver(() => plotRoot.clientWidth !== plottedWidth && plot());
	resized.observe(plotRoot);
	return { update, unmount };

	function unmount() {
		for (const request of [designRequest, verificationRequest, alternativesRequest]) request.cancel();
		drawing.close();
		resized.disconnect();
	}

	/** The state that a change starts from; for a design opened by its id, the state of its brief. */
	function currentParams() {
		return params.design && openedDesign ? paramsOf(openedDesign.brief) : params;
	}

	/** Handle a change of the form; consecutive changes of one field share one history entry. */
	function change(name, text, typing = false, dimensions = null) {
		let next = changeField(currentParams(), name, text);
		if (dimensions !== null) next = changeField(next, "dimensions", dimensions);
		if (name === "discriminator_output" && text === "critic" && !next.discriminator_normalization) {
			next.discriminator_normalization = "layer";
			announce(t("design.critic"));
		}
		delay = typing ? TYPING_MS : 0;
		navigate(next, { replace: typing && lastField === name });
		lastField = typing ? name : null;
	}

	function update(next) {
		params = next;
		if (!next.design) form.fill(next);
		ask();
	}

	function ask() {
		const unknown = unknownFields(params);
		if (unknown.length) return showNotice(unknownFieldsBox(unknown, "address.invalid"), h("p", h("a", { href: "/" }, t("address.start"))));
		const wait = delay;
		delay = 0;
		verificationRequest.cancel();
		results.setAttribute("aria-busy", "true");
		if (!shownDesign) show(notice, h("p.panel", { role: "status" }, h("span.badge.running", t("design.waiting"))));
		designRequest.run(work, failed, wait);
	}

	async function work(signal) {
		if (params.design) {
			paint(await loadById(signal), "done");
			return clearBusy();
		}
		const brief = briefOf(params);
		paint(await cachedCall("/v1/designs", { body: { ...brief, verify: "none" }, signal }), "running");
		verificationRequest.run((verificationSignal) => runVerification(brief, verificationSignal), verificationFailed);
	}

	function clearBusy() {
		results.setAttribute("aria-busy", "false");
	}

	/** Load a design by id; its picture, which needs no verification, is shown until it arrives. */
	async function loadById(signal) {
		const path = `/v1/designs/${encodeURIComponent(params.design)}`;
		const picture = h("img", { src: await pictureUrl(`${path}/generator.svg`, signal), alt: t("network.generator"), onerror: () => picture.remove() });
		const note = h("p", { role: "status" }, h("span.badge.running", t("design.loading")));
		show(notice, h("div.panel", note, h("div.scroll", { tabindex: "0" }, picture)));
		openedDesign = await cachedCall(path, { signal });
		form.fill(paramsOf(openedDesign.brief));
		return openedDesign;
	}

	/** Load the receipt, after the chain. */
	async function runVerification(brief, signal) {
		shownDesign = await cachedCall("/v1/designs", { body: { ...brief, verify: "standard" }, signal });
		renderSummary("done");
		announce(t(`verdict.${shownDesign.verification.verdict}`));
		clearBusy();
	}

	/** If the verification fails to run, the chain stays shown. */
	function verificationFailed(failure) {
		renderSummary("failed", failure);
		clearBusy();
	}

	function paint(design, state) {
		shownDesign = design;
		results.classList.remove("empty", "stale");
		show(notice, params.chain && chosenChainNote());
		form.showErrors([]);
		renderSummary(state);
		show(scale, t(design.brief.dimensions === 3 ? "design.scale.3" : "design.scale"));
		drawing.show(design);
		choose(...drawing.chosen());
		show(why, h("h2", t("why.title")), reasonList(design));
		showOverlap(overlap, design, failed);
		compare(design);
	}

	function renderSummary(state, failure = null) {
		showSummary(summary, { design: shownDesign, state, failure, params, context, retry: ask });
	}

	function choose(role, index) {
		drawing.select(role, index);
		showLayerDetails(detail, { design: shownDesign, role, layer: mapsOf(shownDesign[role])[index].layer, address: context.address });
	}

	/** Load the alternatives, independently of the design and its verification. */
	function compare({ brief, chain }) {
		const title = h("h2", t("scatter.title"));
		if (brief.initial_map) return show(alternatives, title, h("p", t("scatter.no-latent")));
		const { resolution: to, search, budget, latent_dim, channels, base_channels, max_channels, classes } = brief;
		const body = { to, limit: ALTERNATIVES, search, budget, latent_dim, channels, base_channels, max_channels, classes };
		alternativesRequest.run(
			async (signal) => {
				const { chains, frontier } = await cachedCall("/v1/chains", { body, signal });
				if (!alternatives.contains(plotRoot)) show(alternatives, title, h("p.small.muted", t("scatter.text")), plotRoot);
				scatter = { chains, frontier, windows: chain.windows, take };
				plot();
			},
			(failure) => show(alternatives, title, failureBox(failure, () => compare({ brief, chain }))),
		);
	}

	function plot() {
		if (!scatter || !plotRoot.isConnected) return;
		const hadFocus = plotRoot.contains(document.activeElement);
		plottedWidth = plotRoot.clientWidth;
		drawScatterPlot(plotRoot, scatter);
		if (hadFocus) plotRoot.querySelector(".point[tabindex='0']")?.focus();
	}

	function take(chain, best) {
		navigate({ ...withoutChain(currentParams()), ...(!best && { chain: chainText(chain.windows) }) });
		announce(t("scatter.taken"));
	}

	function chosenChainNote() {
		const back = h("button", { onclick: () => navigate(withoutChain(params)) }, t("design.reset-chain"));
		return h("p.panel.row.note", h("span", t("design.chosen-chain")), back);
	}

	function failed(failure) {
		const errors = failure.problem?.errors ?? [];
		form.showErrors(errors.map((error) => ({ name: fieldAt(error.pointer), reasons: reasonsOf(error) })));
		showNotice(failureBox(failure, ask), suggestionRow(failure, params, navigate));
	}

	/** Show an error above the previous results, which stay dimmed. */
	function showNotice(box, suggestions) {
		clearBusy();
		results.classList.toggle("stale", shownDesign !== null);
		if (suggestions) box.append(suggestions);
		show(notice, box);
	}
}

const withoutChain = ({ chain: _, ...rest }) => rest;
