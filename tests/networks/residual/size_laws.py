"""Sizes, parameters and multiply-adds of modules by torch's formulas, independent of the product's.

They read the name of a module's class and its settings, as they stand in its documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from designer.networks import Network, PlacedModule, PlacedPaths

Shape = tuple[int, ...]

UNCHANGED = re.compile(
    r"BatchNorm\dd|InstanceNorm\dd|GroupNorm|ReLU|LeakyReLU|Tanh|Sigmoid|Identity|Attention|ConditionalBatchNorm"
)
"""Classes whose output has the shape of their input."""


def _conv_side(i: int, k: int, s: int, p: int, d: int = 1) -> int:
    return (i + 2 * p - d * (k - 1) - 1) // s + 1


def _transposed_side(i: int, k: int, s: int, p: int, d: int, more: int) -> int:
    return (i - 1) * s - 2 * p + d * (k - 1) + more + 1


def _per_axis(value: int | Sequence[int], axes: int) -> list[int]:
    return [value] * axes if isinstance(value, int) else [*value]


def _columns(settings: dict[str, Any], axes: int, *names: str) -> list[tuple[int, ...]]:
    return [*zip(*(_per_axis(settings[name], axes) for name in names), strict=True)]


def shape_after(placed: PlacedModule, before: Shape) -> Shape:
    """The shape of a module's output for an input of this shape, without the batch axis."""
    kind, settings = placed.module.torch_class.removeprefix("model."), placed.module.settings
    channels, sides = before[0], before[1:]
    if UNCHANGED.fullmatch(kind):
        return before
    if kind == "Flatten":
        return (prod(before),)
    if kind == "Unflatten":
        assert prod(before) == prod(settings["unflattened_size"])
        return tuple(settings["unflattened_size"])
    if kind == "Linear":
        assert before == (settings["in_features"],)
        return (settings["out_features"],)
    if kind == "SumPool":
        return (channels,)
    if kind == "Basis":
        assert before == (channels, *(1,) * len(sides))
        return tuple(settings["shape"])
    return _resampled(kind, settings, placed, channels, sides)


def _resampled(
    kind: str, settings: dict[str, Any], placed: PlacedModule, channels: int, sides: Shape
) -> Shape:
    axes = len(sides)
    if kind.startswith("Interpolating"):
        return (channels, *_interpolated_sides(settings, sides))
    if re.fullmatch(r"ConvTranspose\dd", kind):
        assert channels == settings["in_channels"]
        names = ("kernel_size", "stride", "padding", "dilation", "output_padding")
        windows = zip(sides, _columns(settings, axes, *names), strict=True)
        return (settings["out_channels"], *(_transposed_side(i, *w) for i, w in windows))
    if re.fullmatch(r"Conv\dd", kind):
        assert channels == settings["in_channels"]
        names = ("kernel_size", "stride", "padding", "dilation")
        windows = zip(sides, _columns(settings, axes, *names), strict=True)
        return (settings["out_channels"], *(_conv_side(i, *w) for i, w in windows))
    if re.fullmatch(r"AvgPool\dd", kind):
        windows = zip(
            sides, _columns(settings, axes, "kernel_size", "stride", "padding"), strict=True
        )
        return (channels, *(_conv_side(i, *w) for i, w in windows))
    if kind == "Upsample":
        return (channels, *settings["size"])
    if re.fullmatch(r"ZeroPad\dd", kind):
        pairs = [*zip(settings["padding"][::2], settings["padding"][1::2], strict=True)][::-1]
        return (channels, *(i + sum(pair) for i, pair in zip(sides, pairs, strict=True)))
    assert kind.startswith("PixelShuffle"), kind
    factors: Shape = placed.module.factors  # type: ignore[attr-defined]
    assert channels % prod(factors) == 0
    return (channels // prod(factors), *(i * f for i, f in zip(sides, factors, strict=True)))


def _interpolated_sides(settings: dict[str, Any], sides: Shape) -> Iterator[int]:
    """The law of a convolution without dilation, transposed if it has an output padding."""
    names = ("kernel_size", "stride", "padding")
    for axis, (side, window) in enumerate(
        zip(sides, _columns(settings, len(sides), *names), strict=True)
    ):
        if "output_padding" in settings:
            yield _transposed_side(side, *window, 1, settings["output_padding"][axis])
        else:
            yield _conv_side(side, *window)


def module_costs(placed: PlacedModule, before: Shape, after: Shape) -> tuple[int, int]:
    """Parameters and multiply-adds of one sample; biases, norms and sums have no multiply-adds."""
    kind, settings = placed.module.torch_class, placed.module.settings
    if re.fullmatch(r"(Batch|Instance)Norm\dd|GroupNorm", kind):
        return 2 * before[0] * settings["affine"], 0
    if kind == "Embedding":
        return settings["num_embeddings"] * settings["embedding_dim"], 0
    if kind == "Linear":
        weights = before[0] * after[0]
        return weights + after[0] * settings["bias"], weights
    if kind == "model.Basis":
        return prod(after), 0
    if kind.startswith("model.Interpolating"):  # a filter for each channel, at the smaller map
        positions = min(before[1:], after[1:], key=prod)
        return 0, before[0] * prod(settings["kernel_size"]) * prod(positions)
    if (
        kind == "model.Attention"
    ):  # the gain; two products of all positions and of a quarter of them
        pairs = prod(before[1:]) * prod(max(1, side // 2) for side in before[1:])
        return 1, pairs * (max(1, before[0] // 8) + max(1, before[0] // 2))
    if re.fullmatch(r"Conv(Transpose)?\dd", kind):
        taps = prod(_per_axis(settings["kernel_size"], len(before) - 1))
        weights = before[0] * after[0] // settings["groups"] * taps
        positions = before if "Transpose" in kind else after
        return weights + after[0] * settings["bias"], weights * prod(positions[1:])
    return 0, 0


def assert_laws(network: Network, given: Shape) -> tuple[Shape, int, int]:
    """Every map follows from the one before it; the last shape, parameters and multiply-adds."""
    shape, totals = given, [0, 0]
    for entry in network.main:
        if isinstance(entry, PlacedPaths):
            ends = [_follow(path, shape, totals) for path in (entry.body, entry.shortcut)]
            assert ends[0] == ends[1] == entry.after.shape, entry.name
            shape = ends[0]
        else:
            shape = _follow([entry], shape, totals)
    return shape, totals[0], totals[1]


def _follow(row: Sequence[PlacedModule], shape: Shape, totals: list[int]) -> Shape:
    """The shape after modules in sequence, whose costs are added to the totals."""
    for placed in row:
        assert placed.before.shape == shape, placed.name
        _follow_parts(placed, shape, totals)
        after = shape_after(placed, shape)
        assert placed.after.shape == after, placed.name
        for index, cost in enumerate(module_costs(placed, shape, after)):
            totals[index] += cost
        shape = after
    return shape


def _follow_parts(placed: PlacedModule, shape: Shape, totals: list[int]) -> None:
    """The costs of what is inside a module, whose tables give a number for each channel of a label."""
    maps = [part for part in placed.parts if part.module.torch_class != "Embedding"]
    tables = [part for part in placed.parts if part not in maps]
    for table in tables:
        assert (table.before.shape, table.after.shape) == ((1,), (shape[0],))
        totals[0] += module_costs(table, (1,), (shape[0],))[0]
    if tables:
        (norm,) = maps
        assert _follow([norm], shape, totals) == shape
        return
    for part in maps[:-1]:  # the last one reads what the others give
        _follow([part], shape, totals)
    for part in maps[-1:]:
        values = (maps[-2].after.channels, *shape[1:])
        assert _follow([part], values, totals) == shape
