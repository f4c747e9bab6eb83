// The layer view: one layer and its twin, both as pictures and as matrices, stepping together.

import { Line } from "./api.mjs";
import { h, prose, show } from "./dom.mjs";
import { failureBox } from "./failure.mjs";
import { drawPair, readPair } from "./layer-pair.mjs";
import { makePlayer } from "./player.mjs";
import { sizeText } from "./words.mjs";

const DEBOUNCE_MS = 160;
const OPS = ["conv_transpose", "conv"];

/** Field: least, most, where it starts. Settings that fit together or not: all can be set. */
const SLIDERS = {
  input_size: [1, 10, 4],
  kernel_size: [1, 8, 4],
  stride: [1, 5, 2],
  padding: [0, 8, 1],
  dilation: [1, 4, 1],
  output_padding: [0, 4, 0],
};
const USUAL = { op: OPS[0], dimensions: 2, ...Object.fromEntries(Object.entries(SLIDERS).map(([name, [, , usual]]) => [name, usual])) };

/** The view, put into `root`. */
export const mount = (root, context) => new LayerView(root, context);

/** The state that an address names, and what of it cannot be: [name, text, values it may have]. */
export function readState(params) {
  const wrong = [];
  const state = { ...USUAL };
  for (const [name, text] of Object.entries(params)) {
    const [least, most] = SLIDERS[name] ?? (name === "dimensions" ? [1, 2] : []);
    const fits = name === "op" ? OPS.includes(text) : /^\d{1,3}$/.test(text) && text >= least && text <= most;
    if (fits) state[name] = name === "op" ? text : Number(text);
    else wrong.push([name, text, name === "op" ? OPS.join(", ") : least === undefined ? null : `${least}–${most}`]);
  }
  return { state, wrong };
}

/** The address's fields: only what differs from where the sliders start. */
const paramsOf = (state) =>
  Object.fromEntries(Object.entries(state).filter(([name, value]) => value !== USUAL[name]).map(([n, v]) => [n, String(v)]));

class LayerView {
  constructor(root, context) {
    Object.assign(this, { root, context, line: new Line(), timer: 0, gesture: false, legal: null });
    const { words } = context;
    this.notes = h("div");
    this.result = h("div", { class: "panel result", "aria-live": "polite" });
    this.player = makePlayer(words);
    this.stage = h("div", { class: "stage" });
    this.about = h("div", { class: "panel about" });
    this.shown = h("div", { class: "shown", hidden: true }, this.player.element, this.stage, this.about);
    this.resized = new ResizeObserver(() => this.pictures?.flow());
    this.resized.observe(this.stage);
    show(
      root,
      h("h1", null, words("layer.heading")),
      h("p", { class: "muted" }, words("layer.lead")),
      this.notes,
      h("div", { class: "layer-columns" }, h("div", { class: "set" }, this.controls(), this.result), this.shown),
    );
  }

  controls() {
    const { words } = this.context;
    const choice = (name, values) =>
      h(
        "fieldset",
        { class: "choice" },
        h("legend", null, words(`layer.${name}`)),
        values.map((value) =>
          h("label", null, h("input", { type: "radio", name, value: String(value), onchange: () => this.choose(name, value) }), words(`layer.${name}.${value}`)),
        ),
      );
    this.form = h("form", { class: "panel controls", "aria-label": words("layer.settings"), onsubmit: (event) => event.preventDefault() });
    return show(this.form, choice("op", OPS), choice("dimensions", [2, 1]), Object.keys(SLIDERS).map((name) => this.slider(name)));
  }

  slider(name) {
    const [min, max] = SLIDERS[name];
    const { words } = this.context;
    const input = h("input", { type: "range", id: `layer-${name}`, name, min, max, step: 1, oninput: () => this.slide(name), onchange: () => this.settle() });
    return h(
      "div",
      { class: "slider" },
      h("label", { for: input.id }, words(`layer.${name}`), " ", h("code", { class: "muted small" }, name)),
      h("output", { class: "number", for: input.id, name: `${name}_said` }),
      input,
    );
  }

  /** A radio button: a convolution has no output padding, so it does not keep one. */
  choose(name, value) {
    const state = { ...this.state, [name]: value };
    if (name === "op" && value === "conv") state.output_padding = 0;
    this.context.navigate(paramsOf(state));
  }

  /** A slider moves: the number follows at once, the rest after a moment; one gesture is one step back. */
  slide(name) {
    this.state = { ...this.state, [name]: Number(this.form.elements[name].value) };
    this.writeControls();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.context.navigate(paramsOf(this.state), { replace: this.gesture === "moved" });
      if (this.gesture) this.gesture = "moved";
    }, DEBOUNCE_MS);
    this.gesture ||= "begun";
  }

  settle() {
    this.gesture = false;
  }

  update(params) {
    const { state, wrong } = readState(params);
    clearTimeout(this.timer);
    this.state = state;
    this.writeControls();
    show(this.notes, wrong.length ? this.wrongAddress(wrong) : null);
    this.ask();
  }

  writeControls() {
    for (const name of Object.keys(SLIDERS)) {
      this.form.elements[name].value = this.state[name];
      this.form.elements[`${name}_said`].value = this.state[name];
    }
    for (const name of ["op", "dimensions"]) this.form.elements[name].value = String(this.state[name]);
  }

  wrongAddress(wrong) {
    const { words } = this.context;
    const told = ([name, text, range]) =>
      h("li", null, words(range ? "address.value" : "address.field", { name, text: text.slice(0, 40), range }));
    return h("section", { class: "failure", role: "alert" }, h("h2", null, words("address.partly")), h("ul", null, wrong.map(told)));
  }

  ask() {
    const state = this.state;
    return this.line.ask(async (signal) => {
      try {
        const pair = await readPair(this.context.call, state, signal);
        this.showPair(pair);
        this.legal = state;
      } catch (failure) {
        if (signal.aborted) throw failure;
        this.fail(failure);
      }
    });
  }

  showPair(pair) {
    const { words } = this.context;
    const { layer, twin } = pair;
    this.shown.hidden = this.shown.inert = false;
    show(
      this.result,
      h("p", { class: "sizes" }, `${sizeText(layer.input_size)} → ${sizeText(layer.output_size)}`),
      h("p", { class: "mono" }, layer.arithmetic[0]),
      h("p", null, prose(words(backKey(layer, twin), { size: sizeText(twin.output_size), padding: twin.output_padding[0] }))),
    );
    this.pictures = drawPair(this.stage, pair, words);
    this.player.show(this.pictures);
    show(this.about, aboutLayer(pair, words));
  }

  /** What cannot be is told with its numbers; the last picture that could be stays, dimmed. */
  fail(failure) {
    const { words } = this.context;
    const illegal = failure.problem?.code === "illegal_layer";
    if (illegal) {
      this.shown.inert = true;
      this.player.stop();
    }
    show(this.result, illegal ? this.illegalBox(failure.problem) : failureBox(failure, { words, retry: () => this.ask() }));
  }

  illegalBox({ detail, facts, type, code }) {
    const { words, navigate } = this.context;
    const law = ["span", "output_size", "stride", "output_padding"].find((name) => name in facts);
    const back = this.legal ?? { ...USUAL, op: this.state.op, dimensions: this.state.dimensions };
    return h(
      "div",
      { class: "illegal", "data-code": code },
      h("h2", null, words("layer.illegal")),
      h("p", { lang: "en", class: "told" }, detail),
      law ? h("p", null, prose(words(`layer.law.${law}`))) : null,
      h("dl", { class: "facts" }, Object.entries(facts).map(([name, value]) => h("div", null, h("dt", null, h("code", null, name)), h("dd", { class: "number" }, String(value))))),
      h(
        "p",
        { class: "row" },
        h("button", { type: "button", onclick: () => navigate(paramsOf(back)) }, words(this.legal ? "layer.back" : "layer.usual")),
        h("a", { href: type }, words("layer.problem")),
      ),
      this.legal ? h("p", { class: "muted small" }, words("layer.stale")) : null,
    );
  }

  unmount() {
    clearTimeout(this.timer);
    this.line.cancel();
    this.resized.disconnect();
    this.player.stop();
  }
}

/** Whether the twin leads back to the size that the layer began with. */
function backKey(layer, twin) {
  if (String(twin.output_size) !== String(layer.input_size)) return "layer.more";
  return layer.op === "conv" ? "layer.grows" : "layer.shrinks";
}

/** The layer another way, in words with its numbers; and as Python text that runs. */
function aboutLayer({ layer }, words) {
  const { equivalent, overlap, matrix } = layer;
  const [near, far] = equivalent.padding[0];
  const numbers = {
    zeros: equivalent.inserted_zeros[0],
    before: sizeText(layer.input_size),
    spread: sizeText(equivalent.input_size),
    near,
    far,
    entries: matrix.entries.length,
    cells: matrix.shape[0] * matrix.shape[1],
    most: overlap.most,
    least: overlap.least,
    unread: layer.unread,
    sum: layer.multiply_adds,
  };
  const direct = layer.op === "conv" ? "layer.direct.itself" : near < 0 || far < 0 ? "layer.direct.crop" : "layer.direct";
  const even = overlap.even ? "even" : "uneven";
  return [
    h("h2", null, words("layer.about")),
    h("ul", null, [
      h("li", null, prose(words(direct, numbers))),
      h("li", null, words("layer.entries", numbers)),
      h("li", null, words(`layer.${even}.${overlap.map}`, numbers)),
      layer.unread ? h("li", null, words(`layer.unread.${overlap.map}`, numbers)) : null,
    ]),
    h("details", null, h("summary", null, words("layer.python")), h("pre", { tabindex: "0", class: "code", "aria-label": words("layer.python") }, equivalent.source)),
  ];
}
