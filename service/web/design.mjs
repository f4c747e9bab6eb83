// The design view: a form, and what comes of it as one types: chain, networks, why, alternatives.

import { Line, keptCall, pictureAddress } from "./api.mjs";
import { briefOf, chainText, changed, fieldAt, paramsOf, unknownFields } from "./brief.mjs";
import { h, panel, show } from "./dom.mjs";
import { failureBox, strangeBox } from "./failure.mjs";
import { briefForm } from "./form.mjs";
import { showLayer } from "./layerfacts.mjs";
import { networkDrawing, mapsOf } from "./networks.mjs";
import { showOverlap } from "./overlap.mjs";
import { showScatter } from "./scatter.mjs";
import { showSummary } from "./summary.mjs";
import { waysOn } from "./ways.mjs";
import { whySentences } from "./why.mjs";
import { words } from "./words.mjs";

const TYPING_MS = 250;
const ALTERNATIVES = 60;

/** The view, put into `root`. */
export function mount(root, context) {
	const { navigate, announce } = context;
	const [asking, proving, comparing] = [new Line(), new Line(), new Line()];
	let [params, shownDesign, pinned, delay, lastField, scatter, plotted] = [{}, null, null, 0, null, null, 0];
	const form = briefForm(change);
	const [summary, why, others, overlap] = ["summary", "why", "others", "overlap"].map((name) => h("section.panel", { class: name }));
	const [notice, pictures, place, detail] = ["notice", "pictures", "place", "detail"].map((name) => h("div", { class: name }));
	const scale = h("p.small.muted");
	const networks = panel("networks", words("design.networks"), scale, pictures, detail);
	const results = h(
		"div.results.stack.empty",
		{ "aria-label": words("design.results"), role: "region" },
		notice,
		summary,
		networks,
		h("div.two.stack", why, others),
		overlap,
	);
	show(
		root,
		h("div.lead", h("h1", words("design.heading")), h("p", words("design.lead"))),
		h("div.desk.stack", form.element, results),
	);
	const drawing = networkDrawing(pictures, choose);
	const resized = new ResizeObserver(() => place.clientWidth !== plotted && plot());
	resized.observe(place);
	return { update, unmount };

	function unmount() {
		for (const line of [asking, proving, comparing]) line.cancel();
		drawing.close();
		resized.disconnect();
	}

	/** The state to go on from: of a design that was opened by its id, its brief. */
	function base() {
		return params.design && pinned ? paramsOf(pinned.brief) : params;
	}

	/** A change in the form: one entry of the history for each field that one stays in. */
	function change(name, text, typing = false, dimensions = null) {
		let next = changed(base(), name, text);
		if (dimensions !== null) next = changed(next, "dimensions", dimensions);
		if (name === "discriminator_output" && text === "critic" && !next.discriminator_normalization) {
			next.discriminator_normalization = "layer";
			announce(words("design.critic"));
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
		if (unknown.length) return showNotice(strangeBox(unknown), h("p", h("a", { href: "/" }, words("address.start"))));
		const wait = delay;
		delay = 0;
		proving.cancel();
		results.setAttribute("aria-busy", "true");
		if (!shownDesign) show(notice, h("p.panel", { role: "status" }, h("span.badge.running", words("design.waiting"))));
		asking.ask(work, failed, wait);
	}

	async function work(signal) {
		if (params.design) {
			paint(await recalled(signal), "done");
			return settle();
		}
		const brief = briefOf(params);
		paint(await keptCall("/v1/designs", { body: { ...brief, verify: "none" }, signal }), "running");
		proving.ask((still) => prove(brief, still), unproven);
	}

	function settle() {
		results.setAttribute("aria-busy", "false");
	}

	/** The design of an id; its picture, which needs no proof, is there before. */
	async function recalled(signal) {
		const path = `/v1/designs/${encodeURIComponent(params.design)}`;
		const picture = h("img", { src: await pictureAddress(`${path}/generator.svg`, signal), alt: words("network.generator"), onerror: () => picture.remove() });
		const note = h("p", { role: "status" }, h("span.badge.running", words("design.recalling")));
		show(notice, h("div.panel", note, h("div.scroll", { tabindex: "0" }, picture)));
		pinned = await keptCall(path, { signal });
		form.fill(paramsOf(pinned.brief));
		return pinned;
	}

	/** The receipt, after the chain. */
	async function prove(brief, signal) {
		shownDesign = await keptCall("/v1/designs", { body: { ...brief, verify: "standard" }, signal });
		summarise("done");
		announce(words(`verdict.${shownDesign.verification.verdict}`));
		settle();
	}

	/** A proof that cannot be had leaves the chain where it stands. */
	function unproven(failure) {
		summarise("failed", failure);
		settle();
	}

	function paint(design, state) {
		shownDesign = design;
		results.classList.remove("empty", "stale");
		show(notice, params.chain && pinnedNote());
		form.mark([]);
		summarise(state);
		show(scale, words(design.brief.dimensions === 3 ? "design.scale.3" : "design.scale"));
		drawing.show(design);
		choose(...drawing.chosen());
		show(why, h("h2", words("why.title")), whySentences(design));
		showOverlap(overlap, design, failed);
		compare(design);
	}

	function summarise(state, failure = null) {
		showSummary(summary, { design: shownDesign, state, failure, params, context, retry: ask });
	}

	function choose(role, index) {
		drawing.select(role, index);
		showLayer(detail, { design: shownDesign, role, layer: mapsOf(shownDesign[role])[index].layer, address: context.address });
	}

	/** The alternatives have a line of their own: they hold up nothing, and nothing holds them up. */
	function compare({ brief, chain }) {
		const title = h("h2", words("scatter.title"));
		if (brief.initial_map) return show(others, title, h("p", words("scatter.no-latent")));
		const { resolution: to, search, budget, latent_dim, channels, base_channels, max_channels, classes } = brief;
		const body = { to, limit: ALTERNATIVES, search, budget, latent_dim, channels, base_channels, max_channels, classes };
		comparing.ask(
			async (signal) => {
				const { chains, frontier } = await keptCall("/v1/chains", { body, signal });
				if (!others.contains(place)) show(others, title, h("p.small.muted", words("scatter.text")), place);
				scatter = { chains, frontier, windows: chain.windows, take };
				plot();
			},
			(failure) => show(others, title, failureBox(failure, () => compare({ brief, chain }))),
		);
	}

	function plot() {
		if (!scatter || !place.isConnected) return;
		const held = place.contains(document.activeElement);
		plotted = place.clientWidth;
		showScatter(place, scatter);
		if (held) place.querySelector(".point[tabindex='0']")?.focus();
	}

	function take(chain, best) {
		navigate({ ...unpinned(base()), ...(!best && { chain: chainText(chain.windows) }) });
		announce(words("scatter.taken"));
	}

	function pinnedNote() {
		const back = h("button", { onclick: () => navigate(unpinned(params)) }, words("design.unpin"));
		return h("p.panel.row.note", h("span", words("design.pinned")), back);
	}

	function failed(failure) {
		const errors = failure.problem?.errors ?? [];
		form.mark(errors.map(({ pointer, detail }) => ({ name: fieldAt(pointer), detail })));
		showNotice(failureBox(failure, ask), waysOn(failure, params, navigate));
	}

	/** What was there stays, dimmed, under the words on what is wrong. */
	function showNotice(box, way) {
		settle();
		results.classList.toggle("stale", shownDesign !== null);
		if (way) box.append(way);
		show(notice, box);
	}
}

const unpinned = ({ chain: _, ...rest }) => rest;
