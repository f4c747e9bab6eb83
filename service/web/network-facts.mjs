// What a network costs: memory for a batch, receptive field, and its modules as torchinfo prints them.

import { copyButton } from "./copy.mjs";
import { facts, h, labelled, panel, show } from "./dom.mjs";
import { numberText, sizeText, t } from "./messages.mjs";

const BATCH = 64;

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

/** The table of modules, which is loaded when it is opened. */
function moduleTable(network, role, announce) {
	const label = t("facts.modules", { name: t(`network.${role}`) });
	return h("details.modules", { ontoggle: paint }, h("summary", t("facts.table")));

	async function paint({ target }) {
		if (target.children.length > 1) return;
		const text = (await import("./module-table.mjs")).modulesText(network);
		show(
			target,
			target.firstChild,
			h("p", copyButton(t("code.copy"), text, { about: label, announce })),
			h("pre", { tabindex: "0", role: "region", "aria-label": label, translate: "no" }, h("code", text)),
		);
	}
}
