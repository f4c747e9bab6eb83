// The settings of the layer view: their limits, their state in the URL, presets, and the line of Python.

const OPS = ["conv_transpose", "conv"];

/** What a step shows: an output with the inputs that it adds up, or an input that paints the kernel on the output. */
export const MODES = ["gather", "stamp"];

/** The settings with a few values: they are radio buttons. */
export const CHOICES = { op: OPS, dimensions: [2, 1] };

/**
 * Setting: minimum, maximum of the slider, default, maximum of the number field.
 * Combinations that form an invalid layer can be set, too.
 */
export const SETTINGS = {
	input_size: [1, 10, 4, 32],
	kernel_size: [1, 9, 4, 64],
	stride: [1, 5, 2, 32],
	padding: [0, 8, 1, 64],
	dilation: [1, 4, 1, 8],
	output_padding: [0, 4, 0, 32],
};
export const NAMES = Object.keys(SETTINGS);
export const DEFAULTS = { op: OPS[0], dimensions: 2, mode: MODES[0], ...Object.fromEntries(NAMES.map((name) => [name, SETTINGS[name][2]])) };

/** The allowed values of a field of the URL: a list, or [minimum, maximum]; undefined for an unknown field. */
function allowedValues(name) {
	if (name === "dimensions") return { range: [1, 2] };
	const values = { op: OPS, mode: MODES }[name];
	return values ? { values } : SETTINGS[name] && { range: [SETTINGS[name][0], SETTINGS[name][3]] };
}

/** The state in the URL, and its invalid fields: [name, text, allowed values]. */
export function readState(params) {
	const invalid = [];
	const state = { ...DEFAULTS };
	for (const [name, text] of Object.entries(params)) {
		const { values, range } = allowedValues(name) ?? {};
		const fits = values ? values.includes(text) : range && /^\d{1,3}$/.test(text) && text >= range[0] && text <= range[1];
		if (fits) state[name] = values ? text : Number(text);
		else invalid.push([name, text, values?.join(", ") ?? range?.join("–")]);
	}
	return { state, invalid };
}

/** The fields of the URL: the settings that differ from the defaults. */
export const paramsOf = (state) => Object.fromEntries(Object.entries(state).filter(([name, value]) => value !== DEFAULTS[name]));

/** Name of a preset: its settings; kernel size, stride and padding stand first, torch's defaults are left out. */
const PRESETS = {
	dcgan: [4, 2, 1],
	stem: [4, 1, 0, { input_size: 1 }],
	fourfold: [9, 4, 3, { output_padding: 1 }],
	odd: [5, 2, 2, { output_padding: 1 }],
	uneven: [3, 2, 1, { output_padding: 1 }],
	tiles: [2, 2, 0],
	holes: [2, 3, 0],
	halving: [4, 2, 1, { op: "conv", input_size: 8 }],
	same: [3, 1, 1, { op: "conv" }],
	dilated: [3, 1, 2, { op: "conv", dilation: 2 }],
};

/** The state of each preset by its name; it keeps the number of axes and the mode. */
export function presetStates({ dimensions, mode }) {
	const state = ([kernel_size, stride, padding, more]) => ({ ...DEFAULTS, dimensions, mode, kernel_size, stride, padding, ...more });
	return Object.entries(PRESETS).map(([name, values]) => [name, state(values)]);
}

/** The layer as a line of Python, with the arguments that differ from torch's defaults. */
export function torchLine({ op, dimensions, ...state }) {
	const usual = { stride: 1, padding: 0, dilation: 1, output_padding: 0 };
	const named = ["stride", "padding", "output_padding", "dilation"].filter((name) => state[name] !== usual[name]);
	const words = ["in_channels", "out_channels", `kernel_size=${state.kernel_size}`, ...named.map((name) => `${name}=${state[name]}`)];
	return `nn.Conv${op === "conv" ? "" : "Transpose"}${dimensions}d(${words.join(", ")})`;
}
