// The table of a sweep: request, verdict and cost of each row, sortable by column.

import { FIELDS } from "./brief.mjs";
import { h, panel, saveFile, scroller, show } from "./dom.mjs";
import { sizesText, numberText, sizeText, t } from "./messages.mjs";
import { reasonElements, reasonsOf } from "./reasons.mjs";

const MAX_SHOWN_ROWS = 200; // the downloads contain all rows

/** Columns read from the rows, before and after those of the other grid fields. */
const REQUEST_COLUMNS = { index: (row) => row.index, resolution: (row) => sizeText([row.resolution].flat()), latent_dim: (row) => row.latent_dim };
const RESULT_COLUMNS = {
	verdict: (row) => row.verdict ?? row.problem?.code ?? null,
	generator_parameters: ({ generator }) => generator?.parameters ?? null,
	generator_multiply_adds: ({ generator }) => generator?.multiply_adds ?? null,
	discriminator_parameters: ({ discriminator }) => discriminator?.parameters ?? null,
	discriminator_multiply_adds: ({ discriminator }) => discriminator?.multiply_adds ?? null,
	departure: (row) => row.departure,
	chain: (row) => (row.sizes ? sizesText(row.sizes) : null),
};

/** The columns of a grid: the value of a further field follows from the row's index, last field fastest. */
function columnsOf(grid) {
	const fields = [];
	let step = 1;
	for (const [name, values] of Object.entries(grid).reverse()) {
		const every = step;
		if (!(name in REQUEST_COLUMNS) && values.length > 1) fields.unshift([name, ({ index }) => values[Math.floor(index / every) % values.length]]);
		step *= values.length;
	}
	return { ...REQUEST_COLUMNS, ...Object.fromEntries(fields), ...RESULT_COLUMNS };
}

const labelOf = (name) => t(`${FIELDS[name]?.sweep ? "field" : "sweep"}.${name}`);

/** Compare numbers by value and texts by collation; missing values come last in both orders. */
function compare(one, two, sign) {
	if (one === null || two === null) return (one === null) - (two === null);
	const [a, b] = [Number(one), Number(two)];
	return sign * (Number.isNaN(a) || Number.isNaN(b) ? String(one).localeCompare(two, undefined, { numeric: true }) : a - b);
}

/** The columns of a plot: label, value of a row, and that value as text. */
function plotColumns(columns) {
	const found = { ...columns, resolution: (row) => Math.max(...[row.resolution].flat()), activation_bytes: ({ generator }) => generator?.activation_bytes ?? null };
	delete found.index;
	delete found.chain;
	const textOf = (name) => (value) => (name === "verdict" ? t(`sweep.${value}`) : numberText(value));
	return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, { label: labelOf(name), value, text: textOf(name) }]));
}

/** The table: `show(rows, grid)` fills it, `describe(row)` returns a row as a sentence, `columns()` those for a plot. */
export function sweepTable(open) {
	let [rows, columns, by, sign] = [[], {}, "index", 1];
	const head = h("tr");
	const body = h("tbody");
	const note = h("p.muted.small");
	const label = t("sweep.rows");
	const element = panel("rows", label, scroller(label, h("table.sweep-rows", h("thead", head), body)), note);
	return { element, describe, columns: () => plotColumns(columns), show: fill };

	function fill(next, grid) {
		rows = next;
		columns = columnsOf(grid);
		element.hidden = !rows.length;
		paint();
	}

	function paint() {
		const focused = head.contains(document.activeElement) ? document.activeElement.name : null;
		show(head, Object.keys(columns).map(heading));
		const value = columns[by] ?? columns.index;
		const sorted = rows.toSorted((one, two) => compare(value(one), value(two), sign));
		show(body, sorted.slice(0, MAX_SHOWN_ROWS).map(line));
		show(note, rows.length > MAX_SHOWN_ROWS && t("sweep.shown", { shown: MAX_SHOWN_ROWS, total: rows.length }));
		if (focused) head.querySelector(`[name=${focused}]`)?.focus();
	}

	function heading(name) {
		const [order, arrow] = name === by ? (sign > 0 ? ["ascending", "\u00a0▲"] : ["descending", "\u00a0▼"]) : [];
		const press = h("button", { name, onclick: () => sort(name) }, labelOf(name), h("span", { "aria-hidden": "true" }, arrow));
		return h("th", { scope: "col", "aria-sort": order }, press);
	}

	function sort(name) {
		sign = name === by ? -sign : 1;
		by = name;
		paint();
	}

	function line(row) {
		const cells = Object.entries(columns).map(([name, value]) => h("td.number", cell(name, value(row), row)));
		return h("tr", { class: row.problem && "problem" }, cells);
	}

	function cell(name, value, row) {
		if (name === "index" && row.id) return h("a", { href: open(row.id) }, String(value));
		if (name === "verdict" && row.problem) return reasonElements("div.wrong", reasonsOf(row.problem));
		if (name === "verdict") return t(`sweep.${value}`);
		return typeof value === "number" ? numberText(value) : value;
	}

	function describe(row) {
		const parts = Object.entries(columns).map(([name, value]) => `${labelOf(name)} ${cell(name, value(row), {})}`);
		return parts.join("; ");
	}
}

/** Save the rows as a CSV file, in the order of the request. */
export function saveRows(rows, grid) {
	const columns = { ...columnsOf(grid), id: (row) => row.id, problem: (row) => row.problem?.detail ?? null };
	const quote = (value) => (/[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ""));
	const ordered = rows.toSorted((one, two) => one.index - two.index);
	const lines = [Object.keys(columns), ...ordered.map((row) => Object.values(columns).map((value) => value(row)))];
	saveFile("sweep.csv", lines.map((line) => `${line.map(quote).join(",")}\r\n`).join(""), "text/csv");
}
