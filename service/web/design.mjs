// The design view: a form, and what comes of it as one types: chain, networks, why, alternatives.

import { Failure, Line } from "./api.mjs";
import { briefOf, chainText, changed, fieldAt, paramsOf, resolutionText, unknownFields } from "./brief.mjs";
import { h, show } from "./dom.mjs";
import { failureBox } from "./failure.mjs";
import { briefForm } from "./form.mjs";
import { showLayer } from "./layerfacts.mjs";
import { networkDrawing, mapsOf } from "./networks.mjs";
import { showOverlap } from "./overlap.mjs";
import { showScatter } from "./scatter.mjs";
import { showSummary } from "./summary.mjs";
import { waysOn } from "./ways.mjs";
import { whySentences } from "./why.mjs";

const TYPING_MS = 250;
const ALTERNATIVES = 60;

/** The view, put into `root`. */
export function mount(root, context) {
  const { words, call, navigate, announce } = context;
  const [asking, comparing] = [new Line(), new Line()];
  let params = {};
  let shownDesign = null;
  let pinned = null;
  let delay = 0;
  let lastField = null;

  const form = briefForm({ words, change });
  const [summary, notice, detail, why, others, overlap] = ["summary", "notice", "detail", "why", "others", "overlap"].map((name) =>
    h(name === "notice" ? "div" : "section", { class: name === "notice" ? name : name === "detail" ? name : `panel ${name}` }),
  );
  const pictures = h("div", { class: "pictures" });
  const place = h("div", { class: "place" });
  const scale = h("p", { class: "small muted" });
  let [scatter, plotted] = [null, 0];
  const results = h(
    "div",
    { class: "results", "aria-label": words("design.results"), role: "region" },
    notice,
    summary,
    h("section", { class: "panel networks" }, h("h2", null, words("design.networks")), scale, pictures, detail),
    h("div", { class: "two" }, why, others),
    overlap,
  );
  show(root, h("div", { class: "lead" }, h("h1", null, words("design.heading")), h("p", null, words("design.lead"))), h("div", { class: "desk" }, form.element, results));
  results.classList.add("empty");
  const drawing = networkDrawing(pictures, { words, choose });
  const resized = new ResizeObserver(() => place.clientWidth !== plotted && plot());
  resized.observe(place);
  return { update, unmount };

  function unmount() {
    asking.cancel();
    comparing.cancel();
    drawing.close();
    resized.disconnect();
  }

  /** A change in the form: one entry of the history for each field that one stays in. */
  function change(name, text, typing = false, dimensions = null) {
    const base = params.design && pinned ? paramsOf(pinned.brief) : params;
    let next = changed(base, name, text);
    if (dimensions !== null) next = changed(next, "dimensions", dimensions);
    if (name === "discriminator_output" && text === "critic" && !next.discriminator_normalization) {
      next = { ...next, discriminator_normalization: "layer" };
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
    if (unknown.length) return failed(null, wrongAddress(unknown));
    const wait = delay;
    delay = 0;
    results.setAttribute("aria-busy", "true");
    if (!shownDesign) show(notice, h("p", { class: "panel", role: "status" }, h("span", { class: "badge running" }, words("design.waiting"))));
    asking.ask(work, wait);
  }

  async function work(signal) {
    try {
      if (params.design) paint(await recalled(signal), "done");
      else {
        const brief = briefOf(params);
        paint(await call("/v1/designs", { body: { ...brief, verify: "none" }, signal }), "running");
        await prove(brief, signal);
      }
      results.setAttribute("aria-busy", "false");
    } catch (failure) {
      if (signal.aborted || !(failure instanceof Failure)) throw failure;
      failed(failure);
    }
  }

  /** The design of an id; its picture, which needs no proof, is there before. */
  async function recalled(signal) {
    const path = `/v1/designs/${encodeURIComponent(params.design)}`;
    const picture = h("img", { src: `${path}/generator.svg`, alt: words("network.generator"), onerror: () => picture.remove() });
    const note = h("p", { role: "status" }, h("span", { class: "badge running" }, words("design.recalling")));
    show(notice, h("div", { class: "panel" }, note, h("div", { class: "scroll", tabindex: "0" }, picture)));
    const design = await call(path, { signal });
    pinned = design;
    form.fill(paramsOf(design.brief));
    return design;
  }

  /** The receipt, after the chain: what fails here leaves the chain where it stands. */
  async function prove(brief, signal) {
    try {
      const design = await call("/v1/designs", { body: { ...brief, verify: "standard" }, signal });
      shownDesign = design;
      summarise("done");
      announce(words(`verdict.${design.verification.verdict}`));
    } catch (failure) {
      if (signal.aborted || !(failure instanceof Failure)) throw failure;
      summarise("failed", failure);
    }
  }

  function paint(design, state) {
    shownDesign = design;
    results.classList.remove("empty", "stale");
    show(notice, params.chain ? pinnedNote() : null);
    form.mark([]);
    summarise(state);
    show(scale, words(design.brief.dimensions === 3 ? "design.scale.3" : "design.scale"));
    drawing.show(design);
    choose(...drawing.chosen());
    show(why, h("h2", null, words("why.title")), whySentences(design, words));
    showOverlap(overlap, { design, words, failed });
    compare(design);
  }

  function summarise(state, failure = null) {
    showSummary(summary, { design: shownDesign, state, failure, params, context, retry: ask });
  }

  function choose(role, index) {
    const layer = mapsOf(shownDesign[role])[index].layer;
    drawing.select(role, index);
    showLayer(detail, { design: shownDesign, role, layer, words, address: context.address });
  }

  /** The alternatives have a line of their own: they hold up nothing, and nothing holds them up. */
  function compare(design) {
    const { brief } = design;
    const title = h("h2", null, words("scatter.title"));
    if (brief.initial_map) return show(others, title, h("p", null, words("scatter.no-latent")));
    const names = ["search", "budget", "latent_dim", "channels", "base_channels", "max_channels"];
    const body = { to: brief.resolution, limit: ALTERNATIVES, ...Object.fromEntries(names.map((name) => [name, brief[name]])) };
    comparing.ask(async (signal) => {
      try {
        const answer = await call("/v1/chains", { body, signal });
        if (!others.contains(place)) show(others, title, h("p", { class: "small muted" }, words("scatter.text")), place);
        scatter = { answer, windows: design.chain.windows, words, take };
        plot();
      } catch (failure) {
        if (signal.aborted || !(failure instanceof Failure)) throw failure;
        show(others, title, failureBox(failure, { words, retry: () => compare(design) }));
      }
    });
  }

  function plot() {
    if (!scatter || !place.isConnected) return;
    const held = place.contains(document.activeElement);
    plotted = place.clientWidth;
    showScatter(place, scatter);
    if (held) place.querySelector(".point[tabindex='0']")?.focus();
  }

  function take(chain, best) {
    const base = params.design && pinned ? paramsOf(pinned.brief) : params;
    const { chain: _, ...rest } = base;
    navigate(best ? rest : { ...rest, chain: chainText(chain.windows) });
    announce(words("scatter.taken"));
  }

  function pinnedNote() {
    const { chain: _, ...rest } = params;
    const back = h("button", { type: "button", onclick: () => navigate(rest) }, words("design.unpin"));
    return h("p", { class: "panel row note" }, h("span", null, words("design.pinned")), back);
  }

  /** What was there stays, dimmed, under the words on what is wrong. */
  function failed(failure, box = null) {
    results.setAttribute("aria-busy", "false");
    results.classList.toggle("stale", shownDesign !== null);
    const errors = failure?.problem?.errors ?? [];
    form.mark(errors.map(({ pointer, detail: text }) => ({ field: fieldAt(pointer), detail: text })));
    const shownBox = box ?? failureBox(failure, { words, retry: ask });
    shownBox.append(...(failure ? waysOn(failure, { params, words, navigate, size: resolutionText }) : []));
    show(notice, shownBox);
  }

  function wrongAddress(names) {
    return h(
      "section",
      { class: "failure", role: "alert" },
      h("h2", null, words("address.title")),
      h("p", null, words("address.fields", { names: names.join(", ") })),
      h("p", null, h("a", { href: "/" }, words("address.start"))),
    );
  }
}
