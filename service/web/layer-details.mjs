// Details of one layer of a network: formula, arithmetic, cost and receptive field.

import { facts, h, show } from "./dom.mjs";
import { NAMES, SETTINGS } from "./layer-fields.mjs";
import { sizeText, t } from "./messages.mjs";

/** The layers of torch with the sizes of those that interpolate. */
const SIZED_AS = { interpolating_upsample: "conv_transpose", interpolating_downsample: "conv" };
const lawOf = ({ op }) => SIZED_AS[op] ?? op;
const LAWS = { conv: "o = ⌊(i + 2P − D(F − 1) − 1) / S⌋ + 1", conv_transpose: "o = (i − 1)·S − 2P + D(F − 1) + 1 + A" };
const LETTERS = { F: "kernel_size", S: "stride", P: "padding", A: "output_padding", D: "dilation" };
const DEFAULTS = { A: 0, D: 1, groups: 1 };

/** The side of a smaller input, if the map is larger than the layer view shows at once. */
const MAX_INPUT_SIDE = SETTINGS.input_size[1];

const allEqual = (values) => values.every((value) => value === values[0]);

/** Show a layer of a design in `root`, with a link to the layer view. */
export function showLayerDetails(root, { design, role, layer, address }) {
	const shared = (name, value, whole) => [t(name), t("fact.share", { value, share: percent(value, whole) })];
	const { parameters, multiply_adds: work } = design[role];
	show(
		root,
		h("h3", h("code", layer.name), ` ${t(`op.${layer.op}`)}: `, h("span.number", t("fact.maps", { from: layer.in_channels, to: layer.out_channels }))),
		h(
			"div.layer-details",
			h("div", arithmetic(layer)),
			facts([
				shared("fact.parameters", layer.parameters, parameters),
				shared("fact.work", layer.multiply_adds, work),
				[t("field.normalization"), t(`choice.${layer.normalization}`)],
				[t("fact.activation"), t(`choice.${layer.activation}`)],
			]),
			h("div", sentences({ design, role, layer }).map((text) => h("p", text)), layerLink(layer, address)),
		),
	);
}

function percent(part, whole) {
	const rounded = Math.round((100 * part) / Math.max(1, whole));
	return rounded || !part ? rounded : "< 1";
}

/** A link to the layer view, with a smaller input if the map is too large to draw there. */
function layerLink(layer, address) {
	const op = lawOf(layer);
	if (!LAWS[op]) return null;
	const first = Object.fromEntries(Object.values(LETTERS).map((name) => [name, layer[name][0]]));
	if (Object.entries(first).some(([name, value]) => value > SETTINGS[name][3])) return null;
	const side = Math.min(MAX_INPUT_SIDE, layer.input_size[0]);
	const isSame = op === layer.op && side === layer.input_size[0] && NAMES.every((name) => allEqual(layer[name]));
	const params = { op, dimensions: Math.min(2, layer.input_size.length), input_size: side, ...first };
	return h("p", h("a", { href: address(params, "layer") }, t(isSame ? "fact.open-layer" : "fact.open-similar")));
}

function arithmetic(layer) {
	const { arithmetic: lines, kernel_size: kernel } = layer;
	const law = LAWS[lawOf(layer)];
	if (!lines.length) return h("p.muted", t("fact.no-arithmetic"));
	const axes = allEqual(lines)
		? [[lines.length > 1 ? t("fact.every-axis") : "", lines[0]]]
		: lines.map((line, axis) => [t("fact.axis", { axis: axis + 1 }), line]);
	return [
		law && h("p.law.mono.muted", law),
		axes.map(([name, line]) => h("p.law.mono", line, name ? h("span.muted.axis", name) : null)),
		kernel && h("p.letters.mono.small.muted", letters(layer)),
	];
}

/** F = 4  S = 2  P = 1: settings that a layer does not have, or that say nothing, are left out. */
const letters = (layer) =>
	Object.entries({ ...LETTERS, groups: "groups" })
		.map(([letter, name]) => [letter, [layer[name]].flat()])
		.filter(([letter, values]) => !values.every((value) => [DEFAULTS[letter], null].includes(value)))
		.map(([letter, values]) => `${letter} = ${allEqual(values) ? values[0] : values.join("×")}`)
		.join("  ");

function sentences({ design, role, layer }) {
	const texts = [];
	const field = layer.receptive_field;
	const { input_size: before, offset, stride } = layer;
	if (lawOf(layer) === "conv_transpose" && stride.some((step) => step > 1)) {
		texts.push(
			offset.every((off) => off === 0)
				? t("fact.exact", { factor: sizeText(stride) })
				: t("fact.offset", { offset: (allEqual(offset) ? offset.slice(0, 1) : offset).map(signed).join(", ") }),
		);
	} else if (before.every((side) => side === 1) && layer.output_size.some((side) => side > 1)) {
		texts.push(t("fact.stem", { size: sizeText(layer.output_size) }));
	}
	if (field) texts.push(receptiveFieldText({ design, role, field }));
	return texts;
}

const signed = (number) => (number < 0 ? `− ${-number}` : `+ ${number}`);

function receptiveFieldText({ design, role, field }) {
	const size = sizeText(field);
	if (role === "generator") return t(design.brief.initial_map ? "fact.sees-map" : "fact.sees-first", { size });
	const whole = field.every((side, axis) => side >= design.brief.resolution[axis]);
	return t(whole ? "fact.sees-all" : "fact.sees-picture", { size });
}
