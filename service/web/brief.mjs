// Converts between the fields of the URL and the brief of the API.

import rows from "./brief-fields.mjs";
import { readInteger, readSizes, unwrapSingle } from "./text-values.mjs";

/** The fields of the URL by name: type, path in a brief, default, control in the form. */
export const FIELDS = Object.fromEntries(rows.map((row) => [row.name, { path: [row.name], low: 1, ...row }]));

/** The state of a URL without fields. */
export const START = { resolution: "64", latent_dim: "100" };

/** Whether a change of the field discards a chosen chain. */
const affectsSearch = (name) =>
	["resolution", "dimensions", "initial_map"].includes(name) || ["search", "budget"].includes(FIELDS[name].path[0]);

const readList = (text, sign) => text.split(sign).map((part) => readInteger(part.trim()));
const collapseEqual = (values) => (values.every((value) => value === values[0]) ? values[0] : values);

/** Text to value, by type; unreadable text passes unchanged, for the service to refuse. */
export const READERS = {
	integer: readInteger,
	choice: (text) => text,
	flag: (text) => ({ true: true, false: false })[text] ?? text,
	size: (text) => readSizes(text.replaceAll(" ", "")),
	list: (text) => readList(text, ","),
	map: (text) => {
		const [channels, ...size] = readList(text, /[x×]/);
		return { channels, size: unwrapSingle(size) };
	},
	chain: (text) => {
		const windows = text.split("-").map(readWindow);
		return windows.includes(null) ? text : windows;
	},
};

/** Value to text, by type. */
const WRITERS = {
	integer: String,
	choice: String,
	flag: String,
	size: (value) => [collapseEqual(value)].flat().join("x"),
	list: String,
	map: ({ channels, size }) => [channels, ...size].join("x"),
	chain: (value) => value.map(writeWindow).join("-"),
};

const LETTERS = { k: "kernel_size", s: "stride", d: "dilation", p: "padding", a: "output_padding" };
const WINDOW_DEFAULTS = { s: 1, d: 1, p: 0, a: 0 };

/** The windows of a layer as text: k4s2p1, or k4.6s2.3 if the axes differ. */
const writeWindow = (window) =>
	Object.entries(LETTERS)
		.map(([letter, name]) => [letter, collapseEqual([window[name]].flat())])
		.filter(([letter, value]) => value !== WINDOW_DEFAULTS[letter])
		.map(([letter, value]) => letter + [value].flat().join("."))
		.join("");

function readWindow(text) {
	if (!/^(?:[ksdpa]\d+(?:\.\d+)*)+$/.test(text)) return null;
	const parts = text.matchAll(/([ksdpa])([\d.]+)/g);
	return Object.fromEntries([...parts].map(([, letter, value]) => [LETTERS[letter], unwrapSingle(readList(value, "."))]));
}

/** A chain as text for the URL. */
export const chainText = WRITERS.chain;

/** A resolution as text: 96 if all sides are equal, else 218x178. */
export const resolutionText = WRITERS.size;

/** The unknown fields of the URL. */
export const unknownFields = (params) => Object.keys(params).filter((name) => name !== "design" && !(name in FIELDS));

/** The brief of a state. */
export function briefOf(params) {
	const brief = {};
	for (const [name, text] of Object.entries({ ...START, ...params })) {
		if (!FIELDS[name] || text === "" || name === "no_discriminator" || (name === "latent_dim" && params.initial_map)) continue;
		const { path, kind } = FIELDS[name];
		const target = path.length > 1 ? (brief[path[0]] ??= {}) : brief;
		target[path.at(-1)] = READERS[kind](text);
	}
	if (params.no_discriminator === "true") brief.discriminator = null;
	return brief;
}

/** The state of a completed brief, without defaults. */
export function paramsOf(brief) {
	const params = {};
	for (const [name, { path, kind, defaultValue, defaultLists }] of Object.entries(FIELDS)) {
		const value = path.reduce((inner, step) => inner?.[step], brief);
		const isDefault = [null, undefined, defaultValue].includes(value) || String(value) === defaultLists?.[brief.dimensions - 1];
		if (!isDefault && name !== "dimensions" && name !== "no_discriminator") params[name] = WRITERS[kind](value);
	}
	if (brief.dimensions !== 2 && /^\d+$/.test(params.resolution)) params.dimensions = String(brief.dimensions);
	if (brief.discriminator === null) params.no_discriminator = "true";
	return params;
}

/** A state with one field changed; a change of the search discards a chosen chain. */
export function changeField(params, name, text) {
	const next = { ...params, [name]: text };
	if (affectsSearch(name)) delete next.chain;
	if (["", START[name], String(FIELDS[name].defaultValue)].includes(text)) delete next[name];
	return next;
}

/** The form field for a JSON pointer of an error. */
export function fieldAt(pointer) {
	const steps = pointer.split("/").slice(1);
	const at = ([name, { path }]) => name !== "no_discriminator" && path.every((step, target) => steps[target] === step);
	return Object.entries(FIELDS).find(at)?.[0];
}

/** The options of `gan-designer design` for this brief, or null if only an id can express it. */
export function commandOptions(params) {
	if (params.design || params.chain) return null;
	const { resolution, latent_dim, ...rest } = { ...START, ...params };
	const options = Object.entries(params.initial_map ? rest : { latent_dim, ...rest }).map(([name, text]) => optionOf(name, text));
	return [resolution, ...options.filter(Boolean)].join(" ");
}

function optionOf(name, text) {
	const option = name.replaceAll("_", "-");
	const { kind, defaultValue } = FIELDS[name];
	if (kind === "flag") return text === String(defaultValue) ? "" : `--${defaultValue ? "no-" : ""}${option}`;
	return `--${option} ${text}`;
}
