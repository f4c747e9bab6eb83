"""What skips imply in a brief, and the options that do not go with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from designer.brief.architecture import Architecture
from designer.brief.options import DiscriminatorStyle, InitialMap
from designer.brief.skips import AnySize, Skips
from designer.errors import FieldError
from designer.validation.field_validators import field_error

BLOCKS_BESIDE_SKIPS = {Architecture.DCGAN: 2, Architecture.RESNET: 1}
"""Convolutions of each level as in U-Net, or residual blocks."""

MAX_CONVOLUTIONS = 3
"""Most convolutions of a level and arm, of plain bodies."""

_UNSUITABLE = (
    "latent_dim",
    "factor",
    "budget",
    "classes",
    "attention",
    "expansion",
    "group_width",
    "variational",
)
"""Fields that do not go with skips."""


def implied_by_skips(brief: Any) -> dict[str, object]:  # noqa: ANN401 - a brief that is not complete
    """The values that skips imply, where a brief leaves them out."""
    if brief.skips in (Skips.NONE, None):
        return {}
    implied: dict[str, object] = {
        "input_channels": brief.channels,
        "any_size": AnySize.OUTPUT_PADDING,
        "blocks": BLOCKS_BESIDE_SKIPS.get(brief.architecture),
    }
    if brief.latent_dim is None:
        implied["initial_map"] = InitialMap(channels=brief.max_channels)
    return implied


def skip_errors(fields: Mapping[str, object], style: DiscriminatorStyle | None) -> list[FieldError]:
    """Errors of fields that need skips, or that do not go with them.

    >>> fields = {"skips": Skips.CONCAT, "encoder": True, "architecture": Architecture.R3GAN}
    >>> [error.detail for error in skip_errors(fields, None)]
    ['architecture=r3gan does not go with skips']
    """
    if fields["skips"] is Skips.NONE:
        return [
            field_error(f"/{name}", "contradiction", {"field": name}, sentence="without_skips")
            for name in ("input_channels", "any_size")
            if fields.get(name) is not None
        ]
    if not fields.get("encoder"):
        return [field_error("/skips", "contradiction", sentence="skips_without_encoder")]
    found = {name: fields.get(name) for name in _UNSUITABLE}
    found["architecture=r3gan"] = fields.get("architecture") is Architecture.R3GAN
    residual = fields.get("architecture") is Architecture.RESNET
    norm = fields.get("normalization")
    found["normalization=none"] = residual and not getattr(norm, "normalizes_maps", True)
    found["normalization=conditional_batch"] = getattr(norm, "conditional", False)
    found["discriminator"] = style
    errors = [_unsuitable(name) for name, value in found.items() if value]
    errors += _block_errors(fields)
    kind = getattr(fields.get("upsampling"), "kind", None)
    if (
        not getattr(kind, "takes_size_of_skip", True)
        and fields.get("any_size") is AnySize.OUTPUT_PADDING
    ):
        errors.append(field_error("/any_size", "contradiction", sentence="subpixel_of_any_size"))
    return errors


def _block_errors(fields: Mapping[str, object]) -> list[FieldError]:
    """Errors of more convolutions in a level than rounding lets a receipt tell from wrong ones."""
    blocks = fields.get("blocks")
    listed = blocks if isinstance(blocks, tuple | list) else (blocks,)
    plain = fields.get("architecture") is Architecture.DCGAN
    most = max((each for each in listed if isinstance(each, int)), default=0)
    if not plain or most <= MAX_CONVOLUTIONS:
        return []
    facts = {"blocks": most, "maximum": MAX_CONVOLUTIONS}
    return [field_error("/blocks", "out_of_range", sentence="too_many_convolutions", **facts)]


def _unsuitable(setting: str) -> FieldError:
    """The error of a field, or of a field=value, that does not go with skips."""
    pointer = "/" + setting.partition("=")[0]
    return field_error(pointer, "contradiction", {"field": setting}, sentence="not_with_skips")
