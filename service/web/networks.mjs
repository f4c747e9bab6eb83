// Draws both networks to one scale: each map is a block, its face shows the sides, its depth the channels.

import { pressKey } from "./arrow-keys.mjs";
import { h, s, show } from "./dom.mjs";
import { sizeText, t } from "./messages.mjs";
import { roundedMessage } from "./rounded-numbers.mjs";

const [MAX_SIDE_PX, MIN_SIDE_PX] = [220, 84];
const MAX_BACK_PX = 46;
const THICKNESS = 8;
const SLANT = [0.8, -0.5];
const GAP = 13;
const LETTER_WIDTH = 7.3;
const LINE_HEIGHT = 15;

/** The maps of a network in order: its input, then the output of each layer. */
export function mapsOf(network) {
	const [first] = network.layers.filter((layer) => layer.op !== "embedding");
	return [
		{ size: first.input_size, channels: network.input_shape[0], layer: null },
		...network.layers.map((layer) => ({ size: layer.output_size, channels: layer.out_channels, layer })),
	];
}

/** Pixels of a block: the face at `scale` pixels per position, the depth at `channelScale` pixels per channel. */
function blockSize({ size, channels }, { scale, channelScale }) {
	const px = (side) => Math.max(2, side * scale);
	const back = Math.max(2, channels * channelScale);
	if (size.length === 0) return { across: 3, down: 3, back: Math.min(MAX_BACK_PX, back) };
	if (size.length === 1) return { across: THICKNESS, down: px(size[0]), back };
	if (size.length === 2) return { across: px(size[1]), down: px(size[0]), back };
	return { across: px(size[2]), down: px(size[1]), back: px(size[0]) / 2 };
}

/** The labels of a map: its size (16³ or one line per side if it is long) and its channels. */
function labelsOf({ size, channels }) {
	const whole = size.join("×") || "1";
	const power = ["", "", "²", "³"][size.length];
	if (whole.length > 7 && power && size.every((side) => side === size[0])) {
		return { lines: [size[0] + power], channels: String(channels) };
	}
	const lines = whole.length > 7 ? size.map((side, at) => (at ? `×${side}` : String(side))) : [whole];
	return { lines, channels: String(channels) };
}

function measure(maps, scales) {
	return maps.map((map) => {
		const drawn = blockSize(map, scales);
		const labels = labelsOf(map);
		const text = Math.max(...labels.lines.map((line) => line.length), labels.channels.length) * LETTER_WIDTH;
		const wide = drawn.across + drawn.back * SLANT[0];
		return { map, ...drawn, labels, slot: Math.max(wide, text) };
	});
}

const totalWidth = (drawn) => drawn.reduce((sum, { slot }) => sum + slot + GAP, GAP);

/**
 * The largest pixels per position and per channel at which every network fits the width, by
 * bisection. Below a minimum the drawing scrolls instead.
 */
function fitScales(networks, width) {
	const maps = networks.flat();
	const longest = Math.max(...maps.flatMap(({ size }) => size));
	const channelScale = Math.min(MAX_BACK_PX, width / 12) / Math.max(...maps.map(({ size, channels }) => size.length && channels));
	const scale = fitScale(networks, { width, channelScale, low: MIN_SIDE_PX / longest, high: MAX_SIDE_PX / longest });
	return { scale, channelScale };
}

function fitScale(networks, { width, channelScale, low, high }) {
	const fits = (scale) => networks.every((each) => totalWidth(measure(each, { scale, channelScale })) <= width);
	if (fits(high)) return high;
	for (let turn = 0; turn < 24; turn += 1) {
		const middle = (low + high) / 2;
		if (fits(middle)) low = middle;
		else high = middle;
	}
	return low;
}

/**
 * The drawing of a design's networks in `root`. It calls `choose(role, index)` when a layer is
 * hovered or focused, and has `show(design)` and `select(role, index)`.
 */
export function networkDrawing(root, choose) {
	let design = null;
	let chosen = null;
	const resizeObserver = new ResizeObserver(() => design && draw());
	resizeObserver.observe(root);
	return { show: setDesign, select, chosen: chosenLayer, close: () => resizeObserver.disconnect() };

	/** The selected layer, or the generator's last one if that layer no longer exists. */
	function chosenLayer() {
		const [role, index] = chosen ?? ["generator", Infinity];
		const last = (name) => design[name].layers.length;
		return design[role] && index <= last(role) ? [role, index] : ["generator", last("generator")];
	}

	function setDesign(next) {
		design = next;
		draw();
	}

	function draw() {
		const roles = ["generator", "discriminator", "encoder"].filter((role) => design[role]);
		const columns = root.clientWidth >= 760 && roles.length > 1 && design.brief.architecture === "dcgan" ? 2 : 1;
		root.dataset.columns = columns;
		const width = root.clientWidth / columns - 2;
		const networks = roles.map((role) => mapsOf(design[role]));
		const scales = fitScales(networks, width);
		const hadFocus = root.contains(document.activeElement);
		show(root, roles.map((role, at) => figure(role, measure(networks[at], scales))));
		select(...chosenLayer());
		if (hadFocus) root.querySelector("[tabindex='0'].map")?.focus();
	}

	function figure(role, drawn) {
		const tall = Math.max(...drawn.map(({ down, back }) => down - back * SLANT[1])) + 6;
		const lines = Math.max(...drawn.map(({ labels }) => labels.lines.length)) + 1;
		const [width, height] = [totalWidth(drawn), tall + lines * LINE_HEIGHT + 10];
		let left = GAP;
		const groups = drawn.map((each, index) => {
			const group = mapGroup(role, each, index, { left, tall, height });
			left += each.slot + GAP;
			return group;
		});
		const { parameters, multiply_adds: work } = design[role];
		return h(
			"figure.network",
			{ class: role },
			h("figcaption", h("strong", t(`network.${role}`)), " ", h("span.muted.small.number", roundedMessage("network.figures", { parameters, work }))),
			h("div.scroll", s("svg", { width, height, role: "group", "aria-label": t("network.label", { name: t(`network.${role}`) }) }, groups)),
		);
	}

	function mapGroup(role, each, index, { left, tall, height }) {
		const { map, across, down, back, slot, labels } = each;
		const wide = across + back * SLANT[0];
		const x = left + (slot - wide) / 2;
		const rise = -back * SLANT[1];
		const y = (tall - down - rise) / 2 + rise;
		const layer = map.layer;
		const texts = [...labels.lines, labels.channels].map((line, at) =>
			s("text", { x: left + slot / 2, y: tall + LINE_HEIGHT * (at + 1), "text-anchor": "middle", class: at === labels.lines.length && "channels" }, line),
		);
		const light = () => choose(role, index);
		const events = layer && {
			role: "button",
			tabindex: "-1",
			"aria-pressed": "false",
			"aria-label": t("network.layer", {
				name: layer.name,
				op: t(`op.${layer.op}`),
				from: sizeText(layer.input_size),
				to: sizeText(layer.output_size),
				channels: layer.out_channels,
			}),
			onpointerenter: light,
			onclick: light,
			onfocus: light,
			onkeydown: (event) => pressKey(event, [...root.querySelectorAll(".map[role]")]),
		};
		const shape = s(
			"g.map",
			{ class: layer ? layer.name.includes("shortcut") && "shortcut" : "input", "data-role": role, "data-index": index, ...events },
			s("rect.hit", { x: left - GAP / 2, y: 0, width: slot + GAP, height }),
			s("path.top", { d: `M${x} ${y}l${back * SLANT[0]} ${-rise}h${across}l${-back * SLANT[0]} ${rise}z` }),
			s("path.side", { d: `M${x + across} ${y}l${back * SLANT[0]} ${-rise}v${down}l${-back * SLANT[0]} ${rise}z` }),
			s("rect.face", { x, y, width: across, height: down }),
		);
		return [shape, s("g.labels", { "aria-hidden": "true" }, texts)];
	}

	function select(role, index) {
		chosen = [role, index];
		for (const group of root.querySelectorAll(".map[role]")) {
			const on = group.dataset.role === role && Number(group.dataset.index) === index;
			group.classList.toggle("selected", on);
			group.setAttribute("aria-pressed", String(on));
			group.setAttribute("tabindex", on ? "0" : "-1");
			if (on) scrollToGroup(group);
		}
		drawReceptiveField(role, index);
	}

	/** Scroll the drawing, but not the page, to a layer. */
	function scrollToGroup(group) {
		const [place, hit] = [group.closest(".scroll"), group.querySelector(".hit").getBoundingClientRect()];
		const { left, right } = place.getBoundingClientRect();
		if (hit.right > right) place.scrollLeft += hit.right - right;
		if (hit.left < left) place.scrollLeft -= left - hit.left;
	}

	/** Frame the receptive field of one output in the middle of the map that it covers. */
	function drawReceptiveField(role, index) {
		root.querySelector(".receptive-field")?.remove();
		const maps = mapsOf(design[role]);
		const field = maps[index].layer?.receptive_field;
		if (!field?.length) return;
		const seen = role === "generator" && !design.brief.initial_map ? maps.findIndex(({ size }) => size.length && size.some((side) => side > 1)) : 0;
		const group = root.querySelector(`.map[data-role="${role}"][data-index="${seen}"]`);
		const face = group?.querySelector(".face");
		if (!face) return;
		const [x, y, across, down] = ["x", "y", "width", "height"].map((name) => Number(face.getAttribute(name)));
		const { size } = maps[seen];
		const share = (axis) => Math.min(1, field.at(axis) / size.at(axis));
		const width = size.length === 1 ? across : across * share(-1);
		const height = down * (size.length === 1 ? share(-1) : share(-2));
		const place = { x: x + (across - width) / 2, y: y + (down - height) / 2, width, height };
		group.append(s("rect.receptive-field", { ...place }));
	}
}
