"""Convolution and activation modules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import ClassVar

from designer.geometry.cost import spectral_norm_saved_for_backward
from designer.geometry.field_extents import Extents, conv_extents, conv_transpose_extents
from designer.geometry.formula_text import describe_layer
from designer.geometry.layers import (
    WINDOW_FIELDS,
    Conv,
    ConvTranspose,
    FeatureMap,
    Size,
    window_fields,
)
from designer.geometry.modules.module import (
    Distribution,
    Module,
    Settings,
    SourceArgument,
    SourceArguments,
    one_or_tuple,
)

NEGATIVE_SLOPE = 0.2
"""Slope of every LeakyReLU below zero (DCGAN, section 3)."""

SPECTRAL_SETTINGS = {"spectral_norm": [{"n_power_iterations": 1, "eps": 1e-12}]}
"""Settings that ``torch.nn.utils.parametrizations.spectral_norm`` adds to a layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionModule(Module):
    """A convolution, transposed or not, with the settings of ``layer``.

    ``spectral``: each call divides the weight by its largest singular value.
    """

    ops: ClassVar[tuple[str, ...]] = (Conv.op, ConvTranspose.op)
    role: ClassVar[str] = "convolution"
    spatial: ClassVar[bool] = True
    saves_input: ClassVar[bool] = True

    layer: Conv | ConvTranspose
    spectral: bool = False

    @property
    def convolution(self) -> Conv | ConvTranspose:
        """The layer."""
        return self.layer

    @property
    def op(self) -> str:
        """``conv`` or ``conv_transpose``."""
        return self.layer.op

    @property
    def torch_class(self) -> str:
        """``Conv2d``, ``ConvTranspose2d`` and so on."""
        return f"{type(self.layer).__name__}{self.layer.axes}d"

    @property
    def settings(self) -> Settings:
        """Channels, windows, groups, bias."""
        layer = self.layer
        return {
            "in_channels": layer.in_channels,
            "out_channels": layer.out_channels,
            **window_fields(layer.windows),
            "groups": layer.groups,
            "bias": layer.bias,
            "padding_mode": "zeros",
            **(SPECTRAL_SETTINGS if self.spectral else {}),
        }

    @property
    def weights(self) -> tuple[int, ...]:
        """Sizes of the kernels and, if there is one, of the bias."""
        bias = (self.layer.out_channels,) if self.layer.bias else ()
        return (self.layer.parameters - sum(bias), *bias)

    @property
    def weight_axes(self) -> dict[str, int]:
        """A kernel for each output channel, which torch puts second if the layer is transposed."""
        layer = self.layer
        taps = {"taps": layer.kernel_taps}
        if layer.transposed:
            return {
                "channels": layer.in_channels,
                "kernels": layer.out_channels // layer.groups,
                **taps,
            }
        return {
            "kernels": layer.out_channels,
            "channels": layer.in_channels // layer.groups,
            **taps,
        }

    @property
    def initial_weights(self) -> dict[str, Distribution]:
        """DCGAN's N(0, 0.02) for the kernels, zeros for the bias."""
        return {"weight": (0.0, 0.02), **({"bias": (0.0, 0.0)} if self.layer.bias else {})}

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """Arguments under torch's names, without torch's defaults."""
        given = window_fields(self.layer.windows, tuple(_DEFAULTS))
        taps = one_or_tuple([window.kernel_size for window in self.layer.windows])
        named: dict[str, SourceArgument] = {
            name: one_or_tuple(values)
            for name, values in given.items()
            if set(values) != {_DEFAULTS[name]}
        }
        return (before, after, taps), named if self.layer.bias else {**named, "bias": False}

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The map after the layer."""
        return self.layer.output_map(before)

    def size_formulas(self, before: Size, after: Size) -> tuple[str, ...]:
        """The law of the layer."""
        return tuple(describe_layer(self.layer, before))

    def answer_fields(self, before: FeatureMap) -> Settings:
        """The windows, their offset c, and whether their overlap is even."""
        layer = self.layer
        return {
            **window_fields(layer.windows, (*WINDOW_FIELDS, "offset")),
            "groups": layer.groups,
            "bias": layer.bias,
            "exact": all(window.offset == 0 for window in layer.windows),
            "even_overlap": all(window.overlaps_evenly for window in layer.windows),
        }

    def multiply_adds(self, before: FeatureMap) -> int:
        """Multiply-adds of the layer for one sample."""
        return self.layer.multiply_adds(before.size)

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """With spectral norm, the divided weight, its singular vectors and value."""
        if not self.spectral:
            return 0
        weights = self.weights[0]
        return weights + spectral_norm_saved_for_backward(
            weights=weights, out_channels=self.layer.out_channels
        )

    def input_extents(self, axis: int, before: Size, after: Size, extents: Extents) -> Extents:
        """The extents under the kernel."""
        compute = conv_transpose_extents if self.layer.transposed else conv_extents
        return compute(self.layer.windows[axis], extents)

    def reach(self, axis: int) -> tuple[int, int] | None:
        """The taps before and after a position, at stride 1."""
        window = self.layer.windows[axis]
        assert window.stride == 1, "a network upsamples in one way only"
        return window.padding, window.span - 1 - window.padding


_DEFAULTS = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}
"""Torch's defaults, in the order of a source's arguments."""


class Activation(StrEnum):
    """Activation at the end of a block."""

    RELU = "relu"
    LEAKY_RELU = "leaky_relu"
    TANH = "tanh"
    SIGMOID = "sigmoid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationModule(Module):
    """An activation; torch saves its output for the backward pass."""

    column: ClassVar[str | None] = "activation"
    saves_output: ClassVar[bool] = True

    function: Activation

    @property
    def op(self) -> str:
        """The name of the function."""
        return str(self.function)

    @property
    def torch_class(self) -> str:
        """``ReLU``, ``LeakyReLU``, ``Tanh``, ``Sigmoid``."""
        return _ACTIVATIONS[self.function][0]

    @property
    def output_range(self) -> tuple[float, float]:
        """The least and the largest output."""
        return _ACTIVATIONS[self.function][1]

    @property
    def settings(self) -> Settings:
        """The slope of a LeakyReLU."""
        leaky = self.function is Activation.LEAKY_RELU
        return {"negative_slope": NEGATIVE_SLOPE} if leaky else {}

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The slope; a ReLU, unbounded above, works in place."""
        in_place = self.output_range[1] == inf
        return tuple(self.settings.values()), {"inplace": True} if in_place else {}


_ACTIVATIONS = {
    Activation.RELU: ("ReLU", (0.0, inf)),
    Activation.LEAKY_RELU: ("LeakyReLU", (-inf, inf)),
    Activation.TANH: ("Tanh", (-1.0, 1.0)),
    Activation.SIGMOID: ("Sigmoid", (0.0, 1.0)),
}
"""Torch's class and the range of each activation."""
