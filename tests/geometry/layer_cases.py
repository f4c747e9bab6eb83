"""Random legal layers and their torch results, shared by the tests of equivalent forms."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import torch
from hypothesis import assume
from hypothesis import strategies as st

from designer.errors import InvalidLayer
from designer.geometry.equivalence.placement import AnyConv
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Size, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A layer, its input size and the seed of its weights and input."""

    layer: AnyConv
    input_size: Size
    seed: int

    @property
    def output_size(self) -> Size:
        """The size predicted by the layer's arithmetic."""
        before = FeatureMap(channels=self.layer.in_channels, size=self.input_size)
        return self.layer.output_map(before).size


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """A window with any stride, dilation and legal output padding, odd and even kernels.

    Paddings may exceed the span, so that a map is cropped on one side and padded on the other.
    """
    stride, dilation = draw(st.sampled_from((1, 2, 3, 4, 7))), draw(st.integers(1, 3))
    return Window(
        kernel_size=draw(st.integers(1, 5)),
        stride=stride,
        padding=draw(st.integers(0, 4)),
        dilation=dilation,
        output_padding=draw(st.integers(0, max(stride, dilation) - 1)),
    )


@st.composite
def cases(draw: st.DrawFn, *, transposed: bool | None = None, channels: bool = True) -> Case:
    """A legal layer on one to three axes; without ``channels`` it has one channel and one group."""
    axes = draw(st.integers(1, 3))
    groups = draw(st.integers(1, 3)) if channels else 1
    kind = ConvTranspose if (draw(st.booleans()) if transposed is None else transposed) else Conv
    layer = kind(
        in_channels=groups * (draw(st.integers(1, 2)) if channels else 1),
        out_channels=groups * (draw(st.integers(1, 2)) if channels else 1),
        windows=tuple(draw(windows()) for _ in range(axes)),
        groups=groups,
        bias=draw(st.booleans()),
    )
    size = tuple(draw(st.integers(1, 9 if axes == 1 else 5)) for _ in range(axes))
    case = Case(layer=layer, input_size=size, seed=draw(st.integers(0, 999)))
    try:
        assume(prod(case.output_size) <= 4000)
    except InvalidLayer:
        assume(False)
    return case


def torch_layer(layer: AnyConv) -> torch.nn.Module:
    """The torch module of the layer, in float64."""
    name = "ConvTranspose" if isinstance(layer, ConvTranspose) else "Conv"
    fields = ["kernel_size", "stride", "padding", "dilation"]
    if isinstance(layer, ConvTranspose):
        fields.append("output_padding")
    return getattr(torch.nn, f"{name}{layer.axes}d")(
        layer.in_channels,
        layer.out_channels,
        **{field: tuple(getattr(window, field) for window in layer.windows) for field in fields},
        groups=layer.groups,
        bias=layer.bias,
        dtype=torch.float64,
    )


def run(case: Case) -> tuple[torch.nn.Module, torch.Tensor, torch.Tensor]:
    """The torch module with random weights, a random batch of two, and its output."""
    torch.manual_seed(case.seed)
    module = torch_layer(case.layer)
    x = torch.randn(2, case.layer.in_channels, *case.input_size, dtype=torch.float64)
    return module, x, module(x)


def assert_close(found: torch.Tensor, wanted: torch.Tensor, *, within: float) -> None:
    """Assert equal shapes and a largest absolute difference of at most ``within``."""
    assert found.shape == wanted.shape
    error = (found - wanted).abs().max().item() if wanted.numel() else 0.0
    assert error <= within, f"largest error {error}"
