"""The chain of a patch discriminator: convolutions with a given receptive field in pixels.

As in pix2pix (Isola et al., arXiv:1611.07004): n layers of stride 2, then a layer and a head of
stride 1. A kernel of size F after l strided layers adds (F − 1)·2^l pixels to the receptive field.
So the field minus one is F − 1 of the first layer plus, if that layer has stride 2, twice the same
sum over the remaining layers, and the search is recursive. Of all solutions it prefers kernels
close to 4 (distances summed over the layers), then fewer layers, then smaller kernels nearer to the
picture. The head's kernel fits in its map because of labels, whose match is averaged over the same
windows: torch's AvgPool3d rejects a smaller map, padded or not.
"""

from __future__ import annotations

from functools import cache

from designer.geometry.layers import Size, Window, Windows
from designer.validation.json_readers import refuse_field

PREFERRED_KERNEL_SIZE = 4
STRIDE = 2
MAX_PATCH_KERNEL_SIZE = 8

Kernels = tuple[int, ...]
"""Kernel sizes from the picture on; the last two layers have stride 1."""


def solve_patch(field: int, size: Size) -> list[Windows]:
    """The windows of a patch discriminator with this receptive field on a picture of this size.

    >>> [windows[0].kernel_size for windows in solve_patch(70, (256, 256))]
    [4, 4, 4, 4, 4]
    >>> [windows[0].stride for windows in solve_patch(70, (256, 256))]
    [2, 2, 2, 1, 1]

    Raises:
        InvalidRequest: if no such chain fits the picture; ``facts`` has the nearest fields.
    """
    windows = _best_windows(field, size)
    if windows is None:
        nearest = _nearest_fields(field, size)
        pointer = "/discriminator/patch"
        refuse_field(pointer, "no_patch", patch=field, nearest=nearest, size=list(size))
    return windows


def _best_windows(field: int, size: Size) -> list[Windows] | None:
    best = min(
        (
            (departure, strided, kernels)
            for strided in range(_max_strided_layers(min(size)) + 1)
            for departure, kernels in _least_departure(field - 1, strided, min(size))
        ),
        default=None,
    )
    if best is None:
        return None
    _, strided, kernels = best
    return [
        (_window(kernel, STRIDE if index < strided else 1),) * len(size)
        for index, kernel in enumerate(kernels)
    ]


def _max_strided_layers(side: int) -> int:
    """Number of layers of stride 2 until a side is a single pixel."""
    return (side - 1).bit_length()


@cache
def _least_departure(remaining: int, strided: int, side: int) -> tuple[tuple[int, Kernels], ...]:
    """The kernels that add ``remaining`` pixels with the least departure from 4.

    At most one entry (departure, kernels), with ``strided`` strided layers before the last two;
    ``side`` is the shorter side of the map.
    """
    found = []
    stride = STRIDE if strided else 1
    for kernel in _legal_kernels(stride, side):
        left, odd = divmod(remaining - kernel + 1, stride)
        if left < 0 or odd:
            continue
        after = _window(kernel, stride).conv(side)
        if strided:
            further = _least_departure(left, strided - 1, after)
        else:
            last = [left + 1] if left < min(MAX_PATCH_KERNEL_SIZE, after) else []
            further = tuple((abs(taps - PREFERRED_KERNEL_SIZE), (taps,)) for taps in last)
        departure = abs(kernel - PREFERRED_KERNEL_SIZE)
        found += [(departure + least, (kernel, *kernels)) for least, kernels in further]
    return (min(found),) if found else ()


@cache
def _max_field_growth(strided: int, side: int) -> int:
    """The most that ``strided`` strided layers and the last two can add to a field of one pixel."""
    stride = STRIDE if strided else 1
    return max(
        (
            kernel - 1 + stride * _max_field_growth(strided - 1, _window(kernel, stride).conv(side))
            if strided
            else kernel - 1 + min(MAX_PATCH_KERNEL_SIZE, _window(kernel, 1).conv(side)) - 1
            for kernel in _legal_kernels(stride, side)
        ),
        default=0,
    )


def _legal_kernels(stride: int, side: int) -> list[int]:
    """Kernels that fit a map of this side; none for a layer of stride 2 on a single pixel."""
    if side < stride:
        return []
    return [
        kernel
        for kernel in range(stride, MAX_PATCH_KERNEL_SIZE + 1)
        if side + 2 * _window(kernel, stride).padding >= kernel
    ]


def _window(kernel_size: int, stride: int) -> Window:
    return Window(kernel_size=kernel_size, stride=stride, padding=(kernel_size - 1) // 2)


def _nearest_fields(field: int, size: Size) -> list[int]:
    """The nearest possible fields below and above, if any."""
    side = min(size)
    largest = 1 + max(
        _max_field_growth(strided, side) for strided in range(_max_strided_layers(side) + 1)
    )
    below = (near for near in range(min(field - 1, largest), 0, -1) if _best_windows(near, size))
    above = (near for near in range(field + 1, largest + 1) if _best_windows(near, size))
    return [near for near in (next(below, None), next(above, None)) if near is not None]
