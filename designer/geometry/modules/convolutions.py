"""Convolution modules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar, Self

from designer.geometry.cost import spectral_norm_buffer_bytes, spectral_norm_saved_for_backward
from designer.geometry.fan_in import fan_in, middle_fan_in, middle_fan_out
from designer.geometry.field_extents import (
    Extents,
    conv_extents,
    conv_transpose_extents,
    painting_range,
)
from designer.geometry.formula_text import describe_layer
from designer.geometry.layers import (
    WINDOW_FIELDS,
    Conv,
    ConvTranspose,
    FeatureMap,
    Size,
    Windows,
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

DCGAN_DEVIATION = 0.02
"""Deviation of the weights of every layer (DCGAN, section 4)."""

SPECTRAL_SETTINGS = {"spectral_norm": [{"n_power_iterations": 1, "eps": 1e-12}]}
"""Settings that ``torch.nn.utils.parametrizations.spectral_norm`` adds to a layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionModule(Module):
    """A convolution, transposed or not, with the settings of ``layer``.

    ``spectral``: each call divides the weight by its largest singular value. ``deviation``: of the
    normal distribution that the weights are drawn from.
    """

    ops: ClassVar[tuple[str, ...]] = (Conv.op, ConvTranspose.op)
    role: ClassVar[str] = "convolution"
    spatial: ClassVar[bool] = True
    saves_input: ClassVar[bool] = True

    layer: Conv | ConvTranspose
    spectral: bool = False
    deviation: float = DCGAN_DEVIATION

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
    def buffer_bytes(self) -> int:
        """The singular vectors of a spectral norm."""
        if not self.spectral:
            return 0
        return spectral_norm_buffer_bytes(
            weights=self.weights[0], out_channels=self.layer.out_channels
        )

    @property
    def equal_taps(self) -> tuple[Windows, float] | None:
        """Of a convolution that is not transposed; spectral norm divides by the number of kernels."""
        layer = self.layer
        if layer.transposed:
            return None
        kernels = 1 if self.spectral else layer.out_channels
        return layer.windows, kernels / (layer.in_channels * layer.kernel_taps)

    @property
    def adds_to_channels(self) -> bool:
        """With a bias."""
        return self.layer.bias

    @property
    def keeps_constants(self) -> bool:
        """With one tap and no padding."""
        windows = self.layer.windows
        return not self.layer.transposed and all(
            window.kernel_size == 1 and window.padding == 0 for window in windows
        )

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
        """Normal numbers for the kernels, zeros for the bias."""
        bias = {"bias": (0.0, 0.0)} if self.layer.bias else {}
        return {"weight": (0.0, self.deviation), **bias}

    def signal_after(self, moment: float, before: FeatureMap) -> float | None:
        """Each product has the second moments of input and weight; spectral norm has no formula."""
        if self.spectral:
            return None
        return moment * middle_fan_in(self.layer, before.size) * self.deviation**2

    def gradient_before(self, gradient: float, moment: float, before: FeatureMap) -> float | None:
        """In the same way, by the fan-out."""
        if self.spectral:
            return None
        return gradient * middle_fan_out(self.layer, before.size) * self.deviation**2

    def drawn_by_fan_in(self, size: Size, variance: float) -> Self:
        """At a single position no two taps of a transposed layer meet."""
        alone = self.layer.transposed and prod(size) == 1
        products = self.layer.in_channels if alone else fan_in(self.layer)
        return replace(self, deviation=(variance / products) ** 0.5)

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """Arguments under torch's names, without torch's defaults."""
        given = window_fields(self.layer.windows, tuple(_DEFAULTS))
        taps = one_or_tuple([window.kernel_size for window in self.layer.windows])
        named: dict[str, SourceArgument] = {
            name: one_or_tuple(values)
            for name, values in given.items()
            if set(values) != {_DEFAULTS[name]}
        }
        if self.layer.groups > 1:
            named["groups"] = (
                before if self.layer.groups == self.layer.in_channels else self.layer.groups
            )
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

    def input_range(self, axis: int, first: int, last: int) -> tuple[int, int]:
        """The positions under the taps of the first and the last output."""
        window = self.layer.windows[axis]
        if self.layer.transposed:
            return painting_range(window, first, last)
        start = first * window.stride - window.padding
        return start, start + (last - first) * window.stride + window.span - 1

    def reach(self, axis: int) -> tuple[int, int] | None:
        """The taps before and after a position, at stride 1."""
        window = self.layer.windows[axis]
        assert window.stride == 1, "a network upsamples in one way only"
        return window.padding, window.span - 1 - window.padding


_DEFAULTS = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}
"""Torch's defaults, in the order of a source's arguments."""
