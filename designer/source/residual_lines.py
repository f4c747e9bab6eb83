"""The entries of ``main`` in a residual network's source, a line each."""

from __future__ import annotations

from collections.abc import Iterator

from designer.networks import Gan, Network, PlacedModule, PlacedPaths
from designer.source.discriminator_blocks import DiscriminatorBlocks
from designer.source.generator_blocks import GeneratorBlocks
from designer.source.layer_lines import render_line, render_module


def generator_lines(gan: Gan, network: Network, start: str) -> Iterator[str]:
    """The lines of a generator; ``start``: how many numbers its stem reads."""
    levels = len(gan.chain.windows)
    calls, level = GeneratorBlocks(gan, network), 0
    for entry in network.main:
        if isinstance(entry, PlacedPaths):
            level += entry.resamples
            before, after = f"width[{levels - level + 1}]", f"width[{levels - level}]"
            yield _commented(calls.call(entry, before, after), entry)
        elif entry.parts:
            yield _attention_line(entry, f"width[{levels - level}]")
        elif level:
            yield _line_at_picture(entry)
        else:
            yield render_line(entry, start, f"width[{levels}]")


def _line_at_picture(placed: PlacedModule) -> str:
    """A line after the last block: its norm has the channels of the last level."""
    after = "width[0]" if placed.module.role == "norm" else "channels"
    return render_line(placed, "width[0]", after)


def discriminator_lines(gan: Gan, network: Network) -> Iterator[str]:
    """The lines of a discriminator."""
    counts = gan.discriminator_levels
    places = [(level, place) for level, count in enumerate(counts) for place in range(count)]
    calls, last, level = DiscriminatorBlocks(gan, network), f"width[{len(counts) - 1}]", 0
    for entry in network.main:
        if isinstance(entry, PlacedPaths):
            level, place = places.pop(0)
            before = f"width[{level if place else level - 1}]" if level or place else "channels"
            yield _commented(calls.call(entry, before, f"width[{level}]"), entry)
        elif entry.parts:
            yield _attention_line(entry, f"width[{level}]")
        else:
            yield render_line(entry, last, last if entry.module.role == "norm" else "1")


def _attention_line(placed: PlacedModule, channels: str) -> str:
    """A layer that keeps channels and size, with its map and how many positions read how many."""
    code = render_module(placed.module, channels, channels)
    return f"{code},  # {placed.after}: {placed.module.comment(placed.before)}"


def _commented(call: str, entry: PlacedPaths) -> str:
    """The call with the map that it gives, and the arithmetic of its size."""
    found = [
        formula
        for placed in entry.body
        if placed.before.size != placed.after.size
        for formula in placed.size_formulas
    ]
    arithmetic = f": {', '.join(dict.fromkeys(found))}" if found else ""
    return f"{call},  # {entry.after}{arithmetic}"
