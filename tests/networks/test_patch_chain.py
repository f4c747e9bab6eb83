"""The chain of a patch discriminator, compared with all kernels of all numbers of layers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from designer.errors import InvalidRequest
from designer.networks import solve_patch

Kernels = tuple[int, ...]

SIDES = [*range(1, 10), 16, 17]
"""Up to the side that four layers of stride 2 reduce to one pixel, and one more."""


def strides_of(layers: int) -> list[int]:
    """Stride 2 but for the last two layers."""
    return [2] * (layers - 2) + [1, 1]


def fitting_kernels(side: int, strides: list[int]) -> Iterator[Kernels]:
    """Kernels up to 8, padded by half, that fit the map before them; the head's fits unpadded."""
    if not strides:
        yield ()
        return
    stride, *later = strides
    for kernel in range(stride, 9):
        padding = (kernel - 1) // 2
        starts = range(-padding, side + padding - kernel + 1, stride)
        if side >= (stride if later else kernel) and starts:
            for kernels in fitting_kernels(len(starts), later):
                yield (kernel, *kernels)


@cache
def best_by_field(side: int) -> dict[int, Kernels]:
    """By receptive field, the preferred kernels: near 4, then few, then small and near the picture."""
    best: dict[int, tuple[int, int, Kernels]] = {}
    layers = 2
    while layers == 2 or 2 ** (layers - 3) < side:
        strides = strides_of(layers)
        for kernels in fitting_kernels(side, strides):
            field = 1
            for kernel, stride in reversed([*zip(kernels, strides, strict=True)]):
                field = (field - 1) * stride + kernel
            order = (sum(abs(kernel - 4) for kernel in kernels), layers, kernels)
            best[field] = min(best.get(field, order), order)
        layers += 1
    return {field: kernels for field, (_, _, kernels) in best.items()}


@pytest.mark.parametrize("side", SIDES)
def test_a_patch_has_the_preferred_kernels_of_all_that_fit(side: int) -> None:
    """Every field up to two more than the largest; the longer side has the same windows."""
    best = best_by_field(side)
    for field in range(1, max(best) + 3):
        for size in ((side,), (side + 3, side)):
            if field not in best:
                with pytest.raises(InvalidRequest) as refused:
                    solve_patch(field, size)
                below = [near for near in best if near < field]
                above = [near for near in best if near > field]
                nearest = [*sorted(below)[-1:], *sorted(above)[:1]]
                assert refused.value.facts["nearest"] == nearest
                continue
            kernels = best[field]
            windows = solve_patch(field, size)
            assert [windows_of[0].kernel_size for windows_of in windows] == [*kernels]
            assert [windows_of[0].stride for windows_of in windows] == strides_of(len(kernels))
            assert all(len(set(each)) == 1 and len(each) == len(size) for each in windows)


@pytest.mark.parametrize("field", range(1, 80))
def test_a_patch_pads_by_half_a_kernel(field: int) -> None:
    """As much as keeps a map under an odd kernel of stride 1, or loses one pixel under an even one."""
    for (window,) in solve_patch(field, (64,)):
        assert 0 <= window.kernel_size - 1 - 2 * window.padding <= 1
        assert (window.dilation, window.output_padding) == (1, 0)
