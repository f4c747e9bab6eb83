"""Each kind of upsampling: what it states about its cost holds for the modules that it emits."""

from __future__ import annotations

from itertools import accumulate
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.brief.options import Normalization
from designer.geometry.layers import ConvTranspose, FeatureMap, Size, Window
from designer.geometry.resampling import Upsampling, kernel_positions, weights_per_channel_pair


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """A window of a chain: F ≥ S, A < S, and an output of at least one pixel."""
    stride = draw(st.integers(1, 4))
    kernel_size, dilation = draw(st.integers(stride, stride + 4)), draw(st.integers(1, 2))
    span = dilation * (kernel_size - 1)
    return Window(
        kernel_size=kernel_size,
        stride=stride,
        padding=draw(st.integers(0, span // 2)),
        dilation=dilation,
        output_padding=draw(st.integers(0, stride - 1)),
    )


@st.composite
def steps(draw: st.DrawFn) -> tuple[ConvTranspose, Size]:
    """A chain's layer and the size before it."""
    axes = draw(st.integers(1, 3))
    layer = ConvTranspose(
        in_channels=draw(st.integers(1, 3)),
        out_channels=draw(st.integers(1, 3)),
        windows=tuple(draw(windows()) for _ in range(axes)),
        bias=False,
    )
    return layer, tuple(draw(st.integers(1, 9)) for _ in range(axes))


@pytest.mark.parametrize("upsampling", Upsampling)
@given(step=steps())
def test_the_modules_have_the_size_and_the_cost_that_the_kind_states(
    upsampling: Upsampling, step: tuple[ConvTranspose, Size]
) -> None:
    """The solver counts what the network will have, before it exists."""
    layer, size = step
    before = FeatureMap(channels=layer.in_channels, size=size)
    modules = upsampling.kind.modules(layer, layer.output_size(size))
    *maps, after = accumulate(modules, lambda map_, module: module.output_map(map_), initial=before)
    assert after == layer.output_map(before)
    taps = tuple(window.kernel_size for window in layer.windows)
    offsets = tuple(window.offset for window in layer.windows)
    pairs = layer.in_channels * layer.out_channels
    weights = pairs * weights_per_channel_pair(upsampling, taps, layer.strides)
    positions = kernel_positions(upsampling, size, layer.strides, offsets)
    assert sum(module.parameters for module in modules) == weights
    multiply_adds = sum(m.multiply_adds(map_) for m, map_ in zip(modules, maps, strict=True))
    assert multiply_adds == weights * prod(positions)


@pytest.mark.parametrize("kinds", [Upsampling, Normalization])
def test_a_kind_is_found_by_its_name(kinds: type[Upsampling] | type[Normalization]) -> None:
    """The members are strings: the values of a brief."""
    assert [kinds(str(kind)) for kind in kinds] == list(kinds)
    assert all(kind == kind.value == f"{kind}" for kind in kinds)
