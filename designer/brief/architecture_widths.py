"""The widths of each architecture, and which options of a brief they need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from designer.brief.architecture import R3GAN_SHAPE, Architecture
from designer.brief.r3gan_widths import R3GANWidths
from designer.brief.residual_widths import ResidualWidths
from designer.brief.skips import Skips
from designer.brief.unet_widths import UNetWidths
from designer.brief.widths import Widths

_WIDTHS: dict[Architecture, tuple[type[Widths], tuple[str, ...]]] = {
    Architecture.DCGAN: (Widths, ()),
    Architecture.RESNET: (ResidualWidths, ("blocks", "attention")),
    Architecture.R3GAN: (R3GANWidths, ("blocks", *R3GAN_SHAPE)),
}


_UNET_OPTIONS = ("architecture", "blocks", "input_channels", "skips", "any_size")


def make_widths(
    architecture: Architecture, skips: Skips, options: object, usual: Mapping[str, Any]
) -> Widths:
    """The widths of an architecture, with skips those of a U-Net of its blocks.

    ``usual`` are the values that all widths have; further ones are attributes of ``options``, None for
    the default.
    """
    kind, names = _WIDTHS[architecture]
    if skips is not Skips.NONE:
        kind, names = UNetWidths, _UNET_OPTIONS
    own = {name: value for name in names if (value := getattr(options, name)) is not None}
    return kind(**usual, **own)
