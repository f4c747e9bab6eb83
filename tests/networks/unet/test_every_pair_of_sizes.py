"""U-Nets at every pair of input sizes: brute force by torch, and by plain torch from the brief."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch

from designer import Design, design
from designer.networks.unet_sizes import least_input
from tests.networks.unet.unet_oracle import UNetOracle, drawn
from tests.support import SOAK

pytestmark = pytest.mark.torch

Step = tuple[int, int, int]
"""Kernel size, stride and padding."""

CHAINS: dict[str, list[Step]] = {
    "2 levels, k2 s2": [(2, 2, 0)] * 2,
    "2 levels, k3 s3": [(3, 3, 0)] * 2,
    "2 levels, k5 s3 p1, k4 s2 p1": [(5, 3, 1), (4, 2, 1)],
    "3 levels, k4 s2 p1": [(4, 2, 1)] * 3,
    "3 levels, k3 s2 p1": [(3, 2, 1)] * 3,
    "3 levels, k6 s2 p2, k2 s2": [(6, 2, 2), (2, 2, 0), (2, 2, 0)],
    "4 levels, k4 s2 p1": [(4, 2, 1)] * 4,
    "4 levels, k2 s2": [(2, 2, 0)] * 4,
    "4 levels, k3 s2": [(3, 2, 0)] * 4,
    "5 levels, k2 s2": [(2, 2, 0)] * 5,
}
WAYS: list[dict[str, Any]] = [
    {"skips": "concat", "upsampling": "transposed"},
    {"skips": "add", "upsampling": "transposed", "normalization": "none"},
    {"skips": "concat", "upsampling": "resize", "normalization": "instance"},
    {"skips": "add", "upsampling": "resize", "architecture": "resnet"},
]
CASES = {
    f"{name}, {way['skips']}, {way['upsampling']}": (steps, way)
    for place, (name, steps) in enumerate(CHAINS.items())
    for way in (WAYS if SOAK else WAYS[place % 4 :: 4])
}


def unet(steps: list[Step], **options: Any) -> Design:  # noqa: ANN401
    """A thin U-Net of these windows, shown at 100×70."""
    windows = [{"kernel_size": k, "stride": s, "padding": p} for k, s, p in steps]
    given = {"resolution": (100, 70), "base_channels": 2, "channels": 1, "blocks": 1} | options
    start = {"channels": 3}
    return design(encoder=True, initial_map=start, chain=windows, verify="none", **given)


def sides(made: Design) -> list[range]:
    """The sides to try on each axis: two periods in a soak run, otherwise one."""
    return [
        range(least, least + (2 * factor if SOAK else factor) + SOAK)
        for least, factor in zip(least_input(made.gan), made.chain.factors, strict=True)
    ]


@pytest.mark.parametrize("case", CASES)
def test_every_pair_of_residues_gives_the_size_of_its_input(case: str) -> None:
    """256 pairs at four levels; in a soak run all of m … m + 2ΠS."""
    steps, way = CASES[case]
    made = unet(steps, **way)
    network = drawn(made.generator())
    pairs = list(product(*sides(made)))
    assert len(pairs) >= (made.chain.factors[0]) ** 2
    with torch.no_grad():
        for size in pairs:
            image = torch.randn(1, 1, *size, dtype=torch.float64)
            assert network(image).shape == (1, 1, *size), size


@pytest.mark.parametrize("case", CASES)
def test_values_along_the_diagonal_are_those_of_plain_torch(case: str) -> None:
    """Also with other residues on the two axes."""
    steps, way = CASES[case]
    made = unet(steps, **way)
    network = drawn(made.generator())
    oracle = UNetOracle(made.brief, made.chain.windows, network)
    rows, columns = sides(made)
    with torch.no_grad():
        for place, row in enumerate(rows):
            image = torch.randn(2, 1, row, columns[-1 - place], dtype=torch.float64)
            torch.testing.assert_close(network(image), oracle(image), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_a_smaller_input_is_refused_by_the_text_itself(case: str) -> None:
    """On either axis, with the numbers."""
    steps, way = CASES[case]
    made = unet(steps, **way)
    network, least = drawn(made.generator()), least_input(made.gan)
    for axis in range(2):
        if least[axis] > 1:
            size = [*least]
            size[axis] -= 1
            with pytest.raises(ValueError, match=f"at least .*{least[axis]}.*got .*{size[axis]}"):
                network(torch.zeros(1, 1, *size, dtype=torch.float64))


@pytest.mark.parametrize("upsampling", ["transposed", "subpixel", "resize"])
@pytest.mark.parametrize("steps", [[(4, 2, 1)] * 4, [(2, 2, 0), (3, 3, 0)], [(5, 3, 1), (4, 2, 1)]])
def test_a_padded_input_of_any_size_comes_back_to_it(steps: list[Step], upsampling: str) -> None:
    """Of exact windows; values are those of plain torch."""
    made = unet(steps, skips="concat", any_size="pad", upsampling=upsampling)
    network = drawn(made.generator())
    oracle = UNetOracle(made.brief, made.chain.windows, network)
    with torch.no_grad():
        for size in product(range(1, 2 * made.chain.factors[0], 5), range(1, 20, 3)):
            image = torch.randn(1, 1, *size, dtype=torch.float64)
            torch.testing.assert_close(network(image), oracle(image), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("axes", "resolution"), [(1, [1225]), (3, [21, 17, 26])])
def test_other_numbers_of_axes(axes: int, resolution: list[int]) -> None:
    """A signal and a volume, at a row of sizes with every residue of each axis."""
    windows = [{"kernel_size": 4, "stride": 2, "padding": 1}] * 3
    made = design(
        resolution,
        encoder=True,
        skips="concat",
        chain=windows,
        base_channels=2,
        blocks=1,
        verify="none",
    )
    network = drawn(made.generator(initial_channels=3))
    with torch.no_grad():
        for step in range(17):
            size = [8 + (step * (axis + 1)) % 17 for axis in range(axes)]
            assert network(torch.randn(1, 3, *size).double()).shape[2:] == tuple(size)
