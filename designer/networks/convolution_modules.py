"""Convolution and activation modules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from designer.geometry.cost import (
    convolution_multiply_adds,
    convolution_parameters,
    spectral_norm_saved_for_backward,
)
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap
from designer.networks.module import Module, Settings

NEGATIVE_SLOPE = 0.2
"""Slope of every LeakyReLU below zero (DCGAN, section 3)."""

SPECTRAL_SETTINGS = {"spectral_norm": [{"n_power_iterations": 1, "eps": 1e-12}]}
"""Settings that ``torch.nn.utils.parametrizations.spectral_norm`` adds to a layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionModule(Module):
    """A convolution, transposed or not, with the settings of ``layer``.

    ``spectral``: each call divides the weight by its largest singular value.
    """

    saves_input: ClassVar[bool] = True

    layer: Conv | ConvTranspose
    spectral: bool = False

    @property
    def transposed(self) -> bool:
        """Whether the layer is a transposed convolution."""
        return isinstance(self.layer, ConvTranspose)

    @property
    def torch_class(self) -> str:
        """``Conv2d``, ``ConvTranspose2d`` and so on."""
        return f"{type(self.layer).__name__}{self.layer.axes}d"

    @property
    def settings(self) -> Settings:
        """Channels, windows, groups, bias."""
        layer = self.layer
        per_axis = {
            name: [getattr(window, name) for window in layer.windows]
            for name in ("kernel_size", "stride", "padding", "dilation", "output_padding")
        }
        return {
            "in_channels": layer.in_channels,
            "out_channels": layer.out_channels,
            **per_axis,
            "groups": layer.groups,
            "bias": layer.bias,
            "padding_mode": "zeros",
            **(SPECTRAL_SETTINGS if self.spectral else {}),
        }

    @property
    def weights(self) -> tuple[int, ...]:
        """Sizes of the kernels and, if there is one, of the bias."""
        layer = self.layer
        kernels = convolution_parameters(
            taps=layer.kernel_taps,
            in_channels=layer.in_channels,
            out_channels=layer.out_channels,
            groups=layer.groups,
        )
        return (kernels, layer.out_channels) if layer.bias else (kernels,)

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The map after the layer."""
        return self.layer.output_map(before)

    def multiply_adds(self, before: FeatureMap) -> int:
        """Multiply-adds of the layer for one sample."""
        layer = self.layer
        positions = before if self.transposed else layer.output_map(before)
        return convolution_multiply_adds(
            positions=positions.size,
            taps=layer.kernel_taps,
            in_channels=layer.in_channels,
            out_channels=layer.out_channels,
            groups=layer.groups,
        )

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """With spectral norm, the divided weight, its singular vectors and value."""
        if not self.spectral:
            return 0
        weights = self.weights[0]
        return weights + spectral_norm_saved_for_backward(
            weights=weights, out_channels=self.layer.out_channels
        )


class Activation(StrEnum):
    """Activation at the end of a block."""

    RELU = "relu"
    LEAKY_RELU = "leaky_relu"
    TANH = "tanh"
    SIGMOID = "sigmoid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationModule(Module):
    """An activation; torch saves its output for the backward pass."""

    saves_output: ClassVar[bool] = True

    function: Activation

    @property
    def torch_class(self) -> str:
        """``ReLU``, ``LeakyReLU``, ``Tanh``, ``Sigmoid``."""
        return _ACTIVATIONS[self.function]

    @property
    def settings(self) -> Settings:
        """The slope of a LeakyReLU."""
        leaky = self.function is Activation.LEAKY_RELU
        return {"negative_slope": NEGATIVE_SLOPE} if leaky else {}


_ACTIVATIONS = {
    Activation.RELU: "ReLU",
    Activation.LEAKY_RELU: "LeakyReLU",
    Activation.TANH: "Tanh",
    Activation.SIGMOID: "Sigmoid",
}
