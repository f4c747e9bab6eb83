// Converts the fields of the audit form to a request; example networks.

/** The fields of the form and of the URL. */
export const FIELDS = ["text", "input_shape", "wanted_shape", "network", "batch", "error"];

/** Parse integers: 3x64x64, (3, 64, 64), 128. Returns null for any other text. */
function readNumbers(text) {
	const parts = text
		.replace(/[()[\]]/g, " ")
		.trim()
		.split(/[\s,x×*]+/);
	return parts.every((part) => /^\d{1,9}$/.test(part)) ? parts.map(Number) : null;
}

/** The network: layers if the text is JSON, else source, as is a notebook. A complete JSON request sets all its fields. */
function readNetwork(text) {
	if (!/^\s*[[{]/.test(text)) return { source: text };
	const found = JSON.parse(text);
	if (found.cells) return { source: text };
	return Array.isArray(found) ? { layers: found } : found;
}

/** The body of the request, and the errors of its fields: [message key, detail]. */
export function readRequest(fields) {
	const fieldErrors = {};
	let body = {};
	try {
		body = readNetwork(fields.text);
	} catch (error) {
		fieldErrors.text = ["json", error.message];
	}
	if (!fields.text.trim()) fieldErrors.text = ["empty"];
	for (const name of ["input_shape", "wanted_shape", "batch"]) {
		if (!fields[name]) continue;
		const numbers = readNumbers(fields[name]);
		if (!numbers) fieldErrors[name] = ["shape"];
		body[name] = name === "batch" ? numbers?.[0] : numbers;
	}
	if (body.layers && !body.input_shape && !fieldErrors.input_shape) fieldErrors.input_shape = ["input"];
	for (const name of ["network", "error"]) if (fields[name]) body[name] = fields[name];
	return { body, fieldErrors };
}

/** Layers as JSON, one per line. */
export const layersText = (layers) => `[\n  ${layers.map((layer) => JSON.stringify(layer)).join(",\n  ")}\n]\n`;

/** Example networks with an error. */
export const EXAMPLES = {
	decoder: {
		text: `nn.Sequential(
    nn.ConvTranspose2d(64, 32, 4, 2, 1),
    nn.ReLU(),
    nn.ConvTranspose2d(32, 1, 3, 2, 1),
    nn.Tanh(),
)
`,
		input_shape: "64x7x7",
		wanted_shape: "1x28x28",
	},
	discriminator: {
		text: `class Discriminator(nn.Module):
    def __init__(self, ndf=64):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(3, ndf, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf, ndf * 2, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf * 2, ndf * 4, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf * 4, ndf * 8, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf * 8, 1, 4),
        )

    def forward(self, x):
        return self.main(x).view(-1)
`,
		input_shape: "3x128x128",
		error: "Using a target size (torch.Size([128])) that is different to the input size (torch.Size([3200])) is deprecated.",
	},
	linear: {
		text: layersText([
			{ op: "conv", in_channels: 3, out_channels: 32, kernel_size: 3, stride: 2, padding: 1 },
			{ op: "flatten" },
			{ op: "linear", in_features: 8192, out_features: 10 },
		]),
		input_shape: "3x28x28",
	},
};
