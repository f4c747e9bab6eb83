// What a network costs: memory for a batch, receptive field, and its modules as torchinfo prints them.

import { copyButton } from "./copy.mjs";
import { facts, h, labelled, panel, show } from "./dom.mjs";
import { numberText, sizeText, t } from "./messages.mjs";

const BATCH = 64;
const [RULE, NAME_WIDTH, SHAPE_WIDTH] = ["=".repeat(90), 41, 26];

/** The panel of all networks of a design, with a field for the batch. */
export function networkFacts(design, announce) {
	const roles = ["generator", "discriminator", "encoder"].filter((role) => design[role]?.memory);
	const input = h("input", { id: "batch", type: "number", min: 1, step: 1, value: String(BATCH), oninput: paint });
	const lists = roles.map(() => h("div"));
	paint();
	return panel(
		"networks-facts",
		t("facts.title"),
		labelled(t("facts.batch"), input, h("p.muted.small", t("facts.memory-note"))),
		roles.map((role, at) => [h("h3", t(`network.${role}`)), lists[at], moduleTable(design[role], role, announce)]),
	);

	function paint() {
		const batch = /^[1-9]\d{0,6}$/.test(input.value) ? Number(input.value) : null;
		input.setAttribute("aria-invalid", String(batch === null));
		roles.forEach((role, at) => show(lists[at], figures(design[role], role, batch)));
	}

	function figures({ parameters, multiply_adds: work, memory, receptive_field: field }, role, batch) {
		const bytes = (use) => (batch === null ? "–" : bytesText(memory[use].fixed_bytes + batch * memory[use].sample_bytes));
		const inMap = role === "generator" && !design.brief.initial_map;
		return facts([
			[t("facts.training"), bytes("training")],
			[t("facts.inference"), bytes("inference")],
			[t("fact.parameters"), numberText(parameters)],
			[t("facts.work"), numberText(work)],
			[t(inMap ? "facts.field-in-map" : "facts.field"), sizeText(field)],
		]);
	}
}

/** Bytes in the largest unit that leaves at least one. */
function bytesText(bytes) {
	const power = Math.min(3, Math.max(1, Math.floor(Math.log2(bytes) / 10)));
	return `${(bytes / 1024 ** power).toPrecision(3).replace(/e\+3$/, "")} ${["", "KiB", "MiB", "GiB"][power]}`;
}

function moduleTable(network, role, announce) {
	const text = modulesText(network);
	const label = t("facts.modules", { name: t(`network.${role}`) });
	return h(
		"details.modules",
		h("summary", t("facts.table")),
		h("p", copyButton(t("code.copy"), text, { about: label, announce })),
		h("pre", { tabindex: "0", role: "region", "aria-label": label, translate: "no" }, h("code", text)),
	);
}

/** The modules in the columns of torchinfo, for a batch of one; multiply-adds are those of the design. */
function modulesText({ class_name: kind, modules, output_shape: shape, parameters, multiply_adds: work }) {
	const line = (name, size, count) => `${name.padEnd(NAME_WIDTH)}${(size ? `[${size.join(", ")}]` : "--").padEnd(SHAPE_WIDTH)}${count ? count.toLocaleString("en") : "--"}`;
	const counts = [0, 0, 0, 0];
	const rows = modules.flatMap((each) => {
		const steps = each.name.split(".");
		return steps.map((_, depth) => {
			const path = [...steps.slice(0, depth + 1), ""].join(".");
			const inside = modules.filter(({ name }) => `${name}.`.startsWith(path));
			if (inside[0] !== each) return "";
			const kind = depth === steps.length - 1 ? each.class_name : containerKind(steps, depth);
			const name = `${depth ? "│    ".repeat(depth) + "└" : "├"}─${kind}: ${depth + 1}-${(counts[depth] += 1)}`;
			const size = kind !== "ModuleList" && [1, ...inside.at(-1).output_shape];
			return line(name, size, kind === each.class_name && each.parameters);
		});
	}).filter(Boolean);
	const result = kind === "Discriminator" && shape.every((side) => side === 1) ? [1] : [1, ...shape];
	const head = "Layer (type:depth-idx)".padEnd(NAME_WIDTH) + "Output Shape".padEnd(SHAPE_WIDTH) + "Param #";
	const totals = [`Total params: ${parameters.toLocaleString("en")}`, `Total mult-adds: ${work.toLocaleString("en")}`];
	return [RULE, head, RULE, line(kind, result, 0), ...rows, RULE, ...totals, RULE].join("\n");
}

/** The class of a container, by its name and that of the container around it. */
function containerKind(steps, depth) {
	const [step, around] = [steps[depth], steps[depth - 1]];
	if (depth === 0) return ["down", "up"].includes(step) ? "ModuleList" : "Sequential";
	if (around === "up") return "Up";
	return /^\d+$/.test(step) && around !== "down" ? "Block" : "Sequential";
}
