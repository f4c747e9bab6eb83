// Converts between the fields of the URL and the brief of the API.

/** Field of the URL: its type, its path in a brief, its default. */
const field = (kind, path, defaultValue) => ({ kind, path: path.split("."), defaultValue });

export const FIELDS = {
	resolution: field("size", "resolution"),
	dimensions: field("integer", "dimensions"),
	latent_dim: field("integer", "latent_dim"),
	initial_map: field("map", "initial_map"),
	channels: field("integer", "channels", 3),
	base_channels: field("integer", "base_channels", 64),
	max_channels: field("integer", "max_channels", 512),
	upsampling: field("text", "upsampling", "transposed"),
	normalization: field("text", "normalization", "batch"),
	output_activation: field("text", "output_activation", "tanh"),
	classes: field("integer", "classes"),
	encoder: field("flag", "encoder", false),
	no_discriminator: field("flag", "discriminator", false),
	discriminator_normalization: field("text", "discriminator.normalization", "batch"),
	discriminator_output: field("text", "discriminator.output", "probability"),
	patch: field("integer", "discriminator.patch"),
	discriminator_base_channels: field("integer", "discriminator.base_channels"),
	kernel_sizes: field("list", "search.kernel_sizes"),
	strides: field("list", "search.strides"),
	dilations: field("list", "search.dilations"),
	output_padding: field("flag", "search.output_padding", true),
	exact: field("text", "search.exact", "prefer"),
	overlap: field("text", "search.overlap", "prefer"),
	initial_size: field("size", "search.initial_size"),
	max_layers: field("integer", "search.max_layers", 16),
	anisotropic: field("flag", "search.anisotropic", false),
	max_parameters: field("integer", "budget.parameters"),
	max_multiply_adds: field("integer", "budget.multiply_adds"),
	chain: field("chain", "chain"),
};

/** The state of a URL without fields. */
export const START = { resolution: "64", latent_dim: "100" };

/** Default values of the search, by number of axes. */
export const DEFAULT_LISTS = {
	kernel_sizes: ["4,8,12,16,18,24,25,30,36,42,48", "3,4,5,6,8,9", "3,4,5,6,8,9"],
	strides: ["2,3,4,5,6,7,8", "2,3", "2,3"],
	dilations: ["1", "1", "1"],
};

/** Whether a change of the field discards a chosen chain. */
const affectsSearch = (name) =>
	["resolution", "dimensions", "initial_map"].includes(name) || ["search", "budget"].includes(FIELDS[name].path[0]);

const readNumber = (text) => (/^-?\d{1,40}$/.test(text) ? Number(text) : text);
const readNumbers = (text, sign) => text.split(sign).map((part) => readNumber(part.trim()));
const unwrapSingle = (list) => (list.length === 1 ? list[0] : list);
const collapseEqual = (values) => (values.every((value) => value === values[0]) ? values[0] : values);

/** Text to value, by type; unreadable text passes unchanged, for the service to refuse. */
const READERS = {
	integer: readNumber,
	text: (text) => text,
	flag: (text) => ({ true: true, false: false })[text] ?? text,
	size: (text) => unwrapSingle(readNumbers(text, /[x×]/)),
	list: (text) => readNumbers(text, ","),
	map: (text) => {
		const [channels, ...size] = readNumbers(text, /[x×]/);
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
	text: String,
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
	return Object.fromEntries([...parts].map(([, letter, value]) => [LETTERS[letter], unwrapSingle(readNumbers(value, "."))]));
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
	for (const [name, { path, kind, defaultValue }] of Object.entries(FIELDS)) {
		const value = path.reduce((inner, step) => inner?.[step], brief);
		const isDefault = [null, undefined, defaultValue].includes(value) || String(value) === DEFAULT_LISTS[name]?.[brief.dimensions - 1];
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
	if (name === "output_padding") return text === "false" ? "--no-output-padding" : "";
	if (FIELDS[name].kind === "flag") return text === "true" ? `--${option}` : "";
	return `--${option} ${text}`;
}
