// Converts between the fields of the URL and the brief of the API.

import rows from "./brief-fields.mjs";
import { readInteger, readSizes, unwrapSingle } from "./text-values.mjs";

/** The fields of the URL by name, with dots as in the API: type, path in a brief, default, control in the form. */
export const FIELDS = byKey(
	rows.map((row) => {
		const path = row.name.split(".");
		return [row.name, { path, kind: row.choices ? "choice" : "integer", low: 1, option: path.at(-1), group: path[1] && path[0], ...row }];
	}),
);

/** The fields by their names on the command line, which are those of earlier releases of the page, too. */
const BY_OPTION = byKey(Object.values(FIELDS).map(({ option, name }) => [option, name]));

/** The field of this name, by its name or that on the command line. */
export const fieldName = (name) => (name in FIELDS ? name : (BY_OPTION[name] ?? name));

/** An object of these entries without inherited names, which a URL can have. */
function byKey(entries) {
	return Object.assign(Object.create(null), Object.fromEntries(entries));
}

/** The state of a URL without fields. */
export const START = { resolution: "64", latent_dim: "100" };

/** Whether a change of the field discards a chosen chain. */
const affectsSearch = (name) =>
	["resolution", "dimensions", "factor"].includes(name) || ["search", "budget", "initial_map"].includes(FIELDS[name].path[0]);

const readList = (text, sign) => text.split(sign).map((part) => readInteger(part.trim()));
const collapseEqual = (values) => (values.every((value) => value === values[0]) ? values[0] : values);

/** The text that leaves out an object. */
const NONE = "none";

/** Text to value, by type; unreadable text passes unchanged, for the service to refuse. */
export const READERS = {
	integer: readInteger,
	choice: (text) => text,
	flag: (text) => ({ true: true, false: false })[text] ?? text,
	size: (text) => readSizes(text.replaceAll(" ", "")),
	list: (text) => readList(text, ","),
	levels: (text) => unwrapSingle(readList(text, ",")),
	object: (text) => (text === NONE ? null : text),
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
	levels: String,
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

/**
 * A state with every field by its name in the API. A field that another one contradicts keeps its
 * name, so that it is among the `unusableFields`.
 */
export function withApiNames(params) {
	const next = {};
	for (const [given, text] of Object.entries(params)) {
		for (const [name, value] of apiFields(given, text)) next[name in next || (name !== given && name in params) ? given : name] = value;
	}
	if (params.no_discriminator !== undefined && next.discriminator === NONE) {
		for (const name of Object.keys(next)) if (name.startsWith("discriminator.")) delete next[name];
	}
	return next;
}

/** The fields that a field of an address stands for, by their names in the API, with their texts. */
function apiFields(name, text) {
	if (name === "initial_map") {
		const [channels, ...size] = text.split(/[x×]/);
		return [["initial_map.channels", channels], ...(size.length ? [["initial_map.size", size.join("x")]] : [])];
	}
	if (name === "no_discriminator") return text === "false" ? [] : [["discriminator", text === "true" ? NONE : text]];
	return (FIELDS[name]?.sets ?? [fieldName(name)]).map((each) => [each, text]);
}

/** The fields of a state that are unknown, or that another one contradicts: `[name, key of a message]`. */
export function unusableFields(params) {
	const names = Object.keys(params).filter((name) => name !== "design");
	const conflicts = (name) => isOtherName(name) || ("discriminator" in params && name.startsWith("discriminator."));
	return names.filter((name) => conflicts(name) || !(name in FIELDS)).map((name) => [name, conflicts(name) ? "address.conflict" : "address.field"]);
}

/** Whether it is a name that `withApiNames` replaces unless another field contradicts it. */
const isOtherName = (name) => name === "initial_map" || Boolean(FIELDS[name]?.sets) || (name in BY_OPTION && !(name in FIELDS));

const hasMap = (params) => Boolean(params["initial_map.channels"] || params["initial_map.size"]);

/** Whether the arms of the network are joined by skips. */
const hasSkips = ({ skips }) => skips && skips !== NONE;

/** Whether another field of a state takes the place of this one. */
const isReplaced = (name, params) => (name === "latent_dim" && (hasMap(params) || hasSkips(params))) || (name === "resolution" && params.factor);

/** The brief of a state. */
export function briefOf(params) {
	const brief = {};
	for (const [name, text] of Object.entries({ ...START, ...params })) {
		if (!FIELDS[name] || text === "" || isReplaced(name, params)) continue;
		const { path, kind } = FIELDS[name];
		const target = path.length > 1 ? (brief[path[0]] ??= {}) : brief;
		target[path.at(-1)] = READERS[kind](text);
	}
	return brief;
}

/** The default of a field where the others have the values that `read` gives. */
function impliedDefault(name, read) {
	const { defaultBy, defaultValue } = FIELDS[name];
	return defaultBy?.values[defaultBy.fields.map(read)] ?? defaultValue;
}

/** What the control of a field shows in a state without it: its default, undefined for one that is computed. */
export const defaultIn = (name, params) => FIELDS[name].defaultValue && impliedDefault(name, (other) => params[other] ?? defaultIn(other, params));

/** The state of a completed brief, without defaults. */
export function paramsOf(brief) {
	const params = {};
	const valueAt = (path) => path.reduce((inner, step) => inner?.[step], brief);
	for (const [name, { path, kind, defaultLists }] of Object.entries(FIELDS)) {
		const value = valueAt(path);
		const implied = impliedDefault(name, (other) => valueAt(FIELDS[other].path));
		const isDefault = [null, undefined, implied].includes(value) || String(value) === defaultLists?.[brief.dimensions - 1];
		const replaced = (name === "latent_dim" && brief.initial_map) || (name === "resolution" && brief.factor);
		if (!isDefault && !replaced && name !== "dimensions" && WRITERS[kind]) params[name] = WRITERS[kind](value);
	}
	if (brief.dimensions !== 2 && /^\d+$/.test(params.factor ?? params.resolution)) params.dimensions = String(brief.dimensions);
	if (brief.discriminator === null) params.discriminator = NONE;
	return params;
}

/** The number of axes of a state. */
export function axesOf({ resolution = START.resolution, dimensions = "2" }) {
	const parts = resolution.split(/[x×]/);
	return parts.length > 1 ? parts.length : Number(dimensions);
}

/** By architecture, the fields that it does not know: a change to it discards them. */
const UNKNOWN_TO = {
	dcgan: ["blocks", "attention", "expansion", "group_width", "discriminator.blocks"],
	resnet: ["expansion", "group_width"],
	r3gan: ["attention"],
};

/** The fields that go with skips alone: without these, they are discarded. */
const WITH_SKIPS = ["input_channels", "any_size"];

/** A state with one field changed; a change of the search discards a chosen chain. */
export function changeField(params, name, text) {
	const next = { ...params, [name]: text };
	if (affectsSearch(name)) delete next.chain;
	if (name === "discriminator") for (const inner of Object.keys(next)) if (inner.startsWith("discriminator.")) delete next[inner];
	if (name.startsWith("discriminator.")) delete next.discriminator;
	if (name === "skips" && hasSkips(next)) next.encoder = "true";
	if (name === "skips" && !hasSkips(next)) for (const each of WITH_SKIPS) delete next[each];
	if (name === "architecture") for (const each of UNKNOWN_TO[text] ?? []) delete next[each];
	if (["", START[name], String(defaultIn(name, next))].includes(text)) delete next[name];
	return next;
}

/** The form field for a JSON pointer of an error. */
export function fieldAt(pointer) {
	const steps = pointer.split("/").slice(1);
	const found = Object.values(FIELDS).filter(({ path }) => path.every((step, target) => steps[target] === step));
	return found.sort((one, other) => other.path.length - one.path.length)[0]?.name;
}

/** The options of `gan-designer design` for this brief, or null if only an id can express it. */
export function commandOptions(params) {
	if (params.design || params.chain) return null;
	const { resolution, latent_dim, "initial_map.channels": channels, "initial_map.size": size, ...rest } = { ...START, ...params };
	const latent = hasSkips(params) ? "" : optionOf("latent_dim", latent_dim);
	const start = hasMap(params) ? `--initial-map ${[channels, size].filter(Boolean).join("x")}` : latent;
	const options = [start, ...Object.entries(rest).map(([name, text]) => optionOf(name, text))];
	return [...(params.factor ? [] : [resolution]), ...options.filter(Boolean)].join(" ");
}

function optionOf(name, text) {
	const { kind, defaultValue, option: underscored } = FIELDS[name];
	const option = underscored.replaceAll("_", "-");
	if (kind === "object") return `--${option}`;
	if (kind === "flag") return text === String(defaultValue) ? "" : `--${defaultValue ? "no-" : ""}${option}`;
	return `--${option} ${text}`;
}
