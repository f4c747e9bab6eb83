"""Receptive fields of uneven resizing, compared with what each position reads on an endless line."""

from __future__ import annotations

from array import array
from random import Random

import pytest

from designer.geometry.axis.nearest import has_uniform_repeats, nearest_sources
from designer.geometry.layers import Conv, FeatureMap, Window
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.resizing import Upsample
from designer.networks import Network, receptive_fields
from designer.networks.network import Block

Stage = tuple[int, int, int]
"""The side that a map is resized to, and the odd kernel and the dilation that follow."""


def field_on_a_line(side: int, stages: list[Stage]) -> tuple[int, bool]:
    """The widest field of a position, of those that read no padding if there are any; and if so.

    On the line, pixel x of a map resized from i to o is a copy of position ⌊x·i/o⌋, also where
    that is outside of the map.
    """
    sides = [side, *(target for target, _, _ in stages)]
    inner, every = [], []
    for pixel in range(sides[-1]):
        read, inside = {pixel}, True
        for before, (after, kernel, dilation) in reversed([*zip(sides, stages, strict=False)]):
            middle = kernel // 2
            read = {x + (tap - middle) * dilation for x in read for tap in range(kernel)}
            inside = inside and all(0 <= x < after for x in read)
            read = {x * before // after for x in read}
        width = max(read) - min(read) + 1
        every.append(width)
        inner += [width] if inside else []
    return max(inner or every), bool(inner)


def network_of(side: int, stages: list[Stage]) -> Network:
    """The network of these stages on one axis, each convolution keeping its map."""
    blocks = []
    for target, kernel, dilation in stages:
        padding = dilation * (kernel // 2)
        window = Window(kernel_size=kernel, padding=padding, dilation=dilation)
        layer = Conv(in_channels=1, out_channels=1, windows=(window,))
        blocks.append(Block(modules=(Upsample(size=(target,)), ConvolutionModule(layer=layer))))
    start = FeatureMap(channels=1, size=(side,))
    return Network(class_name="Line", input_map=start, blocks=tuple(blocks))


def random_line(seed: int) -> tuple[int, list[Stage]]:
    """Up to three stages of small maps, one of them uneven at least."""
    random = Random(seed)
    while True:
        side = random.randint(2, 6)
        sides, stages = [side], []
        for _ in range(random.randint(1, 3)):
            sides.append(sides[-1] * random.randint(1, 3) + random.randint(0, 2))
            stages.append((sides[-1], random.choice((1, 3, 3, 5, 7)), random.choice((1, 1, 2))))
        uneven = not all(map(has_uniform_repeats, sides, sides[1:]))
        if uneven and all(map(is_exact, sides, sides[1:])):
            return side, stages


def is_exact(before: int, after: int) -> bool:
    """Whether torch's single precision rounds no source to another position."""
    return [*nearest_sources(before, after)] == [x * before // after for x in range(after)]


@pytest.mark.parametrize("block", range(10))
def test_uneven_fields_are_those_of_an_endless_line(block: int) -> None:
    """Of the positions that read no padding; where all read some, of all."""
    kinds = set()
    for seed in range(60 * block, 60 * (block + 1)):
        side, stages = random_line(seed)
        field, inside = field_on_a_line(side, stages)
        kinds.add(inside)
        assert receptive_fields(network_of(side, stages))[-1] == (field,), (side, stages)
    assert kinds == {True, False}


def test_sources_of_long_maps_take_four_bytes_each() -> None:
    """They are kept for the next layer: as Python's numbers a million took 36 MB."""
    sources = nearest_sources(1000, 1_000_003)
    assert isinstance(sources, array)
    assert sources.itemsize == 4
