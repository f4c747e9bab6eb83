"""Thin linear residual networks as lists of layers, on one to three axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Block:
    """The layers of two paths; the shortcut may be empty."""

    body: list[Json]
    shortcut: list[Json]
    factor: int = 1

    def layers(self, start: int) -> list[Json]:
        """As a part of a list of layers, after ``start`` layers."""
        end = start + len(self.body) - 1
        if not self.shortcut:
            return [*self.body, {"op": "add_from", "from": start - 1}]
        other = [{"op": "branch_from", "from": start - 1}, *self.shortcut]
        return [*self.body, *other, {"op": "add_from", "from": end}]


def conv(before: int, after: int, axes: int, kernel: int = 3, **window: Any) -> Json:  # noqa: ANN401
    given = window or {"padding": kernel // 2}
    channels = {"in_channels": before, "out_channels": after}
    return {"op": "conv", **channels, "kernel_size": kernel, "ndim": axes, "bias": False, **given}


def strided(before: int, after: int, axes: int, random: Random, op: str) -> Json:
    windows = [(4, 2, 1), (3, 2, 1), (2, 2, 0)]
    kernel, stride, padding = random.choice(windows)
    layer = conv(before, after, axes, kernel, stride=stride, padding=padding)
    if op == "conv_transpose" and random.random() < 0.5:
        layer["output_padding"] = 1
    return {**layer, "op": op}


def transposed_block(a: int, b: int, axes: int, random: Random) -> Block:
    step = strided(a, b, axes, random, "conv_transpose")
    return Block(body=[step, conv(b, b, axes)], shortcut=[step])


def strided_block(a: int, b: int, axes: int, random: Random) -> Block:
    step = strided(a, b, axes, random, "conv")
    return Block(body=[conv(a, a, axes), step], shortcut=[step])


def kept_block(a: int, b: int, axes: int, random: Random) -> Block:
    if a == b:
        return Block(body=[conv(a, b, axes), conv(b, b, axes)], shortcut=[])
    return Block(body=[conv(a, b, axes), conv(b, b, axes)], shortcut=[conv(a, b, axes, 1)])


def resized_block(a: int, b: int, axes: int, random: Random) -> Block:
    larger = {"op": "upsample", "scale_factor": 2}
    body, shortcut = [larger, conv(a, b, axes), conv(b, b, axes)], [larger, conv(a, b, axes, 1)]
    return Block(body=body, shortcut=shortcut, factor=2**axes)


def pooled_block(a: int, b: int, axes: int, random: Random) -> Block:
    """The factor is inverse: a position goes back to each that its mean was taken of."""
    mean = {"op": "avg_pool", "kernel_size": 2, "ndim": axes}
    body, shortcut = [conv(a, b, axes), mean], [conv(a, b, axes, 1), mean]
    return Block(body=body, shortcut=shortcut, factor=-(2**axes))


MakeBlock = Callable[[int, int, int, Random], Block]
GROWING: list[MakeBlock] = [transposed_block, resized_block, kept_block]
SHRINKING: list[MakeBlock] = [strided_block, pooled_block, kept_block]

SMALL = [
    *((length,) for length in (2, 3, 5, 8, 9)),
    *((2, 2), (3, 4), (4, 3), (5, 5), (6, 2), (4, 7)),
    *((2, 2, 2), (1, 2, 3), (2, 3, 1)),
]
LARGE = [
    *((length,) for length in (8, 9, 12, 15, 16)),
    *((8, 8), (9, 8), (8, 12), (11, 10), (12, 9), (16, 8)),
    *((4, 8, 4), (5, 4, 6), (8, 4, 4)),
]
CASES = [(size, True) for size in SMALL] + [(size, False) for size in LARGE]
"""Sizes along one, two and three axes, and whether the network enlarges them."""


def residual_network(size: tuple[int, ...], *, grows: bool) -> tuple[list[int], list[Block]]:
    """Input shape and two or three blocks, thin; those that pool divide the size."""
    random, axes = Random(repr((size, grows))), len(size)
    kinds = GROWING if grows else SHRINKING
    channels, blocks = 2, []
    for _ in range(random.randint(2, 3) if axes == 1 else 2):
        after = random.choice([1, 2])
        blocks.append(random.choice(kinds)(channels, after, axes, random))
        channels = after
    return [2, *size], blocks


def list_of(blocks: list[Block]) -> list[Json]:
    layers: list[Json] = []
    for block in blocks:
        layers += block.layers(len(layers))
    return layers
