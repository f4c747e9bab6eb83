"""The widths of each architecture, and which options of a brief they need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from designer.brief.architecture import R3GAN_SHAPE, Architecture
from designer.brief.r3gan_widths import R3GANWidths
from designer.brief.residual_widths import ResidualWidths
from designer.brief.widths import Widths

_WIDTHS: dict[Architecture, tuple[type[Widths], tuple[str, ...]]] = {
    Architecture.DCGAN: (Widths, ()),
    Architecture.RESNET: (ResidualWidths, ("blocks", "attention")),
    Architecture.R3GAN: (R3GANWidths, ("blocks", *R3GAN_SHAPE)),
}


def make_widths(architecture: Architecture, options: object, usual: Mapping[str, Any]) -> Widths:
    """The widths of an architecture.

    ``usual`` are the values that all widths have; further ones are attributes of ``options``, None for
    the default.
    """
    kind, names = _WIDTHS[architecture]
    own = {name: value for name in names if (value := getattr(options, name)) is not None}
    return kind(**usual, **own)
