"""The fixed filters of R3GAN's resamplers, compared with arithmetic and interpolation of torch."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from designer import Design, design
from designer.brief.brief_json import brief_from_document
from designer.geometry.axis import interpolation_weights
from designer.geometry.modules.interpolation import Interpolation
from designer.networks import PlacedModule
from tests.networks.r3gan.r3gan_designs import R3GAN_CASES, ROLES, built_network, r3gan_design

pytestmark = pytest.mark.torch

UPSAMPLE: dict[int, Any] = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}
DOWNSAMPLE: dict[int, Any] = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
MODES = {1: "linear", 2: "bilinear", 3: "trilinear"}


def resamplers(found: Design, role: str) -> list[tuple[PlacedModule, nn.Module]]:
    """The resamplers of a network, as predicted and as built."""
    network = built_network(found, role)
    placed = [
        each
        for each in found.gan.networks[role].placed_modules
        if isinstance(each.module, Interpolation)
    ]
    return [(each, network.get_submodule(each.name).double()) for each in placed]


def triangle(kernel_size: int, stride: int) -> list[Fraction]:
    """The weights along one axis, tap by tap: (S − |distance|)/S, over the sum of their phase."""

    def height(tap: int) -> Fraction:
        return max(Fraction(0), stride - abs(Fraction(kernel_size - 1, 2) - tap))

    return [
        height(tap)
        / sum(height(other) for other in range(kernel_size) if (other - tap) % stride == 0)
        for tap in range(kernel_size)
    ]


def outer_product(rows: Sequence[Sequence[Fraction]]) -> torch.Tensor:
    """The product of one row of weights for each axis."""
    tensors = [torch.tensor([float(each) for each in row], dtype=torch.float64) for row in rows]
    return reduce(lambda kernel, row: kernel.unsqueeze(-1) * row, tensors)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", R3GAN_CASES)
def test_resamplers_are_convolutions_with_an_outer_product(case: str, role: str) -> None:
    """Each channel by itself; on the way back each axis is divided by its stride."""
    torch.manual_seed(0)
    for placed, layer in resamplers(r3gan_design(case), role):
        given = placed.module.settings
        kernel_size, stride, padding = (given[n] for n in ("kernel_size", "stride", "padding"))
        kernel = outer_product([*map(triangle, kernel_size, stride)])[None, None]
        value = torch.randn(2, *placed.before.shape).double()
        axes = len(placed.before.size)
        if role == "generator":
            more = given["output_padding"]
            planes = [
                UPSAMPLE[axes](plane, kernel, None, stride, padding, more)
                for plane in value.split(1, 1)
            ]
        else:
            share = kernel / torch.tensor(stride).prod()
            planes = [
                DOWNSAMPLE[axes](plane, share, None, stride, padding) for plane in value.split(1, 1)
            ]
        torch.testing.assert_close(layer(value), torch.cat(planes, 1), atol=1e-6, rtol=1e-6)
        assert layer(value).shape[1:] == placed.after.shape
        assert [*layer.parameters()] == []


def interior(value: torch.Tensor, margins: Sequence[int]) -> torch.Tensor:
    """A map without its border."""
    for axis, margin in enumerate(margins, 2):
        value = value.narrow(axis, margin, value.shape[axis] - 2 * margin)
    return value


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", R3GAN_CASES)
def test_a_constant_stays_a_constant_away_from_the_border(case: str, role: str) -> None:
    """For every window that the solver chose, on a map of twenty pixels more, of two channels."""
    for placed, layer in resamplers(r3gan_design(case), role):
        given = placed.module.settings
        size = [
            side + 20 * step for side, step in zip(placed.before.size, given["stride"], strict=True)
        ]
        value = (
            torch.tensor([3.0, -0.5], dtype=torch.float64)
            .view(1, 2, *[1] * len(size))
            .expand(1, 2, *size)
        )
        shrunk = [1] * len(size) if role == "generator" else given["stride"]
        margins = [
            taps // step + 1 for taps, step in zip(given["kernel_size"], shrunk, strict=True)
        ]
        middle = interior(layer(value), margins)
        assert middle.numel() > 0
        expected = value[(..., *[slice(1)] * len(size))].expand(middle.shape)
        torch.testing.assert_close(middle, expected, atol=1e-6, rtol=1e-6)


WHOLE = [(2, 4, 1), (4, 8, 2), (3, 5, 1), (2, 6, 2), (3, 9, 3)]
"""Stride, kernel size and padding of exact windows that have the whole triangle under the kernel."""
CUT = [(2, 2, 0), (3, 3, 0), (4, 6, 1)]
"""The same of shorter ones."""


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("window", WHOLE + CUT, ids=str)
def test_an_enlargement_is_torchs_linear_interpolation(
    axes: int, window: tuple[int, int, int]
) -> None:
    """In the interior, without aligned corners; with less than the triangle it is another one."""
    torch.manual_seed(0)
    stride, kernel_size, padding = window
    step = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    brief = {"resolution": [4 * stride] * axes, "architecture": "r3gan", "chain": [step]}
    made = design(brief_from_document(brief | {"base_channels": 2, "verify": "none"}))
    ((_, layer),) = resamplers(made, "generator")
    value = torch.randn(2, 3, *(7, 9, 6)[:axes]).double()
    larger = layer(value)
    assert larger.shape[2:] == tuple(each * stride for each in value.shape[2:])
    expected = functional.interpolate(
        value, scale_factor=stride, mode=MODES[axes], align_corners=False
    )
    margins = [stride] * axes
    difference = (interior(larger, margins) - interior(expected, margins)).abs().max()
    assert (difference < 1e-6) == (window in WHOLE)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_the_filter_of_a_doubling_is_the_published_one(axes: int) -> None:
    """[1, 3, 3, 1]/4 along each axis, over two on the way back."""
    search = {"strides": [2], "kernel_sizes": [4]}
    found = r3gan_design("square", size=16, dimensions=axes, blocks=1, search=search)
    kernel = outer_product([[Fraction(each, 4) for each in (1, 3, 3, 1)]] * axes)
    for role, share in zip(ROLES, (1, 2**axes), strict=True):
        for placed, layer in resamplers(found, role):
            assert placed.module.settings["kernel_size"] == [4] * axes
            assert torch.equal(layer.kernel, kernel / share)


def test_weights_are_a_triangle_whose_phases_add_up_to_one() -> None:
    """For every kernel from its stride to three times it and more, by fractions."""
    for stride in range(1, 9):
        for kernel_size in range(stride, 3 * stride + 4):
            weights = interpolation_weights(kernel_size=kernel_size, stride=stride)
            assert [*weights] == triangle(kernel_size, stride)
            assert weights == weights[::-1]
            assert {sum(weights[phase::stride]) for phase in range(stride)} == {1}


@pytest.mark.parametrize(("size", "kernels"), [([54, 54], {5, 4}), ([81, 48], {4}), ([16384], {8})])
def test_kernels_have_the_taps_of_their_triangles(size: list[int], kernels: set[int]) -> None:
    """2S at an even stride and 2S − 1 at an odd one, where the lists have them: no weight is zero."""
    found = r3gan_design("signal", size=size, dimensions=len(size))
    windows = [window for step in found.chain.windows for window in step]
    assert {window.kernel_size for window in windows} == kernels
    for window in windows:
        taps = interpolation_weights(kernel_size=window.kernel_size, stride=window.stride)
        assert 0 not in taps
        assert len(taps) == 2 * window.stride - window.stride % 2
