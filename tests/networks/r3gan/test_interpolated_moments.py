"""Second moments of interpolated maps, compared with matrices that torch makes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import prod

import pytest
import torch
from torch.nn import functional

from designer.geometry.axis import interpolation_weights
from designer.geometry.layers import FeatureMap, Window
from designer.geometry.modules.interpolation import (
    InterpolatingDownsample,
    InterpolatingUpsample,
)
from designer.networks import interpolated_moments
from designer.networks.blocks import PlacedModule
from designer.networks.interpolated_moments import interpolated_gradient, interpolated_moment
from tests.support import soak_count

pytestmark = pytest.mark.torch

DOUBLING = Window(kernel_size=4, stride=2, padding=1)


@dataclass(frozen=True, slots=True)
class Enlargements:
    """Interpolations along one axis, from the smallest side on."""

    smallest: int
    windows: tuple[Window, ...]

    @property
    def sides(self) -> list[int]:
        """Those of the maps, the smallest first."""
        sides = [self.smallest]
        for window in self.windows:
            sides.append(window.conv_transpose(sides[-1]))
        return sides

    def row(self, *, enlarges: bool) -> list[PlacedModule]:
        """The modules in order of execution, forward or as the mirror."""
        kind = InterpolatingUpsample if enlarges else InterpolatingDownsample
        maps = [FeatureMap(channels=1, size=(side,)) for side in self.sides]
        placed = [
            PlacedModule(
                name=str(index),
                module=kind(windows=(window,)),
                before=maps[index if enlarges else index + 1],
                after=maps[index + 1 if enlarges else index],
            )
            for index, window in enumerate(self.windows)
        ]
        return placed if enlarges else placed[::-1]

    def matrix(self) -> torch.Tensor:
        """A row of weights for each position of the largest map, as torch computes it."""
        value = torch.eye(self.smallest, dtype=torch.float64)[:, None]
        for window in self.windows:
            taps = interpolation_weights(kernel_size=window.kernel_size, stride=window.stride)
            value = functional.conv_transpose1d(
                value,
                torch.tensor([[[float(tap) for tap in taps]]], dtype=torch.float64),
                stride=window.stride,
                padding=window.padding,
                output_padding=window.output_padding,
            )
        return value[:, 0].T

    def middle_mean(self, squares: torch.Tensor) -> float:
        """The mean over one period of phases in the middle."""
        count = min(len(squares), prod(window.stride for window in self.windows))
        start = (len(squares) - count) // 2
        return squares[start : start + count].mean().item()


def random_enlargements(rng: random.Random) -> Enlargements:
    """One to four interpolations of any window, to at most 1,000 positions."""
    windows: list[Window] = []
    found = Enlargements(rng.randint(1, 6), ())
    for _ in range(rng.randint(1, 4)):
        stride = rng.randint(2, 4)
        kernel_size = rng.randint(stride, 3 * stride)
        windows.append(
            Window(
                kernel_size=kernel_size,
                stride=stride,
                padding=rng.randint(0, (kernel_size - 1) // 2),
                output_padding=rng.randint(0, stride - 1),
            )
        )
        longer = Enlargements(found.smallest, tuple(windows))
        if not 1 <= longer.sides[-1] <= 1000 or min(longer.sides) < 1:
            break
        found = longer
    return found


@pytest.mark.parametrize("seed", range(soak_count(60, 2_000)))
def test_moments_are_those_of_the_matrix(seed: int) -> None:
    """Of maps and of gradients, forward and mirrored, with the borders."""
    found = random_enlargements(random.Random(seed))
    squares = found.matrix() ** 2
    of_largest = found.middle_mean(squares.sum(1))
    of_smallest = found.middle_mean(squares.sum(0))
    share = prod(window.stride for window in found.windows) ** -2
    up, down = found.row(enlarges=True), found.row(enlarges=False)
    assert interpolated_moment(up) == pytest.approx(of_largest, rel=1e-9)
    assert interpolated_gradient(up) == pytest.approx(of_smallest, rel=1e-9)
    assert interpolated_moment(down) == pytest.approx(of_smallest * share, rel=1e-9)
    assert interpolated_gradient(down) == pytest.approx(of_largest * share, rel=1e-9)


@pytest.mark.parametrize("smallest", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("enlarges", [True, False])
def test_long_maps_have_the_moments_of_endless_ones(
    smallest: int, enlarges: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a thousandth of a percent of what the list of all positions gives."""
    row = Enlargements(smallest, (DOUBLING,) * 12).row(enlarges=enlarges)
    short = [interpolated_moment(row), interpolated_gradient(row)]
    monkeypatch.setattr(interpolated_moments, "ENDLESS_SIDE", 2**30)
    interpolated_moments._axis_mean_square.cache_clear()
    assert short == pytest.approx([interpolated_moment(row), interpolated_gradient(row)], rel=1e-5)


def test_the_longest_maps_take_no_longer() -> None:
    """Work that grew with the side would not end here: 2 to the 1,000 positions."""
    row = Enlargements(4, (DOUBLING,) * 1000).row(enlarges=True)
    assert interpolated_moment(row) == pytest.approx(0.55, rel=1e-6)
