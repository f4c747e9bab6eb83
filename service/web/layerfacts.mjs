// One layer of a network in words and numbers: its law, its arithmetic, what it costs and sees.

import { h, show } from "./dom.mjs";
import { sizeText } from "./words.mjs";

const LAWS = {
  conv: "o = ⌊(i + 2P − D(F − 1) − 1) / S⌋ + 1",
  conv_transpose: "o = (i − 1)·S − 2P + D(F − 1) + 1 + A",
};
const LETTERS = [["F", "kernel_size"], ["S", "stride"], ["P", "padding"], ["A", "output_padding"], ["D", "dilation"]];
const LEFT_OUT = { A: 0, D: 1 };

/** What the layer view can be set to. */
const MOST = { kernel_size: 8, stride: 5, padding: 8, dilation: 4, output_padding: 4 };
const MOST_SIDE = 10;

const alike = (values) => values.every((value) => value === values[0]);

/** Show a layer of a design in `root`, with a link to where it can be seen at work. */
export function showLayer(root, { design, role, layer, words, address }) {
  const network = design[role];
  const share = (part, whole) => {
    const percent = Math.round((100 * part) / Math.max(1, whole));
    return percent || !part ? percent : "< 1";
  };
  const facts = [
    [words("fact.parameters"), words("fact.share", { value: layer.parameters, share: share(layer.parameters, network.parameters) })],
    [words("fact.work"), words("fact.share", { value: layer.multiply_adds, share: share(layer.multiply_adds, network.multiply_adds) })],
    [words("fact.after"), `${words(`norm.${layer.normalization}`)}, ${words(`activation.${layer.activation}`)}`],
  ];
  show(
    root,
    h(
      "h3",
      null,
      h("code", null, layer.name),
      ` ${words(`op.${layer.op}`)}: `,
      h("span", { class: "number" }, words("fact.maps", { from: layer.in_channels, to: layer.out_channels })),
    ),
    h(
      "div",
      { class: "layerfacts" },
      h("div", null, arithmetic(layer, words)),
      h("dl", null, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", { class: "number" }, value)))),
      h("div", null, sentences({ design, role, layer, words }).map((text) => h("p", null, text)), atWork(layer, { words, address })),
    ),
  );
}

/** A link to the layer at work, on a smaller map where its own is too large to watch. */
function atWork(layer, { words, address }) {
  if (!LAWS[layer.op]) return null;
  const first = Object.fromEntries(LETTERS.map(([, name]) => [name, layer[name][0]]));
  if (Object.entries(MOST).some(([name, most]) => first[name] > most)) return null;
  const side = Math.min(MOST_SIDE, layer.input_size[0]);
  const alone = side === layer.input_size[0] && [layer.input_size, ...LETTERS.map(([, name]) => layer[name])].every(alike);
  const params = { op: layer.op, dimensions: Math.min(2, layer.input_size.length), input_size: side, ...first };
  return h("p", null, h("a", { href: address(params, "layer") }, words(alone ? "fact.at-work" : "fact.like-it")));
}

function arithmetic(layer, words) {
  const { arithmetic: lines, kernel_size: kernel } = layer;
  if (!lines.length) return h("p", { class: "muted" }, words("fact.no-arithmetic"));
  const axes = alike(lines) ? [[lines.length > 1 ? words("fact.every-axis") : "", lines[0]]] : lines.map((line, axis) => [words("fact.axis", { axis: axis + 1 }), line]);
  return [
    LAWS[layer.op] ? h("p", { class: "law mono muted" }, LAWS[layer.op]) : null,
    axes.map(([name, line]) => h("p", { class: "law mono" }, line, name ? h("span", { class: "muted axis" }, name) : null)),
    kernel ? h("p", { class: "letters mono small muted" }, letters(layer)) : null,
  ];
}

/** F 4, S 2, P 1: what is as torch has it by itself is left out. */
const letters = (layer) =>
  LETTERS.filter(([letter, name]) => layer[name] && !layer[name].every((value) => value === LEFT_OUT[letter]))
    .map(([letter, name]) => `${letter} = ${alike(layer[name]) ? layer[name][0] : layer[name].join("×")}`)
    .join("  ");

function sentences({ design, role, layer, words }) {
  const told = [];
  const field = layer.receptive_field;
  const { input_size: before, offset, stride, op } = layer;
  if (op === "conv_transpose" && stride.some((step) => step > 1)) {
    told.push(offset.every((off) => off === 0) ? words("fact.exact", { factor: sizeText(stride) }) : words("fact.offset", { offset: (alike(offset) ? offset.slice(0, 1) : offset).map(signed).join(", ") }));
  } else if (op === "conv_transpose" && before.every((side) => side === 1)) {
    told.push(words("fact.stem", { size: sizeText(layer.output_size) }));
  }
  if (field) told.push(seen({ design, role, field, words }));
  return told;
}

const signed = (number) => (number < 0 ? `− ${-number}` : `+ ${number}`);

function seen({ design, role, field, words }) {
  const size = sizeText(field);
  if (role === "generator") return words(design.brief.initial_map ? "fact.sees-map" : "fact.sees-first", { size });
  const whole = field.every((side, axis) => side >= design.brief.resolution[axis]);
  return words(whole ? "fact.sees-all" : "fact.sees-picture", { size });
}
