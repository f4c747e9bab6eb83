"""Wrong R3GAN networks: faults of their filters, blocks, starts and heads, as edits of the whole source."""

from __future__ import annotations

from functools import cache

from designer.brief.brief_json import brief_from_document
from designer.networks import Gan
from designer.pipeline.make_design import design
from designer.source import render_source

R3GAN_BRIEFS: dict[str, dict[str, object]] = {
    "square": {},
    "labels": {"classes": 5, "blocks": 1},
    "rectangle": {"resolution": [10, 24], "blocks": 1},
    "critic, 17 pixels": {
        "resolution": 17,
        "expansion": 3,
        "group_width": 8,
        "discriminator": {"output": "critic", "blocks": 1},
    },
    "signal, labels": {"resolution": [60], "classes": 3, "blocks": 1},
    "volume": {"resolution": [8, 9, 8], "blocks": 1},
    "alone": {"resolution": 12, "classes": 5, "discriminator": None, "blocks": 1},
}
"""What each brief states besides the defaults below."""

_DEFAULTS: dict[str, object] = {
    "architecture": "r3gan",
    "resolution": 16,
    "latent_dim": 6,
    "base_channels": 16,
    "verify": "none",
}

_SUM = "self.body(value) + self.shortcut(value)"
_WEIGHTS = "return weights / torch.stack(sums)"
_SCALED = "return value * self.weight"
_FIRST = "nn.Conv2d(channels, 2 * channels, 1),\n        nn.LeakyReLU(0.2, inplace=True),\n"
_SECOND = "convolution_groups(2 * channels)),\n        nn.LeakyReLU(0.2, inplace=True),\n"
_LAST = "nn.Conv2d(2 * channels, channels, 1, bias=False),\n"
_IDENTITY = "nn.Identity(),\n"
_LEAKY = "nn.LeakyReLU(0.2, inplace=True),\n"
_MATCH = "(features * self.embedding(labels)).sum(dim=1)"
_UP = "InterpolatingUpsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1))"
_DOWN = "InterpolatingDownsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1))"
_FANNED = "layer.in_channels * torch.Size(layer.kernel_size).numel() / layer.groups"

FILTER_EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "filter not normalised": ((_WEIGHTS, "return weights.float()"),),
    "filter over the sum of all taps": ((_WEIGHTS, "return weights / weights.sum()"),),
    "filter wrong at one tap": ((_WEIGHTS, "weights = weights / torch.stack(sums)\n    weights[kernel_size // 2] *= 1.02\n    return weights"),),
    "filter of equal taps": ((".clamp(min=0)", ".clamp(min=0, max=1)"),),
    "filter of one tap for each pixel": (("weights = (2 * stride - distance)", "weights = (stride - distance)"),),
    "filter too wide": (("(2 * stride - distance).clamp(min=0)", "(2 * stride + 2 - distance).clamp(min=0)"),),
    "enlargement without its gain": (("kernel[..., None] * interpolation_weights(taps, step)\n", "kernel[..., None] * (interpolation_weights(taps, step) / step)\n"),),
    "reduction with the gain of an enlargement": (("(interpolation_weights(taps, step) / step)", "interpolation_weights(taps, step)"),),
    "trained filter": (('self.register_buffer("kernel", kernel)', "self.kernel = nn.Parameter(kernel)"),),
    "filter with noise": (('self.register_buffer("kernel", kernel)', 'self.register_buffer("kernel", kernel + 0.01 * torch.randn(kernel.shape))'),),
    "filter on one axis": (("kernel = kernel[..., None] * interpolation_weights(taps, step)\n        self.reg", "kernel = kernel[..., None] * interpolation_weights(taps, step)\n        kernel = kernel.mean(-1, keepdim=True).expand(kernel.shape).clone()\n        self.reg"),),
    "mean of all channels": (("kernels = self.kernel.expand(", "value = value.mean(1, keepdim=True).expand(value.shape)\n        kernels = self.kernel.expand("),),
    "resampler without gradient": (("kernels = self.kernel.expand(", "value = value.detach()\n        kernels = self.kernel.expand("),),
    "enlargement with another padding": (("self.stride, self.padding, self.output_padding, channels)", "self.stride, 0, self.output_padding, channels)[..., 2:, 2:]"),),
    "enlargement by a filter of three": ((_UP, _UP.replace("(4, 4)", "(3, 3)")[:-1] + ", output_padding=(1, 1))"),),
    "enlargement by repetition": ((_UP, _UP.replace("(4, 4)", "(2, 2)").replace("(1, 1)", "(0, 0)")),),
    "enlargement of a shifted map": (("return nn.functional.conv_transpose2d(value, kernels,", "return nn.functional.conv_transpose2d(value.roll(1, -1), kernels,"),),
    "reduction by a filter of three": ((_DOWN, _DOWN.replace("(4, 4)", "(3, 3)")),),
    "reduction by a filter of two": ((_DOWN, _DOWN.replace("(4, 4)", "(2, 2)").replace("(1, 1)", "(0, 0)")),),
    "reduction without padding": (("return nn.functional.conv2d(value, kernels, None, self.stride, self.padding, 1, channels)", "value = nn.functional.pad(value, (2, 0, 2, 0))\n        return nn.functional.conv2d(value, kernels, None, self.stride, 0, 1, channels)"),),
    "reduction with repeated border": (("return nn.functional.conv2d(value, kernels, None, self.stride, self.padding, 1, channels)", 'value = nn.functional.pad(value, (1, 1, 1, 1), mode="replicate")\n        return nn.functional.conv2d(value, kernels, None, self.stride, 0, 1, channels)'),),
}  # fmt: skip
"""Faults of resamplers."""

BLOCK_EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "groups half as wide": (("channels <= 16 * groups", "channels <= 8 * groups"), ("channels <= 8 * groups for", "channels <= 4 * groups for")),
    "groups twice as wide": (("channels <= 16 * groups", "channels <= 32 * groups"),),
    "one group": (("groups=convolution_groups(2 * channels)", "groups=1"), ("groups=convolution_groups(3 * channels)", "groups=1")),
    "each channel its own group": (("groups=convolution_groups(2 * channels)", "groups=2 * channels"), ("groups=convolution_groups(3 * channels)", "groups=3 * channels")),
    "shuffled groups": ((_SECOND, "convolution_groups(2 * channels)),\n        nn.Sequential(nn.LeakyReLU(0.2, inplace=True), nn.ChannelShuffle(2)),\n"),),
    "shortcut dropped": ((_SUM, "self.body(value)"),),
    "body dropped": ((_SUM, "self.shortcut(value)"),),
    "shortcut halved": ((_SUM, "self.body(value) + self.shortcut(value) / 2"),),
    "sum of unit variance": ((_SUM, f"({_SUM}) / 2**0.5"),),
    "body subtracted": ((_SUM, "self.shortcut(value) - self.body(value)"),),
    "shortcut without gradient": ((_SUM, "self.body(value) + self.shortcut(value.detach())"),),
    "body without gradient": ((_SUM, "self.body(value.detach()) + self.shortcut(value)"),),
    "rectified sum": ((_SUM, f"nn.functional.leaky_relu({_SUM}, 0.2)"),),
    "sum in training alone": ((_SUM, "self.body(value) * float(self.training) + self.shortcut(value)"),),
    "no first activation": ((_FIRST, _FIRST.replace(_LEAKY, _IDENTITY)),),
    "no second activation": ((_SECOND, _SECOND.replace(_LEAKY, _IDENTITY)),),
    "activation before the first convolution": ((f"        {_FIRST}", f"        nn.LeakyReLU(0.2),\n        {_FIRST.split(_LEAKY)[0].rstrip(' ')}"),),
    "activation after the last convolution": ((_SECOND + f"        {_LAST}", _SECOND.replace(f"        {_LEAKY}", f"        {_LAST}") + f"        {_LEAKY}"),),
    "ReLU": (("nn.LeakyReLU(0.2, inplace=True)", "nn.ReLU(inplace=True)"),),
    "smaller slope": (("nn.LeakyReLU(0.2, inplace=True)", "nn.LeakyReLU(0.1, inplace=True)"),),
    "no first bias": (("nn.Conv2d(channels, 2 * channels, 1),", "nn.Conv2d(channels, 2 * channels, 1, bias=False),"),),
    "a last bias": ((_LAST, _LAST.replace(", bias=False", "")),),
    "a bias where channels change": (("nn.Conv2d(before, after, 1, bias=False)", "nn.Conv2d(before, after, 1)"),),
    "a convolution of three where channels change": (("nn.Conv2d(before, after, 1, bias=False)", "nn.Conv2d(before, after, 3, padding=1, bias=False)"),),
    "a convolution where channels stay": (("nn.Identity() if before == after else ", ""),),
    "circular padding": (("3, padding=1, groups", '3, padding=1, padding_mode="circular", groups'),),
    "a block more": (("            block(width[0]),", "            block(width[0]),\n            block(width[0]),"),),
}  # fmt: skip
"""Faults of blocks."""

START_EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "last convolution not zero": (("nn.init.zeros_(last.weight)", "draw(last, inner)"),),
    "last convolution nearly zero": (("nn.init.zeros_(last.weight)", "draw(last, 1e-6)"),),
    "every convolution zero": (("            draw(each, inner)", "            nn.init.zeros_(each.weight)"),),
    "depth scaling dropped": ((" / blocks**0.5", ""),),
    "depth scaling of the whole number": ((" / blocks**0.5", " / blocks**2"),),
    "gain of one": (("2 / (1 + 0.2**2) / blocks**0.5", "1 / blocks**0.5"),),
    "gain twice": (("2 / (1 + 0.2**2) / blocks**0.5", "(2 / (1 + 0.2**2)) ** 2 / blocks**0.5"),),
    "fan-in of all channels": ((_FANNED, _FANNED.removesuffix(" / layer.groups")),),
    "fan-in without taps": ((_FANNED, "layer.in_channels / layer.groups"),),
    "biases of a tenth": (("nn.init.zeros_(layer.bias)", "nn.init.constant_(layer.bias, 0.1)"),),
    "uniform weights": (("nn.init.normal_(layer.weight, 0.0, (variance / fan_in(layer)) ** 0.5)", "nn.init.uniform_(layer.weight, -((variance / fan_in(layer)) ** 0.5), (variance / fan_in(layer)) ** 0.5)"),),
    "nothing drawn": (("    if isinstance(module, ", "    if module is None and isinstance(module, "),),
    "basis of half": (("nn.init.normal_(part.weight)", "nn.init.normal_(part.weight, 0.0, 0.5)"),),
    "basis of one": (("nn.init.normal_(part.weight)", "nn.init.ones_(part.weight)"),),
    "label vectors of one": (("(1 / module.embedding.num_embeddings) ** 0.5", "1.0"),),
    "head drawn by a rectifier's gain": (("draw(module.head, 1)", "draw(module.head, 4)"),),
}  # fmt: skip
"""Faults of the drawing of weights."""

END_EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "basis transposed": ((_SCALED, "return value * self.weight.transpose(-1, -2).reshape(self.weight.shape)"),),
    "basis upside down": ((_SCALED, "return value * self.weight.flip(-1)"),),
    "basis stored transposed": (("torch.randn(channels, *size)", "torch.randn(channels, *size[::-1])"), (_SCALED, "return value * self.weight.transpose(-1, -2)")),
    "basis not used": ((_SCALED, "return value.expand(-1, *self.weight.shape)"),),
    "basis added": ((_SCALED, "return value + self.weight"),),
    "basis without gradient": ((_SCALED, "return value * self.weight.detach()"),),
    "basis shared by all channels": ((_SCALED, "return value * self.weight.mean(0)"),),
    "latent vector without gradient": ((_SCALED, "return value.detach() * self.weight"),),
    "latent vector normalised": ((_SCALED, "return value * self.weight / value.square().mean(1, keepdim=True).sqrt()"),),
    "stem with bias": (("width[2], bias=False),\n            nn.Unflatten", "width[2]),\n            nn.Unflatten"), ("width[1], bias=False),\n            nn.Unflatten", "width[1]),\n            nn.Unflatten")),
    "picture with bias": (("nn.Conv2d(width[0], channels, 1, bias=False)", "nn.Conv2d(width[0], channels, 1)"),),
    "picture squashed": (("return image", "return image.tanh()"),),
    "kernel of the head shared": (("4, groups=width[2], bias=False),", "4, groups=width[2] // 2, bias=False),"),),
    "kernel of the head with bias": (("4, groups=width[2], bias=False),", "4, groups=width[2]),"),),
    "head with bias": (("nn.Linear(width[2], 1, bias=False)", "nn.Linear(width[2], 1)"),),
    "logit squashed": (("return logit", "return logit.tanh()"), ("return score", "return score.tanh()")),
    "labels of the next class": (("self.embedding(labels)", "self.embedding((labels + 1) % self.embedding.num_embeddings)"),),
    "labels in reverse order": (("self.embedding(labels)", "self.embedding(labels.flip(0))"),),
    "the first sample's label": (("self.embedding(labels)", "self.embedding(labels[:1].expand(len(labels)))"),),
    "label before the latent vector": (("torch.cat((latent, label), dim=1)", "torch.cat((label, latent), dim=1)"),),
    "label twice": (("torch.cat((latent, label), dim=1)", "torch.cat((label, label), dim=1)"),),
    "label without gradient": (("self.embedding(labels).view_as(latent)", "self.embedding(labels).detach().view_as(latent)"),),
    "head not matched": ((_MATCH, "features.sum(dim=1)"),),
    "head matched by a mean": ((_MATCH, _MATCH.replace("sum", "mean")),),
    "match added": ((_MATCH, "features.sum(dim=1) + " + _MATCH),),
    "match without gradient": ((_MATCH, _MATCH.replace("self.embedding(labels)", "self.embedding(labels).detach()")),),
    "match before the head": (("self.head(self.main(image))", "self.main(image) + 0 * self.head(self.main(image))"),),
    "head not matched with one number": ((_MATCH, "features[:, 0]"),),
}  # fmt: skip
"""Faults of first maps, heads and labels."""

R3GAN_EDITS = FILTER_EDITS | BLOCK_EDITS | START_EDITS | END_EDITS
"""Replacements in the source, each of every occurrence, by name."""


@cache
def r3gan_gan(name: str) -> Gan:
    """The networks of a design."""
    return design(brief_from_document(_DEFAULTS | R3GAN_BRIEFS[name])).gan


def wrong_r3gan_modules() -> dict[tuple[str, str], str]:
    """The changed source for each design and edit that applies to it."""
    found = {}
    for name in R3GAN_BRIEFS:
        text = render_source(r3gan_gan(name)).text
        for edit, replacements in R3GAN_EDITS.items():
            changed = text
            for old, new in replacements:
                changed = changed.replace(old, new)
            if changed != text:
                found[name, edit] = changed
    return found
