// The design view: a form, and its live results: chain, networks, reasons, alternatives.

import { LatestRequest, cachedCall, pictureUrl } from "./api.mjs";
import { showComparison } from "./comparison.mjs";
import { FIELDS, axesOf, briefOf, chainText, changeField, defaultIn, fieldAt, paramsOf, unusableFields, withApiNames } from "./brief.mjs";
import { h, panel, show } from "./dom.mjs";
import { failureBox, unknownFieldsBox } from "./failure.mjs";
import { briefForm } from "./brief-form.mjs";
import { keepInView } from "./keep-in-view.mjs";
import { showLayerDetails } from "./layer-details.mjs";
import { networkDrawing, mapsOf } from "./networks.mjs";
import { showOverlap } from "./overlap.mjs";
import { presetRow, withPreset } from "./presets.mjs";
import { drawScatterPlot } from "./scatter-plot.mjs";
import { showSummary } from "./summary.mjs";
import { suggestionRow } from "./suggestions.mjs";
import { reasonElements, reasonList, reasonsOf } from "./reasons.mjs";
import { t } from "./messages.mjs";
import { noteVerification } from "./verification-time.mjs";

/** Keys that follow each other faster, such as those of a key held down, become one request. */
const TYPING_MS = 40;

/** After the chain of a typed value, torch and the alternatives wait for so long for the next one; so does a number that is too small yet. */
const PAUSE_MS = 300;

/** About one frame: the browser shows the chain before the pictures are drawn. */
const FRAME_MS = 16;

const ALTERNATIVES = 60;

/** Mount the view in `root`. */
export function mount(root, context) {
	const { navigate, announce } = context;
	const [designRequest, verificationRequest, alternativesRequest] = [new LatestRequest(), new LatestRequest(), new LatestRequest()];
	let [params, shownDesign, openedDesign, typed, lastField, lastKey, scatter, plottedWidth] = [{}, null, null, false, null, 0, null, 0];
	const form = briefForm(change, incomplete);
	const presets = presetRow((preset) => navigate(withPreset(currentParams(), preset)));
	const [summary, why, alternatives, comparison, overlap] = ["summary", "why", "alternatives", "comparison", "overlap"].map((name) => h("section.panel", { class: name }));
	comparison.hidden = true;
	const [notice, pictures, plotRoot, detail] = ["notice", "pictures", "alternatives-plot", "detail"].map((name) => h("div", { class: name }));
	const scale = h("p.small.muted");
	const networks = panel("networks", t("design.networks"), scale, pictures, detail);
	const results = h("div.results.stack.empty", { "aria-label": t("design.results"), role: "region" }, notice, summary);
	const details = h("div.details.stack.empty", networks, h("div.two-columns.stack", why, alternatives), comparison, overlap);
	show(
		root,
		h("div.lead", h("h1", t("design.heading")), h("p", t("design.lead"))),
		presets.element,
		h("div.design-columns.stack", form.first, results, form.more, details),
	);
	const endView = keepInView(form.first, summary);
	const drawing = networkDrawing(pictures, choose);
	const resized = new ResizeObserver(() => plotRoot.clientWidth !== plottedWidth && plot());
	resized.observe(plotRoot);
	return { update, unmount };

	function unmount() {
		for (const request of [designRequest, verificationRequest, alternativesRequest]) request.cancel();
		drawing.close();
		endView();
		resized.disconnect();
	}

	/** The state that a change starts from; for a design opened by its id, the state of its brief. */
	function currentParams() {
		return params.design && openedDesign ? paramsOf(openedDesign.brief) : params;
	}

	/** Handle a change of the form; consecutive changes of one field share one history entry. */
	function change(name, text, typing = false, dimensions = null) {
		let next = changeField(currentParams(), name, text);
		if (dimensions !== null) next = withUsualChannels(currentParams(), changeField(next, "dimensions", dimensions));
		const norm = "discriminator.normalization";
		if (name === "discriminator.output" && text === "critic" && !next[norm] && defaultIn(norm, next) === "batch") {
			next[norm] = "layer";
			announce(t("design.critic"));
		}
		typed = typing;
		navigate(next, { replace: typing && lastField === name });
		lastField = typing ? name : null;
	}

	/** While a field has no value there is no design: the last one is dimmed. */
	function incomplete(name, text) {
		for (const request of [designRequest, verificationRequest, alternativesRequest]) request.cancel();
		form.showErrors([{ name, text }]);
		showNotice(h("section.failure", { role: "status" }, h("h2", t("form.incomplete")), h("p", text)));
	}

	function update(next) {
		params = withApiNames(next);
		if (!params.design) fill(params);
		ask();
	}

	function fill(state) {
		form.fill(state);
		presets.fill(state);
	}

	function ask() {
		const unusable = unusableFields(params);
		if (unusable.length) return showNotice(unknownFieldsBox(unusable, "address.invalid"), h("p", h("a", { href: "/" }, t("address.start"))));
		const [wasTyped, now] = [typed, performance.now()];
		const isTooSmall = document.activeElement?.validity?.rangeUnderflow;
		const wait = !wasTyped ? 0 : isTooSmall ? PAUSE_MS : now - lastKey < TYPING_MS ? TYPING_MS : 0;
		[typed, lastKey] = [false, wasTyped ? now : 0];
		for (const request of [verificationRequest, alternativesRequest]) request.cancel();
		results.setAttribute("aria-busy", "true");
		markStale(shownDesign !== null);
		if (!shownDesign) show(notice, h("p.panel", { role: "status" }, h("span.badge.running", t("design.waiting"))));
		designRequest.run((signal) => work(signal, wasTyped ? PAUSE_MS : 0), failed, wait);
	}

	/** Show the chain, then the pictures; `pause` before the requests that take long. */
	async function work(signal, pause) {
		const brief = params.design ? null : briefOf(params);
		const design = await (brief ? cachedCall("/v1/designs", { body: { ...brief, verify: "none" }, signal }) : loadById(signal));
		paint(design, brief ? "running" : "done");
		if (brief) verificationRequest.run((verificationSignal) => runVerification(brief, verificationSignal), verificationFailed, pause);
		await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
		if (signal.aborted) return;
		paintDetails(design, pause);
		if (!brief) clearBusy();
	}

	function markStale(stale) {
		for (const part of [results, details]) part.classList.toggle("stale", stale);
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
		fill(paramsOf(openedDesign.brief));
		return openedDesign;
	}

	/** Load the receipt, after the chain. */
	async function runVerification(brief, signal) {
		let timing = null;
		const onHeaders = (headers) => (timing = headers.get("Server-Timing"));
		shownDesign = await cachedCall("/v1/designs", { body: { ...brief, verify: "standard" }, signal, onHeaders });
		noteVerification(shownDesign, timing);
		renderSummary("done");
		announce(summary.querySelector(".badge").textContent);
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
		for (const part of [...results.children, details]) part.inert = false;
		show(notice, params.chain && chosenChainNote());
		form.showErrors([]);
		renderSummary(state);
	}

	function paintDetails(design, pause) {
		details.classList.remove("empty", "stale");
		show(scale, t(design.brief.dimensions === 3 ? "design.scale.3" : "design.scale"), isResidual(design.brief) && ` ${t("design.scale.blocks")}`);
		drawing.show(design);
		choose(...drawing.chosen());
		const warned = reasonElements("p.warning", design.warnings);
		show(why, warned.length > 0 && [h("h2", t("warning.title")), ...warned], h("h2", t("why.title")), reasonList(design));
		showOverlap(overlap, design, failed);
		compare(design, pause);
	}

	function renderSummary(state, failure = null) {
		showSummary(summary, { design: shownDesign, state, failure, params, context, retry: ask });
	}

	function choose(role, index) {
		drawing.select(role, index);
		showLayerDetails(detail, { design: shownDesign, role, layer: mapsOf(shownDesign[role])[index].layer, address: context.address });
	}

	/** Load the alternatives, independently of the design and its verification. */
	function compare({ brief, chain }, pause = 0) {
		const title = h("h2", t("scatter.title"));
		comparison.hidden ||= Boolean(brief.initial_map);
		if (brief.initial_map) return show(alternatives, title, h("p", t("scatter.no-latent")));
		for (const part of [alternatives, comparison]) part.classList.add("outdated");
		const { resolution: to, search, budget, latent_dim, channels, base_channels, max_channels, classes } = brief;
		const body = { to, limit: ALTERNATIVES, search, budget, latent_dim, channels, base_channels, max_channels, classes };
		alternativesRequest.run(
			async (signal) => {
				const { chains, frontier } = await cachedCall("/v1/chains", { body, signal });
				if (!alternatives.contains(plotRoot)) show(alternatives, title, h("p.small.muted", t("scatter.text")), plotRoot);
				scatter = { chains, frontier, windows: chain.windows, take, costs: costsOf(brief) };
				plot();
				showComparison(comparison, scatter);
				comparison.hidden = false;
				for (const part of [alternatives, comparison]) part.classList.remove("outdated");
			},
			(failure) => {
				comparison.hidden = true;
				show(alternatives, title, failureBox(failure, () => compare({ brief, chain })));
				alternatives.classList.remove("outdated");
			},
			pause,
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
		verificationRequest.cancel();
		const errors = failure.problem?.errors ?? [];
		form.showErrors(errors.map((error) => ({ name: fieldAt(error.pointer), reasons: reasonsOf(error) })));
		showNotice(failureBox(failure, ask), suggestionRow(failure, params, navigate));
	}

	/** Show an error above the previous results, which stay dimmed. */
	function showNotice(box, suggestions) {
		clearBusy();
		markStale(shownDesign !== null);
		for (const part of [...results.children, details]) part.inert = part !== notice;
		if (shownDesign) box.append(h("p.muted.small", t("design.stale")));
		if (suggestions) box.append(suggestions);
		show(notice, box);
	}
}

/** How the plot names its costs: those of DCGAN with transposed convolutions and batch norm, whatever the design has. */
const costsOf = (brief) => (brief.upsampling === "transposed" && brief.normalization === "batch" && !isResidual(brief) ? "" : t("scatter.costs"));

const isResidual = ({ architecture }) => architecture !== "dcgan";

/** The usual number of channels: three of a picture, one of a signal or a volume. */
const usualChannels = (params) => (axesOf(params) === 2 ? "3" : "1");

/** A state whose channels follow a change of its axes, unless they were others than the usual ones. */
function withUsualChannels(before, next) {
	const isUsual = (before.channels ?? String(FIELDS.channels.defaultValue)) === usualChannels(before);
	return isUsual && axesOf(before) !== axesOf(next) ? changeField(next, "channels", usualChannels(next)) : next;
}

const withoutChain = ({ chain: _, ...rest }) => rest;
