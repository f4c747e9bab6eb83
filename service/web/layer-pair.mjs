// A layer and its twin with the same kernel: what the service says of both, and its four pictures.

import { h, show } from "./dom.mjs";
import { ravel, showPicture, unravel } from "./picture.mjs";
import { pictureWords, sizeText } from "./words.mjs";

const RESOURCES = { conv: "/v1/layers/conv", conv_transpose: "/v1/layers/conv-transpose" };
const WINDOW = ["kernel_size", "stride", "padding", "dilation", "output_padding"];

/**
 * The layer, its twin (the gradient: the other kind, the same kernel) and the pictures of both.
 * A picture that the service refuses is its refusal.
 */
export async function readPair(call, state, signal) {
  const { op, ...fields } = state;
  const body = { ...fields, include: ["matrix", "equivalent", "overlap"] };
  const layer = await call(RESOURCES[op], { body, signal });
  const { gradient } = layer.equivalent;
  const window = Object.fromEntries(WINDOW.map((name) => [name, gradient[name]]));
  const asked = { ...window, input_size: layer.output_size };
  const [twin, ...pictures] = await Promise.all([
    call(RESOURCES[gradient.op], { body: asked, signal }),
    picture(call, layer, { animate: true }, signal),
    picture(call, { ...gradient, ...asked }, { animate: true }, signal),
    picture(call, layer, { view: "matrix" }, signal),
    picture(call, { ...gradient, ...asked }, { view: "matrix" }, signal),
  ]);
  return { layer, twin, pictures };
}

async function picture(call, layer, how, signal) {
  const fields = Object.fromEntries(["input_size", ...WINDOW].map((name) => [name, layer[name].join("x")]));
  const query = new URLSearchParams({ dimensions: layer.input_size.length, ...fields, ...how });
  try {
    return await call(`${RESOURCES[layer.op]}.svg?${query}`, { signal, as: "text" });
  } catch (failure) {
    if (failure.kind === "refused") return failure;
    throw failure;
  }
}

/** Draw both layers and both matrices; gives what steps them together. */
export function drawPair(stage, { layer, twin, pictures }, words) {
  const [layerSvg, twinSvg, layerMatrix, twinMatrix] = pictures;
  const drawn = [
    figure(layerFigure(layer, words), layerSvg, words),
    figure(layerFigure(twin, words), twinSvg, words),
    figure(matrixFigure(layer, words), layerMatrix, words),
    figure(matrixFigure(twin, words), twinMatrix, words),
  ];
  const [a, b, c, d] = drawn.map((each) => each.element);
  show(stage, layer.op === "conv" ? [b, a, c, d] : [a, b, d, c]);
  const maps = drawn.slice(0, 2).map((each) => each.picture).filter(Boolean);
  const flow = () => maps.forEach((map) => map.flow(layer.input_size.length === 1));
  flow();
  return { count: size(layer.output_size), seek, flow };

  function seek(place) {
    const entries = layer.matrix.entries.filter(([row]) => row === place);
    const [, column, tap] = entries[entries.length >> 1] ?? [];
    const partner = column === undefined ? null : ravel(unravel(column, layer.input_size), twin.output_size);
    const [layerPart, twinPart, layerRows, twinRows] = drawn.map((each) => each.picture);
    layerPart?.seek(place);
    twinPart?.seek(partner);
    layerRows?.mark([size(layer.output_size), size(layer.input_size)], place, column ?? null);
    twinRows?.mark([size(twin.output_size), size(twin.input_size)], partner, place);
    return words(`layer.step.${partner === null ? "nothing" : layer.op}`, {
      output: unravel(place, layer.output_size).join(", "),
      count: entries.length,
      row: place,
      other: partner === null ? "" : unravel(partner, twin.output_size).join(", "),
      tap,
    });
  }
}

const size = (sides) => sides.reduce((product, side) => product * side, 1);

const layerFigure = (layer, words) => ({
  name: `drawn-${layer.op}`,
  title: words(`layer.op.${layer.op}`),
  lines: [`${sizeText(layer.input_size)} → ${sizeText(layer.output_size)}`, layer.arithmetic[0]],
  note: words(`layer.drawn.${layer.op}`),
});

const matrixFigure = (layer, words) => ({
  name: `matrix-${layer.op}`,
  title: words(`layer.matrix.${layer.op}`),
  lines: [`${size(layer.output_size)} × ${size(layer.input_size)}`],
  note: words("layer.matrix.note"),
});

/** A picture with its words; in the place of one that was refused stands the reason. */
function figure({ name, title, lines, note }, text, words) {
  const host = h("div", { class: "picture" });
  const caption = h("figcaption", null, h("h2", null, title), lines.map((line) => h("p", { class: "mono" }, line)), h("p", { class: "muted small" }, note));
  const element = h("figure", { class: `panel ${name}` }, caption, host);
  if (typeof text === "string") return { element, picture: showPicture(host, text, pictureWords(words)) };
  show(host, h("p", null, words("layer.undrawn")), h("p", { lang: "en", class: "told" }, text.problem.detail));
  return { element, picture: null };
}
