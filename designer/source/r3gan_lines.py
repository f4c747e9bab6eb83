"""The entries of ``main`` in an R3GAN source, a line each."""

from __future__ import annotations

from collections.abc import Iterator

from designer.networks import Gan, Network, PlacedModule, PlacedPaths
from designer.source.layer_lines import render_line


def r3gan_generator_lines(gan: Gan, network: Network, start: str) -> Iterator[str]:
    """The lines of a generator; ``start``: how many numbers its stem reads."""
    depth, level = len(gan.chain.windows), 0
    for entry in network.main:
        width = f"width[{depth - level}]"
        if isinstance(entry, PlacedPaths):
            yield _block_line(entry, width)
        elif entry.module.interpolation is not None:
            yield render_line(entry, width, width)
        elif _changes_channels(entry) and level < depth:
            level += 1
            yield _change_line(width, f"width[{depth - level}]")
        elif level:
            yield render_line(entry, width, "channels")
        else:
            yield render_line(entry, start, width)


def r3gan_discriminator_lines(gan: Gan, network: Network) -> Iterator[str]:
    """The lines of a discriminator."""
    depth, level = len(gan.chain.windows), 0
    for entry in network.main:
        width = f"width[{level}]"
        if isinstance(entry, PlacedPaths):
            yield _block_line(entry, width)
        elif entry.module.interpolation is not None:
            yield render_line(entry, width, width)
        elif entry is network.main[0]:
            yield render_line(entry, "channels", width)
        elif _changes_channels(entry) and level < depth:
            level += 1
            yield _change_line(width, f"width[{level}]")
        else:
            yield render_line(entry, width, "1" if entry.module.role == "linear" else width)


def _changes_channels(entry: PlacedModule) -> bool:
    """Whether it is what a source makes by ``change_channels``."""
    layer = entry.module.convolution
    return entry.module.op == "identity" or (layer is not None and layer.kernel_taps == 1)


def _change_line(before: str, after: str) -> str:
    return f"change_channels({before}, {after}),"


def _block_line(entry: PlacedPaths, width: str) -> str:
    return f"block({width}),  # {entry.after}"
