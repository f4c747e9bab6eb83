// The state of a design: fields of the address on one side, the brief of the service on the other.

/** Where a field of the address stands in a brief, and how it is written. */
export const FIELDS = {
  resolution: { path: ["resolution"], kind: "size" },
  dimensions: { path: ["dimensions"], kind: "integer" },
  latent_dim: { path: ["latent_dim"], kind: "integer" },
  initial_map: { path: ["initial_map"], kind: "map" },
  channels: { path: ["channels"], kind: "integer", usual: 3 },
  base_channels: { path: ["base_channels"], kind: "integer", usual: 64 },
  max_channels: { path: ["max_channels"], kind: "integer", usual: 512 },
  upsampling: { path: ["upsampling"], kind: "text", usual: "transposed" },
  normalization: { path: ["normalization"], kind: "text", usual: "batch" },
  classes: { path: ["classes"], kind: "integer" },
  encoder: { path: ["encoder"], kind: "flag", usual: false },
  no_discriminator: { path: ["discriminator"], kind: "flag", usual: false },
  discriminator_normalization: { path: ["discriminator", "normalization"], kind: "text", usual: "batch" },
  discriminator_output: { path: ["discriminator", "output"], kind: "text", usual: "probability" },
  patch: { path: ["discriminator", "patch"], kind: "integer" },
  discriminator_base_channels: { path: ["discriminator", "base_channels"], kind: "integer" },
  kernel_sizes: { path: ["search", "kernel_sizes"], kind: "list" },
  strides: { path: ["search", "strides"], kind: "list" },
  dilations: { path: ["search", "dilations"], kind: "list" },
  output_padding: { path: ["search", "output_padding"], kind: "flag", usual: true },
  exact: { path: ["search", "exact"], kind: "text", usual: "prefer" },
  overlap: { path: ["search", "overlap"], kind: "text", usual: "prefer" },
  initial_size: { path: ["search", "initial_size"], kind: "size" },
  max_layers: { path: ["search", "max_layers"], kind: "integer", usual: 16 },
  anisotropic: { path: ["search", "anisotropic"], kind: "flag", usual: false },
  max_parameters: { path: ["budget", "parameters"], kind: "integer" },
  max_multiply_adds: { path: ["budget", "multiply_adds"], kind: "integer" },
  chain: { path: ["chain"], kind: "chain" },
};

/** The state of an empty address. */
export const START = { resolution: "64", latent_dim: "100" };

/** What the search tries where nothing is said, by the number of axes. */
export const USUAL_LISTS = {
  kernel_sizes: [[4, 8, 12, 16, 18, 24, 25, 30, 36, 42, 48], [3, 4, 5, 6, 8, 9], [3, 4, 5, 6, 8, 9]],
  strides: [[2, 3, 4, 5, 6, 7, 8], [2, 3], [2, 3]],
  dilations: [[1], [1], [1]],
};

const SEARCHED = ["resolution", "dimensions", "initial_map", "kernel_sizes", "strides", "dilations", "output_padding"]
  .concat(["exact", "overlap", "initial_size", "max_layers", "anisotropic", "max_parameters", "max_multiply_adds"]);

const number = (text) => (/^-?\d{1,40}$/.test(text) ? Number(text) : text);
const numbers = (text, sign) => text.split(sign).map((part) => number(part.trim()));
const single = (list) => (list.length === 1 ? list[0] : list);
const one = (values) => (values.every((value) => value === values[0]) ? values[0] : values);

/** Text to value, by kind; what cannot be read goes through as it is, for the service to refuse. */
const READ = {
  integer: number,
  text: (text) => text,
  flag: (text) => ({ true: true, false: false })[text] ?? text,
  size: (text) => single(numbers(text, /[x×]/)),
  list: (text) => numbers(text, ","),
  map: (text) => {
    const [channels, ...size] = numbers(text, /[x×]/);
    return { channels, size: single(size) };
  },
  chain: (text) => {
    const windows = text.split("-").map(readWindow);
    return windows.includes(null) ? text : windows;
  },
};

/** Value to text, by kind. */
const WRITE = {
  integer: String,
  text: String,
  flag: String,
  size: (value) => sides([one(value)].flat()),
  list: (value) => value.join(","),
  map: (value) => sides([value.channels, ...value.size]),
  chain: (value) => value.map(writeWindow).join("-"),
};

const sides = (value) => value.join("x");

const LETTERS = { k: "kernel_size", s: "stride", d: "dilation", p: "padding", a: "output_padding" };
const LEFT_OUT = { s: 1, d: 1, p: 0, a: 0 };

/** The windows of a layer in letters: k4s2p1, and k4.6s2.3 where the axes differ. */
function writeWindow(window) {
  return Object.entries(LETTERS)
    .map(([letter, field]) => [letter, one([window[field]].flat())])
    .filter(([letter, value]) => value !== LEFT_OUT[letter])
    .map(([letter, value]) => letter + [value].flat().join("."))
    .join("");
}

function readWindow(text) {
  if (!/^(?:[ksdpa]\d+(?:\.\d+)*)+$/.test(text)) return null;
  const parts = text.matchAll(/([ksdpa])([\d.]+)/g);
  return Object.fromEntries([...parts].map(([, letter, value]) => [LETTERS[letter], single(numbers(value, "."))]));
}

/** A chain as the address writes it. */
export const chainText = WRITE.chain;

/** The names in the address that nobody knows. */
export const unknownFields = (params) =>
  Object.keys(params).filter((name) => name !== "design" && !(name in FIELDS));

/** The brief of a state. */
export function briefOf(params) {
  const brief = {};
  for (const [name, text] of Object.entries({ ...START, ...params })) {
    const { path, kind } = FIELDS[name] ?? {};
    if (!path || text === "" || (name === "latent_dim" && params.initial_map)) continue;
    if (name === "no_discriminator") continue;
    put(brief, path, READ[kind](text));
  }
  if (params.no_discriminator === "true") brief.discriminator = null;
  return brief;
}

function put(object, [first, ...rest], value) {
  if (rest.length) put((object[first] ??= {}), rest, value);
  else object[first] = value;
}

/** The state of a completed brief: what is usual is left out. */
export function paramsOf(brief) {
  const params = {};
  for (const [name, { path, kind, usual }] of Object.entries(FIELDS)) {
    const value = path.reduce((inner, step) => inner?.[step], brief);
    if (value === null || value === undefined || value === usual) continue;
    const usualList = USUAL_LISTS[name]?.[brief.dimensions - 1];
    if (usualList && String(value) === String(usualList)) continue;
    if (name !== "dimensions" && name !== "no_discriminator") params[name] = WRITE[kind](value);
  }
  if (brief.dimensions !== 2 && /^\d+$/.test(params.resolution)) params.dimensions = String(brief.dimensions);
  if (brief.discriminator === null) params.no_discriminator = "true";
  return params;
}

/** 96 where all sides are equal, 218x178 where they differ. */
export const resolutionText = WRITE.size;

/** A state with one field changed: a chosen chain is let go where the change is to the search. */
export function changed(params, name, text) {
  const next = { ...params };
  if (SEARCHED.includes(name)) delete next.chain;
  if (text === "" || text === START[name] || text === String(FIELDS[name].usual)) delete next[name];
  else next[name] = text;
  return next;
}

/** The field of the form that a JSON pointer of a refusal is about. */
export function fieldAt(pointer) {
  const steps = pointer.split("/").slice(1);
  const found = Object.entries(FIELDS).filter(([, { path }]) => path.every((step, at) => steps[at] === step));
  return found.find(([name]) => name !== "no_discriminator")?.[0] ?? null;
}

/** The options of `gan-designer design` that ask for this brief; null where only an id can. */
export function commandOptions(params) {
  if (params.design || params.chain) return null;
  const all = { ...START, ...params };
  if (params.initial_map) delete all.latent_dim;
  const { resolution, ...rest } = all;
  const options = Object.entries(rest).map(([name, text]) => optionOf(name, text));
  return [resolution, ...options.filter(Boolean)].join(" ");
}

function optionOf(name, text) {
  const option = name.replaceAll("_", "-");
  if (name === "output_padding") return text === "false" ? "--no-output-padding" : "";
  if (FIELDS[name].kind === "flag") return text === "true" ? `--${option}` : "";
  return `--${option} ${text}`;
}
