"""Brute-force search for every chain of a small space, independent of the solver.

It shares no code with the solver; the size and cost formulas are written out again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import gcd, prod

from designer.brief.search_space import SearchSpace
from designer.brief.widths import Widths
from designer.geometry.resampling import Upsampling

Axis = tuple[int, int, int, int, int]  # kernel, stride, dilation, padding, output padding
Layer = tuple[Axis, ...]
Sizes = list[tuple[int, ...]]
Found = tuple[Sizes, list[Layer]]


def transposed_output_size(size: int, axis: Axis) -> int:
    """Output size of a transposed convolution, from the last tap, the crop and the added rows."""
    kernel, stride, dilation, padding, extra = axis
    last = (size - 1) * stride + (kernel - 1) * dilation
    return last + 1 - 2 * padding + extra


def axis_windows(space: SearchSpace) -> list[Axis]:
    found = []
    for kernel, stride, dilation in product(space.kernel_sizes, space.strides, space.dilations):
        if kernel < stride or gcd(stride, dilation) != 1:
            continue
        if space.overlap == "even" and kernel % stride != 0:
            continue
        for padding in range(dilation * (kernel - 1) + 1):
            for extra in range(stride if space.output_padding else 1):
                axis = (kernel, stride, dilation, padding, extra)
                offset = transposed_output_size(1, axis) - stride
                if space.exact == "require" and offset != 0:
                    continue
                if space.exact == "prefer" and abs(offset) >= stride:
                    continue
                found.append(axis)
    return found


def layers_of(space: SearchSpace, axes: int) -> list[Layer]:
    windows = axis_windows(space)
    layers = product(windows, repeat=axes)
    if space.anisotropic:
        return list(layers)
    return [layer for layer in layers if len({axis[:3] for axis in layer}) == 1]


def grows(
    space: SearchSpace, layer: Layer, before: tuple[int, ...], after: tuple[int, ...]
) -> bool:
    if not space.anisotropic:
        return all(o > i for i, o in zip(before, after, strict=True))
    for axis, i, o in zip(layer, before, after, strict=True):
        stays = axis[1] == 1 and o == i
        if o <= i and not stays:
            return False
    return before != after


class TooManyTrials(Exception):
    """A space that is too large to be listed."""


class TrialLimit:
    """A limit on the number of layers tried."""

    def __init__(self, most: int) -> None:
        self.left = most

    def use(self, layers: int) -> None:
        self.left -= layers
        if self.left < 0:
            raise TooManyTrials


def all_chains(target: tuple[int, ...], space: SearchSpace, most: int = 10**9) -> list[Found]:
    """Every chain to the target, unordered, trying at most ``most`` layers.

    Tests search the same spaces, so each is listed once.
    """
    if (target, space) not in _LISTED:
        _LISTED[target, space] = list(_list_chains(target, space, most))
    return _LISTED[target, space]


_LISTED: dict[tuple[tuple[int, ...], SearchSpace], list[Found]] = {}


def _list_chains(target: tuple[int, ...], space: SearchSpace, most: int) -> Iterator[Found]:
    trial_limit = TrialLimit(most)
    trial_limit.use(len(axis_windows(space)) ** (len(target) if space.anisotropic else 1))
    layers = layers_of(space, len(target))
    if space.initial_size is not None:
        starts = [space.initial_size]
    else:
        low, high = (2, 64) if len(target) == 1 else (2, 16)
        starts = [
            start
            for start in product(*(range(1, side + 1) for side in target))
            if low <= min(start) <= high
        ]
    for start in starts:
        yield from _onward([start], [], target, space, layers, trial_limit)


def _onward(
    sizes: Sizes,
    chosen: list[Layer],
    target: tuple[int, ...],
    space: SearchSpace,
    layers: list[Layer],
    trial_limit: TrialLimit,
) -> Iterator[Found]:
    if chosen and sizes[-1] == target:
        yield sizes, chosen
    if len(chosen) == space.max_layers or (chosen and sizes[-1] == target):
        return
    trial_limit.use(len(layers))
    for layer in layers:
        after = tuple(
            transposed_output_size(i, axis) for i, axis in zip(sizes[-1], layer, strict=True)
        )
        fits = all(o <= t for o, t in zip(after, target, strict=True))
        if fits and grows(space, layer, sizes[-1], after):
            yield from _onward(
                [*sizes, after], [*chosen, layer], target, space, layers, trial_limit
            )


def offsets_of(sizes: Sizes, chosen: list[Layer]) -> list[list[int]]:
    return [
        [o - axis[1] * i for axis, i, o in zip(layer, before, after, strict=True)]
        for layer, before, after in zip(chosen, sizes, sizes[1:], strict=False)
    ]


def departure_of(found: Found, space: SearchSpace, *, given_map: bool = False) -> int:
    sizes, chosen = found
    total = 0
    one_axis = len(sizes[0]) == 1
    for layer, offsets in zip(chosen, offsets_of(sizes, chosen), strict=True):
        weighed = [0 if space.exact == "any" else abs(c) for c in offsets]
        if one_axis:
            total += abs(layer[0][1] - 4) + 4 * weighed[0]
        elif space.anisotropic:
            for axis, offset, c in zip(layer, offsets, weighed, strict=True):
                if not (axis[1] == 1 and offset == 0):
                    total += 3 * abs(axis[1] - 2) + c
        else:
            total += 3 * abs(layer[0][1] - 2) + max(weighed)
    if given_map:
        return total
    low, high = (8, 32) if one_axis else (4, 8)
    for side in sizes[0] if space.anisotropic else [min(sizes[0])]:
        if side < low:
            total += low - side
        if side > high:
            total += side - high
    return total


def figures_of(found: Found, widths: Widths) -> tuple[int, int]:
    """(parameters, multiply-adds) of the generator, including its stem."""
    sizes, chosen = found
    kind = str(widths.upsampling)
    count = len(chosen)
    channels = [widths.channels_at(depth) for depth in range(count + 1)][::-1]
    taps, positions = prod(sizes[0]), 1
    if widths.latent_dim is None:
        taps, positions = (7 if len(sizes[0]) == 1 else 3 ** len(sizes[0])), prod(sizes[0])
    stem = (widths.latent_dim or widths.initial_channels or 0) * channels[0] * taps
    parameters = stem + 2 * channels[0]
    multiply_adds = stem * positions
    for index, layer in enumerate(chosen):
        weights = channels[index] * channels[index + 1]
        weights *= prod(kernel_weights(kind, axis[0], axis[1]) for axis in layer)
        parameters += weights + (2 * channels[index + 1] if index + 1 < count else 0)
        multiply_adds += weights * kernel_positions(kind, sizes[index], sizes[index + 1], layer)
    return parameters, multiply_adds


def kernel_weights(kind: str, kernel: int, stride: int) -> int:
    """Weights per pair of channels along one axis: of the kernel, or of its odd substitute."""
    if kind == "transposed" or kernel == 1:
        return kernel
    if kind == "resize":
        return next(odd for odd in (kernel, kernel - 1, 3) if odd % 2 and odd > 1)
    return stride * next(odd for odd in range(3, kernel + 3, 2) if odd * stride >= kernel)


def kernel_positions(
    kind: str, before: tuple[int, ...], after: tuple[int, ...], layer: Layer
) -> int:
    """Kernel positions: input size, output size, or input size with a border, by kind."""
    if kind == "transposed":
        return prod(before)
    if kind == "resize":
        return prod(after)
    sides = []
    for i, o, axis in zip(before, after, layer, strict=True):
        border = 0
        while (i + border) * axis[1] < o:
            border += 1
        sides.append(i + 2 * border)
    return prod(sides)


def order_of(found: Found, space: SearchSpace, widths: Widths) -> tuple[object, ...]:
    """The complete order of preference as a sort key, for transposed convolutions."""
    sizes, chosen = found
    offsets = offsets_of(sizes, chosen)
    flat = [c for row in offsets for c in row]
    exact = not any(flat)
    given_map = widths.latent_dim is None
    departure = departure_of(found, space, given_map=given_map)
    uneven = sum(any(axis[0] % axis[1] for axis in layer) for layer in chosen)
    unread = sum(any(axis[4] > axis[3] for axis in layer) for layer in chosen)
    one_axis = len(sizes[0]) == 1
    factor, closest = (6, 16) if one_axis else (2, 4)
    side = min(sizes[0])
    every = [axis for layer in chosen for axis in layer]
    any_offset = space.exact == "any"
    return (
        0 if (any_offset or (exact and (given_map or departure <= 6))) else 1,
        departure,
        0 if space.overlap == "any" else uneven,
        unread,
        0 if any_offset else sum(c != 0 for c in flat),
        0 if any_offset else sum(abs(c) for c in flat),
        sum(abs(axis[0] - factor * axis[1]) for axis in every),
        0 if given_map else abs(side - closest),
        0 if given_map else side,
        len(chosen),
        figures_of(found, replace(widths, upsampling=Upsampling.TRANSPOSED))[1],
        sum(axis[4] for axis in every),
        sum(axis[3] for axis in every),
        [list(zip(*layer, strict=True)) for layer in reversed(chosen)],
    )


def best_chains(
    target: tuple[int, ...], space: SearchSpace, widths: Widths, most: int = 10**9
) -> list[Found]:
    """Every chain to the target, best first."""
    found = all_chains(target, space, most)
    return sorted(found, key=lambda chain: order_of(chain, space, widths))
