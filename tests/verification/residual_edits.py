"""Wrong residual networks: faults of their blocks, stems and heads, as edits of the whole source."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from designer.brief.brief_json import brief_from_document
from designer.networks import Gan
from designer.pipeline.make_design import design
from designer.source import render_source
from tests.verification.attention_edits import ATTENTION_EDITS
from tests.verification.conditional_edits import CONDITIONAL_EDITS

RESIDUAL_BRIEFS: dict[str, dict[str, object]] = {
    "resize": {"upsampling": "resize"},
    "transposed, labels": {
        "classes": 5,
        "normalization": "instance",
        "discriminator": {"normalization": "layer", "output": "critic", "blocks": 2},
    },
    "sub-pixel, 17 pixels": {
        "resolution": 17,
        "upsampling": "subpixel",
        "blocks": 2,
        "discriminator": {"normalization": "group", "output": "logit", "blocks": [1, 1, 1]},
    },
    "signal": {"resolution": [60], "upsampling": "resize", "classes": 3},
    "volume": {"resolution": [8, 9, 8], "discriminator": {"max_channels": 3}},
    "attention": {"upsampling": "resize", "attention": [1]},
    "conditional norm": {
        "upsampling": "resize",
        "classes": 5,
        "normalization": "conditional_batch",
        "discriminator": {"normalization": "layer", "output": "critic"},
    },
    "attention, signal": {
        "resolution": [256],
        "attention": [1],
        "discriminator": {"normalization": "layer", "output": "critic"},
    },
}
"""What each brief states besides the defaults below."""

_DEFAULTS: dict[str, object] = {
    "architecture": "resnet",
    "resolution": 16,
    "latent_dim": 6,
    "base_channels": 4,
    "verify": "none",
}

_SUM = "self.body(value) + self.shortcut(value)"

RESIDUAL_EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "shortcut dropped": ((_SUM, "self.body(value)"),),
    "body dropped": ((_SUM, "self.shortcut(value)"),),
    "shortcut halved": ((_SUM, "self.body(value) + self.shortcut(value) / 2"),),
    "shortcut subtracted": ((_SUM, "self.body(value) - self.shortcut(value)"),),
    "sum of unit variance": ((_SUM, f"({_SUM}) / 2**0.5"),),
    "sum with the input": ((_SUM, f"{_SUM} + value.mean() * 0.01"),),
    "shortcut without gradient": ((_SUM, "self.body(value) + self.shortcut(value.detach())"),),
    "body without gradient": ((_SUM, "self.body(value.detach()) + self.shortcut(value)"),),
    "shortcut in training alone": ((_SUM, f"{_SUM} * float(self.training)"),),
    "rectified sum": ((_SUM, f"nn.functional.relu({_SUM})"),),
    "swapped paths": (("return Block(body, shortcut)", "return Block(shortcut, body)"),),
    "body twice": (("return Block(body, shortcut)", "return Block(body, body)"),),
    "other upsampling on the shortcut": (
        ("nn.Sequential(nn.Upsample(size=size), ", 'nn.Sequential(nn.Upsample(size=size, mode="linear"), '),
    ),
    "convolution before the resizing": (
        (
            "        nn.Upsample(size=size),\n        nn.Conv2d(before, after, 3, padding=1),\n",
            "        nn.Conv2d(before, after, 3, padding=1),\n        nn.Upsample(size=size),\n",
        ),
    ),
    "shortcut of three taps": ((", 1))", ", 3, padding=1))"), (", 1)))", ", 3, padding=1)))")),
    "activation in place": (("        nn.ReLU(),\n", "        nn.ReLU(inplace=True),\n"),),
    "no activation at the start": (("        nn.ReLU(),\n", "        nn.Identity(),\n"),),
    "activation at the end": (
        ("        nn.Conv2d(after, after, 3, padding=1),\n    )", "        nn.Conv2d(after, after, 3, padding=1),\n        nn.ReLU(inplace=True),\n    )"),
    ),
    "activation after instead of before": (
        (
            "        nn.BatchNorm2d(before),\n        nn.ReLU(inplace=True),\n        nn.Upsample(size=size),\n",
            "        nn.Upsample(size=size),\n",
        ),
        (
            "        nn.Conv2d(after, after, 3, padding=1),\n    )",
            "        nn.Conv2d(after, after, 3, padding=1),\n        nn.BatchNorm2d(after),\n        nn.ReLU(inplace=True),\n    )",
        ),
    ),
    "pooling by maximum": (("nn.AvgPool2d(kernel_size, stride, padding)", "nn.MaxPool2d(kernel_size, stride, padding)"),),
    "pooling on one path only": (
        ("spectral_norm(nn.Conv2d(before, after, 1)), nn.AvgPool2d(kernel_size, stride, padding))", "spectral_norm(nn.Conv2d(before, after, 1)), nn.AvgPool2d(1, stride, padding))"),
    ),
    "pooling before instead of after": (
        ("nn.Sequential(spectral_norm(nn.Conv2d(before, after, 1)), nn.AvgPool2d(kernel_size, stride, padding))", "nn.Sequential(nn.AvgPool2d(kernel_size, stride, padding), spectral_norm(nn.Conv2d(before, after, 1)))"),
    ),
    "mean instead of sum": (("value.flatten(2).sum(2)", "value.flatten(2).mean(2)"),),
    "maximum instead of sum": (("value.flatten(2).sum(2)", "value.flatten(2).amax(2)"),),
    "sum without one position": (("value.flatten(2).sum(2)", "value.flatten(2)[:, :, 1:].sum(2)"),),
    "no spectral norm on the shortcut": (("spectral_norm(nn.Conv2d(before, after, 1))", "nn.Conv2d(before, after, 1)"),),
    "no spectral norm of the head": (("spectral_norm(nn.Linear(", "(nn.Linear("),),
    "stem without bias": (("nn.Linear(latent_dim, ", "nn.Linear(bias=False, in_features=latent_dim, out_features="),),
    "crop at the other side": (("crop=(-2, -1, -2, -1)", "crop=(-1, -2, -1, -2)"),),
    "no norm before the picture": (("nn.BatchNorm2d(width[0]),", "nn.Identity(),"),),
    "labels of the next class": (("self.embedding(labels)", "self.embedding((labels + 1) % 3)"),),
    "match left out": (("real + match", "real"),),
    "match subtracted": (("real + match", "real - match"),),
    "gain of the kernels": (("nn.init.normal_(module.weight, 0.0, 0.02)", "nn.init.normal_(module.weight, 0.0, 0.025)"),),
    "gain of the shortcut": (
        (
            "nn.init.normal_(module.weight, 0.0, 0.02)",
            "nn.init.normal_(module.weight, 0.0, 0.04 if {*getattr(module, 'kernel_size', ())} == {1} else 0.02)",
        ),
    ),
    "gain of the spectral norm's weights": (("nn.init.normal_(module.original, 0.0, 0.02)", "nn.init.normal_(module.original, 0.0, 0.03)"),),
    "zero start of the bodies": (
        ("    body = nn.Sequential(\n", "    body = nn.Sequential(  # zero\n"),
        ("    return Block(body, shortcut)", "    nn.init.zeros_(next(body.parameters()))\n    return Block(body, shortcut)"),
    ),
    "kernels drawn once more": (("    return Block(body, shortcut)", "    torch.randn(1)\n    return Block(body, shortcut)"),),
    "blocks in another order": (("up_block(width[2], width[1]", "up_block(width[1], width[1]"),),
    "a level twice": (("            nn.BatchNorm2d(width[0]),\n", "            up_block(width[0], width[0], size=(16, 16)),\n            nn.BatchNorm2d(width[0]),\n"),),
} | ATTENTION_EDITS | CONDITIONAL_EDITS  # fmt: skip
"""Replacements in the source, each of every occurrence, by name."""


NEEDED = {"gain of the shortcut": "    shortcut = nn.Sequential("}
"""What a source must contain, so that an edit changes what it does."""


@cache
def residual_gan(name: str) -> Gan:
    """The networks of a design."""
    return design(brief_from_document(_DEFAULTS | RESIDUAL_BRIEFS[name])).gan


def wrong_residual_modules() -> dict[tuple[str, str], str]:
    """The changed source for each design and edit that applies to it."""
    found = {}
    for name in RESIDUAL_BRIEFS:
        text = render_source(residual_gan(name)).text
        for edit, replacements in RESIDUAL_EDITS.items():
            changed = text
            for old, new in replacements:
                changed = changed.replace(old, new)
            if changed != text and NEEDED.get(edit, "") in text:
                found[name, edit] = changed
    return found


def _replaced(*pairs: tuple[str, str]) -> Callable[[str], str]:
    """Replacements of texts that must exist."""

    def edit(text: str) -> str:
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        return text

    return edit


_SCORE, _TANH = "return logit.flatten()", "            nn.Tanh(),\n"

SILENCE_MUTANTS: dict[str, list[Callable[[str], str]]] = {
    "silent_parameters": [
        _replaced(
            (_SUM, "self.body(value) * (1 + sum(p.sum() for p in self.body[3].parameters())) + self.shortcut(value)"),
            (_SCORE, "return (logit - logit.mean()).flatten()"),
        ),
        _replaced(
            ("nn.BatchNorm2d(after)", "nn.Identity()"),
            (_SCORE, "return (logit - logit[:1]).flatten()"),
        ),
        _replaced(
            (_TANH, f"            nn.BatchNorm2d(channels, affine=False),\n{_TANH}"),
            (_SCORE, "return (2 * logit - 2 * logit.mean(0)).flatten()"),
        ),
    ],
}  # fmt: skip
"""Texts in which a declared bias gets a gradient, or another one does not, in both networks."""
