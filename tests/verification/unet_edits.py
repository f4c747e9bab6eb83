"""Wrong U-Nets: faults of their skips, sizes, arms and bodies, as edits of the whole source."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from designer.brief.brief_json import brief_from_document
from designer.networks import Gan
from designer.pipeline.make_design import design
from designer.source import render_source

_THREE = [{"kernel_size": 4, "stride": 2, "padding": 1}] * 3

UNET_BRIEFS: dict[str, dict[str, object]] = {
    "concat": {},
    "add": {"skips": "add", "normalization": "group"},
    "resize": {"upsampling": "resize", "normalization": "none"},
    "pad": {"any_size": "pad", "channels": 3},
    "off": {"any_size": "off", "skips": "add"},
    "residual": {"architecture": "resnet", "resolution": [40, 23]},
    "signal": {"resolution": [77], "normalization": "instance"},
    "square": {"resolution": [40, 40]},
    "square, padded": {"resolution": [40, 40], "any_size": "pad"},
}
"""What each brief states besides the defaults below."""

_DEFAULTS: dict[str, object] = {
    "resolution": [37, 27],
    "encoder": True,
    "skips": "concat",
    "chain": _THREE,
    "initial_map": {"channels": 6},
    "input_channels": 2,
    "channels": 1,
    "base_channels": 4,
    "max_channels": 4,
    "blocks": 1,
    "verify": "none",
}

_POP = "up(features, skips.pop())"
_SIZED = "self.enlarge(features, output_size=skip.shape[2:])"
_CONCAT = "torch.cat((skip, larger), dim=1)"
_ODD = "(skip.shape[-1] % 4 == 3)"

UNET_EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "arms swapped": ((_CONCAT, "torch.cat((larger, skip), dim=1)"),),
    "skip twice": ((_CONCAT, "torch.cat((skip, skip), dim=1)"),),
    "enlarged twice": ((_CONCAT, "torch.cat((larger, larger), dim=1)"),),
    "skip without gradient": ((_CONCAT, "torch.cat((skip.detach(), larger), dim=1)"),),
    "skip scaled": ((_CONCAT, "torch.cat((skip * 0.9, larger), dim=1)"),),
    "samples shuffled": ((_CONCAT, "torch.cat((skip.roll(1, 0), larger), dim=1)"),),
    "mirrored skip": ((_CONCAT, "torch.cat((skip.flip(-1), larger), dim=1)"),),
    "skip dropped": (("skip + larger", "larger"),),
    "skip subtracted": (("skip + larger", "larger - skip"),),
    "larger dropped": (("skip + larger", "skip + 0 * larger"),),
    "mean of both": (("skip + larger", "(skip + larger) / 2"),),
    "skip from the wrong level": (
        (_POP, "up(features, nn.functional.interpolate(skips.pop(0), scale_factor=1.0))"),
        ("output_size=skip.shape[2:])", "output_size=[2 * s for s in features.shape[2:]])"),
        (
            _CONCAT,
            "torch.cat((nn.functional.interpolate(skip, size=larger.shape[2:]), larger), dim=1)",
        ),
    ),
    "input in place of the skip": (
        ("skips.append(features)", "skips.append(features * 1 if len(skips) else features * 2)"),
    ),
    "output padding wrong at one residue": (
        (
            _SIZED,
            f"nn.functional.pad(self.enlarge(features, output_size=[s - {_ODD} for s in"
            f" skip.shape[2:]]), [0, int{_ODD}] * (skip.dim() - 2))",
        ),
    ),
    "values wrong at one residue": ((_SIZED, f"{_SIZED} * (1 - 0.5 * {_ODD})"),),
    "resized without a convolution's size": (
        ("size=skip.shape[2:])", "size=skip.shape[2:], mode='nearest-exact')"),
    ),
    "crop at the wrong side": (
        ("output[:, :, : size[0], : size[1]]", "output[:, :, -size[0] :, -size[1] :]"),
    ),
    "padding at the wrong side": (("for more in (0, -side % 8)", "for more in (-side % 8, 0)"),),
    "padding of ones": (("pad(image, added)", "pad(image, added, value=1.0)"),),
    "no padding of one axis": (("in reversed(size)", "in (8, size[0])"),),
    "middle left out": (("self.middle(skips.pop())", "skips.pop()"),),
    "middle twice": (("self.middle(skips.pop())", "self.middle(self.middle(skips.pop()))"),),
    "smaller inputs taken": (("if min(image.shape[2:]) < least", "if min(image.shape[2:]) < 0"),),
    "axes swapped": (("output_size=skip.shape[2:]", "output_size=skip.shape[2:][::-1]"),),
    "one axis for both": (
        ("output_size=skip.shape[2:]", "output_size=(*skip.shape[2:3],) * (skip.dim() - 2)"),
    ),
    "wrong where the axes differ": (
        (_SIZED, f"{_SIZED} * (1 - 0.5 * (skip.shape[2] != skip.shape[-1]))"),
    ),
    "axes of the padding swapped": (("in reversed(size)", "in size"),),
    "axes of the crop swapped": ((": size[0], : size[1]", ": size[1], : size[0]"),),
    "only squares below refused": (("if min(image.shape[2:])", "if max(image.shape[2:])"),),
    "legal inputs refused": (("least = 8", "least = 9"),),
    "other sizes taken": (("image.shape[2:] != sides", "len(image.shape) != 2 + len(sides)"),),
    "head of three taps": (("width[0], channels, 1)", "width[0], channels, 3, padding=1)"),),
    "body of another norm": (("nn.BatchNorm2d(after)", "nn.InstanceNorm2d(after, affine=True)"),),
    "shortcut dropped": (("self.body(value) + self.shortcut(value)", "self.body(value)"),),
    "one body too few": (("*body(2 * width[0], width[0], 1)", "*body(2 * width[0], width[0], 2)"),),
    "quiet steps up": (("(1 if layer in linear else 2)", "(2 if layer in linear else 2)"),),
}


_GUARD = "if min(image.shape[2:]) < least"

REFUSAL_MUTANTS: dict[str, list[Callable[[str], str]]] = {
    "generator.refused_sizes": [
        lambda text: text.replace(_GUARD, "if min(image.shape[2:]) < 4"),
        lambda text: text.replace("raise ValueError(", "raise RuntimeError("),
        lambda text: text.replace(_GUARD, "if image.shape[2] < least"),
        lambda text: text.replace(", got {tuple(image.shape[2:])}", ""),
    ],
}
"""Texts that take an input at which they do not work, or refuse it in another way."""


@cache
def unet_gan(name: str) -> Gan:
    """The Gan of a brief."""
    return design(brief_from_document({**_DEFAULTS, **UNET_BRIEFS[name]})).gan


def wrong_unets() -> dict[tuple[str, str], str]:
    """The edited sources by brief and edit, of the edits that a source has."""
    found = {}
    for name in UNET_BRIEFS:
        honest = render_source(unet_gan(name)).text
        for edit, changes in UNET_EDITS.items():
            if all(before in honest for before, _ in changes):
                text = honest
                for before, after in changes:
                    text = text.replace(before, after)
                found[name, edit] = text
    return found
