"""Faults of self-attention, as edits of the whole source."""

from __future__ import annotations

_READ = "value + self.gain * self.o(mixed)"
_SCORES = "torch.softmax(queries.transpose(1, 2) @ keys, dim=2)"
_POINT = "nn.Conv2d(before, after, 1, bias=False)"
_LINE = "            Attention(width[1]),  # 8×8×8: 64 positions read 16\n"
_MIRROR = "            Attention(width[0], spectral=True),  # 4×8×8: 64 positions read 16\n"

ATTENTION_EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "softmax over the wrong axis": ((_SCORES, _SCORES.replace("dim=2", "dim=1")),),
    "softmax over the channels": ((_SCORES, _SCORES.replace("dim=2", "dim=0")),),
    "no softmax": ((_SCORES, "queries.transpose(1, 2) @ keys / keys.shape[2]"),),
    "scaled scores": ((_SCORES, _SCORES.replace("@ keys", "@ keys / 2")),),
    "shares without gradient": ((_SCORES, f"{_SCORES}.detach()"),),
    "gain dropped": ((_READ, "value + self.o(mixed)"),),
    "gain squared": ((_READ, "value + self.gain**2 * self.o(mixed)"),),
    "gain in training alone": ((_READ, "value + float(self.training) * self.gain * self.o(mixed)"),),
    "gain of one at the start": (("torch.zeros(1)", "torch.ones(1)"), ("nn.init.zeros_(module.gain)", "nn.init.ones_(module.gain)")),
    "gain of one in the constructor": (("torch.zeros(1)", "torch.ones(1)"),),
    "gain of one by weights_init": (("nn.init.zeros_(module.gain)", "nn.init.ones_(module.gain)"),),
    "gain left as it is": (("nn.init.zeros_(module.gain)", "pass"),),
    "gain for each channel": (("torch.zeros(1)", "torch.zeros(channels, 1, 1)"),),
    "gain that is not trained": (("nn.Parameter(torch.zeros(1))", "nn.Parameter(torch.zeros(1), requires_grad=False)"),),
    "residual sum missing": ((_READ, "self.gain * self.o(mixed)"),),
    "residual without gradient": ((_READ, "value.detach() + self.gain * self.o(mixed)"),),
    "sum of unit variance": ((_READ, f"({_READ}) / (1 + self.gain**2) ** 0.5"),),
    "phi and g swapped": (("self.phi(value)", "self.swapped(value)"), ("self.g(value)", "self.phi(value)"), ("self.swapped(value)", "self.g(value)")),
    "theta and phi swapped": (("self.theta(value)", "self.swapped(value)"), ("self.phi(value)", "self.theta(value)"), ("self.swapped(value)", "self.phi(value)")),
    "keys as queries": (("self.theta(value)", "self.phi(value)"),),
    "no pooling": (("(self.phi(value), 2)", "(self.phi(value), 1)"), ("(self.g(value), 2)", "(self.g(value), 1)")),
    "pooling of three": (("(self.phi(value), 2)", "(self.phi(value), 3)"), ("(self.g(value), 2)", "(self.g(value), 3)")),
    "pooling by means": (("max_pool2d(", "avg_pool2d("),),
    "values pooled by means": (("max_pool2d(self.g", "avg_pool2d(self.g"),),
    "overlapping pools": (("(self.phi(value), 2)", "(self.phi(value), 3, 2, 1)"), ("(self.g(value), 2)", "(self.g(value), 3, 2, 1)")),
    "positions in another order": (("-1, *value.shape[2:])", "-1, *value.shape[2:]).flip(2)"),),
    "attention at another level": ((_LINE, ""), ("            nn.BatchNorm2d(width[0]),\n", "            Attention(width[0]),\n            nn.BatchNorm2d(width[0]),\n")),
    "attention before the level": ((_LINE, ""), ("            up_block(width[2], width[1]", "            Attention(width[2]),\n            up_block(width[2], width[1]")),
    "no attention in the generator": ((_LINE, ""),),
    "no attention in the discriminator": ((_MIRROR, ""),),
    "attention twice": ((_LINE, _LINE * 2),),
    "no spectral norm in attention": (("return spectral_norm(layer) if spectral else layer", "return layer"),),
    "spectral norm in the generator's attention": (("return spectral_norm(layer) if spectral else layer", "return spectral_norm(layer)"),),
    "biases in attention": ((_POINT, "nn.Conv2d(before, after, 1)"),),
    "three taps in attention": ((_POINT, "nn.Conv2d(before, after, 3, padding=1, bias=False)"),),
    "as many values as channels": (("self.g = point(channels, max(1, channels // 2))", "self.g = point(channels, channels)"), ("self.o = point(max(1, channels // 2), channels)", "self.o = point(channels, channels)")),
    "fewer queries": (("channels // 8", "channels // 16"),),
    "attention drawn wider": (("        nn.init.zeros_(module.gain)", "        nn.init.zeros_(module.gain)\n        nn.init.normal_(module.o.weight, 0.0, 0.05) if hasattr(module.o, 'weight') else None"),),
}  # fmt: skip
"""Replacements in the source, each of every occurrence, by name."""
