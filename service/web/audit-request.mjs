// What a reader typed about a network, as the request of an audit; examples to begin with.

/** The fields of the view, which are those of the address. */
export const FIELDS = ["text", "input_shape", "wanted_shape", "batch", "error", "adapt_to", "mirror"];

/** A shape as people write it: 3x64x64, (3, 64, 64), [3 64 64], 3×64×64; null where it is none. */
export function readShape(text) {
  const parts = text.replace(/[()[\]]/g, " ").trim().split(/[\s,x×*]+/);
  return parts.every((part) => /^\d{1,9}$/.test(part)) ? parts.map(Number) : null;
}

/** The network: layers where the text is JSON, else source. A request as a whole gives its fields. */
function readNetwork(text) {
  if (!/^\s*[[{]/.test(text)) return { source: text };
  const found = JSON.parse(text);
  return Array.isArray(found) ? { layers: found } : found;
}

/**
 * The request's body, and the fields that cannot be read, each with the key of what is wrong.
 * What stands in a field of its own wins over the same in a request that was pasted whole.
 */
export function readRequest(fields) {
  const wrong = {};
  let body = {};
  try {
    body = readNetwork(fields.text);
  } catch (error) {
    wrong.text = { key: "audit.wrong.json", detail: error.message };
  }
  if (!fields.text.trim()) wrong.text = { key: "audit.wrong.empty" };
  for (const name of ["input_shape", "wanted_shape", "adapt_to"]) {
    if (!fields[name]) continue;
    body[name] = readShape(fields[name]);
    if (body[name] === null) wrong[name] = { key: "audit.wrong.shape" };
  }
  if (body.adapt_to?.length === 1) [body.adapt_to] = body.adapt_to;
  if (!("input_shape" in body) && !wrong.text) wrong.input_shape = { key: "audit.wrong.input" };
  if (fields.batch) {
    body.batch = /^\d{1,9}$/.test(fields.batch) ? Number(fields.batch) : null;
    if (body.batch === null) wrong.batch = { key: "audit.wrong.number" };
  }
  if (fields.error) body.error = fields.error;
  if (fields.mirror === "true") body.mirror = true;
  return { body, wrong };
}

/** Layers as JSON, one a line. */
export const layersText = (layers) => `[\n${layers.map((layer) => `  ${JSON.stringify(layer)}`).join(",\n")}\n]\n`;

/** Networks of which something is wrong. */
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
    def __init__(self, nc=3, ndf=64):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(nc, ndf, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf, ndf * 2, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf * 2, ndf * 4, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf * 4, ndf * 8, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf * 8, 1, 4, 1, 0, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.main(x).view(-1)
`,
    input_shape: "3x128x128",
    batch: "128",
    error:
      "ValueError: Using a target size (torch.Size([128])) that is different to the input size (torch.Size([3200])) is deprecated.",
  },
  linear: {
    text: layersText([
      { op: "conv", in_channels: 3, out_channels: 32, kernel_size: 3, stride: 2, padding: 1 },
      { op: "conv", in_channels: 32, out_channels: 64, kernel_size: 3, stride: 2, padding: 1 },
      { op: "flatten" },
      { op: "linear", in_features: 4096, out_features: 10 },
    ]),
    input_shape: "3x28x28",
  },
};
