"""Builders of the Gans that the verification tests use."""

from __future__ import annotations

from designer.brief.widths import Widths
from designer.geometry.chain import Chain
from designer.geometry.layers import Size, Window, Windows
from designer.networks import Gan, assemble_gan


def gan_from_windows(initial: Size, windows: tuple[Windows, ...], **widths: int) -> Gan:
    """The Gan whose generator applies these windows to an initial map."""
    sizes = [initial]
    for step in windows:
        sizes.append(tuple(w.conv_transpose(i) for w, i in zip(step, sizes[-1], strict=True)))
    stated = {"latent_dim": 100, "channels": 3, "base_channels": 64, "max_channels": 512} | widths
    return assemble_gan(Chain(sizes=tuple(sizes), windows=windows), Widths(**stated))


def doubling_gan(layers: int, initial: Size = (4, 4), **widths: int) -> Gan:
    """A DCGAN with this number of layers of kernel 4, stride 2 and padding 1."""
    step = (Window(kernel_size=4, stride=2, padding=1),) * len(initial)
    return gan_from_windows(initial, (step,) * layers, **widths)
