// The chain of a design beside its rivals: a row for each criterion of the solver's order, the deciding one marked.

import { chainText } from "./brief.mjs";
import { h, scroller, show } from "./dom.mjs";
import { sizesText, t } from "./messages.mjs";
import { roundedMessage } from "./rounded-numbers.mjs";

const MAX_COLUMNS = 4;

/**
 * The criteria in their order: the facts of a chain's reason that rank it, smaller ones first. The first criterion
 * has none: chains of exact layers come first, unless they depart too far.
 */
const CRITERIA = [
	["exact", ({ code }) => [Number(!["exact_comes_first", "exact_from_map"].includes(code))]],
	["departure", ({ facts }) => [facts.departure]],
	["overlap", ({ facts }) => [facts.uneven, facts.unread]],
	["offsets", ({ facts }) => [facts.inexact, facts.offset_sum]],
	["kernels", ({ facts }) => [facts.distance]],
	["side", ({ facts }) => [facts.distance, facts.side]],
	["cost", ({ facts }) => [facts.layers, facts.multiply_adds]],
	["padding", ({ facts }) => [facts.output_padding_sum, facts.padding_sum]],
];

const ranks = ({ reasons }) => CRITERIA.map(([, read], row) => read(reasons[row]));

/** The first criterion by which two chains differ, or -1. */
function decidingRow(one, two) {
	const [ours, theirs] = [ranks(one), ranks(two)];
	return ours.findIndex((values, row) => String(values) !== String(theirs[row]));
}

/** The chain with the least values, compared in order. */
const least = (chains, values) =>
	chains.reduce((best, each) => {
		const [ours, theirs] = [values(each), values(best)];
		const at = ours.findIndex((value, place) => value !== theirs[place]);
		return at >= 0 && ours[at] < theirs[at] ? each : best;
	});

/** The compared chains with their roles: the best of the order, that of the design, and their rivals. */
function columnsOf({ chains, frontier, windows }) {
	const all = [...chains, ...frontier];
	const own = all.find((chain) => chainText(chain.windows) === chainText(windows));
	const roles = [
		["best", chains[0]],
		["yours", own !== undefined && chainText(own.windows) !== chainText(chains[0].windows) ? own : null],
		["textbook", least(all, (chain) => [chain.departure, ...ranks(chain)[4], ...ranks(chain)[2]])],
		["cheapest", least(all, (chain) => [chain.multiply_adds, chain.parameters])],
		["next", chains[1]],
	];
	const columns = new Map();
	for (const [role, chain] of roles) {
		if (!chain) continue;
		const key = chainText(chain.windows);
		if (columns.has(key)) columns.get(key).roles.push(role);
		else if (columns.size < MAX_COLUMNS) columns.set(key, { chain, roles: [role] });
	}
	return [...columns.values()];
}

function exactText({ exact_steps: exact, windows }, code) {
	if (code === "exact_beyond_limit") return t("compare.beyond");
	return t("compare.steps", { exact, steps: windows.length });
}

/** Show the comparison in `root`; `take(chain, isBest)` is called when a rival is selected. */
export function showComparison(root, { chains, frontier, windows, take }) {
	const [best, ...rivals] = columnsOf({ chains, frontier, windows });
	const columns = [best, ...rivals].map((column) => ({ ...column, row: decidingRow(best.chain, column.chain) }));
	const table = h(
		"table.comparison-table",
		h("thead", h("tr", h("th", { scope: "col" }, t("compare.criterion")), columns.map(heading))),
		h("tbody", CRITERIA.map(([name], row) => h("tr", h("th", { scope: "row" }, t(`compare.${name}`)), columns.map((column) => cell(column, name, row)))), parametersRow()),
	);
	show(root, h("h2", t("compare.title")), h("p.small.muted", t("compare.text")), scroller(t("compare.title"), table));

	function heading({ chain, roles }) {
		const isShown = chainText(chain.windows) === chainText(windows);
		const kernels = chain.windows.map(({ kernel_size: kernel }) => kernel[0]).join(", ");
		return h(
			"th",
			{ scope: "col", class: isShown && "shown" },
			h("span.roles", roles.map((role) => t(`compare.role.${role}`)).join(", ")),
			h("span.number.small", sizesText(chain.sizes)),
			h("span.number.small", t("compare.of-kernels", { kernels })),
			isShown ? h("span.small.muted", t("compare.shown")) : h("button", { onclick: () => take(chain, chain === chains[0]) }, t("compare.take")),
		);
	}

	function cell({ chain, row: deciding }, name, row) {
		const { code, facts } = chain.reasons[row];
		const isDeciding = deciding === row;
		const text = code.endsWith("_ignored") ? t("compare.ignored") : name === "exact" ? exactText(chain, code) : roundedMessage(`compare.value.${name}`, facts);
		return h("td.number", { class: isDeciding && "deciding" }, text, isDeciding && h("strong.small", t("compare.decides")));
	}

	function parametersRow() {
		const value = ({ chain }) => h("td.number", roundedMessage("compare.number", { value: chain.parameters }));
		return h("tr", h("th", { scope: "row" }, t("compare.parameters")), columns.map(value));
	}
}
