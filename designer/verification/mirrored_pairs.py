"""Pairs of layers that mirror each other, of which the probe measures that they are adjoint."""

from __future__ import annotations

from designer.networks import Gan
from designer.validation.json_readers import JsonValue


def mirrored_pairs(gan: Gan) -> list[list[JsonValue]]:
    """Each transposed layer with the convolution that mirrors it, and the input and output size.

    Only layers of equal channels without a spectral norm, which rescales the weight. A patch
    discriminator has no pairs: its chain is not the generator's. Nor have residual networks, whose
    channels change in other layers than the generator's.
    """
    if (
        gan.is_residual
        or gan.discriminator is None
        or gan.discriminator_style is None
        or gan.discriminator_style.patch is not None
    ):
        return []
    pairs = zip(gan.generator.convolutions, reversed(gan.discriminator.convolutions), strict=True)
    return [
        [there.name, back.name, list(there.before.size), list(there.after.size)]
        for (there, one), (back, other) in pairs
        if one.transposed and not back.module.spectral and one.in_channels == other.out_channels
    ]
