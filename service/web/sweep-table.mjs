// The rows of a sweep: what was asked of each, what it costs, its verdict; sorted by a press.

import { h, show } from "./dom.mjs";
import { sizeText } from "./words.mjs";

const SHOWN = 200; // rows on the screen; all are in the downloads

/** What rows say of themselves, before and behind the other fields of the grid. */
const ASKED = {
  index: (row) => row.index,
  resolution: (row) => sizeText([row.resolution].flat()),
  latent_dim: (row) => row.latent_dim,
};
const FOUND = {
  verdict: (row) => row.verdict ?? row.problem?.code ?? null,
  ...Object.fromEntries(["generator", "discriminator"].flatMap((role) => ["parameters", "multiply_adds"].map((cost) => [`${role}_${cost}`, (row) => row[role]?.[cost] ?? null]))),
  departure: (row) => row.departure,
  chain: (row) => row.sizes?.map(sizeText).join(" → ") ?? null,
};

/** The columns of a grid: where a further field varies, its value is read off the row's index, the last one fastest. */
function columnsOf(grid) {
  const fields = [];
  let step = 1;
  for (const [name, values] of Object.entries(grid).reverse()) {
    const every = step;
    if (!(name in ASKED) && values.length > 1) fields.unshift([name, ({ index }) => values[Math.floor(index / every) % values.length]]);
    step *= values.length;
  }
  return { ...ASKED, ...Object.fromEntries(fields), ...FOUND };
}

/** Numbers by size, texts as they read; what is missing comes last either way. */
function compare(one, two, sign) {
  if (one === null || two === null) return (one === null) - (two === null);
  const [a, b] = [Number(one), Number(two)];
  return sign * (Number.isNaN(a) || Number.isNaN(b) ? String(one).localeCompare(two, undefined, { numeric: true }) : a - b);
}

/** The table: `show(rows, grid)` fills it, `describe(row)` says a row in a sentence. */
export function sweepTable({ words, open }) {
  let [rows, columns, by, sign] = [[], {}, "index", 1];
  const head = h("tr");
  const body = h("tbody");
  const note = h("p", { class: "muted small" });
  const scroll = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words("sweep.rows") }, h("table", { class: "sweep-rows" }, h("thead", null, head), body));
  const element = h("section", { class: "panel", hidden: true }, h("h2", null, words("sweep.rows")), scroll, note);
  return { element, describe, show: fill };

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
    show(body, sorted.slice(0, SHOWN).map(line));
    show(note, rows.length > SHOWN ? words("sweep.shown", { shown: SHOWN, total: rows.length }) : null);
    if (focused) head.querySelector(`[name=${focused}]`)?.focus();
  }

  function heading(name) {
    const sorted = name === by ? { 1: "ascending", "-1": "descending" }[sign] : null;
    return h("th", { scope: "col", "aria-sort": sorted }, h("button", { type: "button", name, onclick: () => sort(name) }, label(name), h("span", { "aria-hidden": "true" }, { ascending: " ▲", descending: " ▼" }[sorted] ?? "")));
  }

  function label(name) {
    return words(`sweep.${name}`);
  }

  function sort(name) {
    sign = name === by ? -sign : 1;
    by = name;
    paint();
  }

  function line(row) {
    return h("tr", { class: row.problem ? "problem" : null }, Object.entries(columns).map(([name, value]) => h("td", { class: "number" }, cell(name, value(row), row))));
  }

  function cell(name, value, row) {
    if (name === "index" && row.id) return h("a", { href: open(row.id) }, String(value));
    if (name === "verdict" && row.problem) return h("span", { class: "wrong", lang: "en" }, row.problem.detail);
    if (name === "verdict") return words(`sweep.${value}`);
    return typeof value === "number" ? words.number(value) : value;
  }

  function describe(row) {
    return Object.entries(columns).map(([name, value]) => `${label(name)} ${cell(name, value(row), {})}`).join("; ");
  }
}

/** The rows as a CSV file, in the order of the request. */
export function saveRows(rows, grid) {
  const columns = { ...columnsOf(grid), id: (row) => row.id, problem: (row) => row.problem?.detail ?? null };
  const quote = (value) => (/[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ""));
  const ordered = rows.toSorted((one, two) => one.index - two.index);
  const lines = [Object.keys(columns), ...ordered.map((row) => Object.values(columns).map((value) => value(row)))];
  const url = URL.createObjectURL(new Blob([lines.map((line) => `${line.map(quote).join(",")}\r\n`).join("")], { type: "text/csv" }));
  h("a", { href: url, download: "sweep.csv" }).click();
  URL.revokeObjectURL(url);
}
