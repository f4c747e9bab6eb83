"""Activation modules."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import ClassVar

from designer.geometry.layers import FeatureMap
from designer.geometry.modules.activation_moments import (
    NEGATIVE_SLOPE,
    Activation,
    activation_moment,
    derivative_moment,
)
from designer.geometry.modules.module import Module, Settings, SourceArguments


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationModule(Module):
    """An activation; torch saves its output for the backward pass.

    ``keeps_input``: a rectifier that is not in place, because its input is read once more.
    """

    column: ClassVar[str | None] = "activation"
    saves_output: ClassVar[bool] = True

    function: Activation
    keeps_input: bool = False

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
    def in_place(self) -> bool:
        """Of a ReLU, which is unbounded above."""
        return self.output_range[1] == inf and not self.keeps_input

    @property
    def kept_variance(self) -> float | None:
        """That of a rectifier, which scales a second moment."""
        return _KEPT_VARIANCES.get(self.function)

    def mean_after(self, moment: float) -> float:
        """One half after a Sigmoid, whose range is not symmetric; networks do not end in a rectifier."""
        low, high = self.output_range
        return (low + high) / 2 if high < inf else 0.0

    def signal_after(self, moment: float, before: FeatureMap) -> float | None:
        """The mean square of the function of normal numbers."""
        return activation_moment(self.function, moment)

    def gradient_before(self, gradient: float, moment: float, before: FeatureMap) -> float | None:
        """The mean square of the derivative at normal numbers."""
        return gradient * derivative_moment(self.function, moment)

    @property
    def settings(self) -> Settings:
        """The slope of a LeakyReLU."""
        leaky = self.function is Activation.LEAKY_RELU
        return {"negative_slope": NEGATIVE_SLOPE} if leaky else {}

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The slope, and whether it works in place."""
        return tuple(self.settings.values()), {"inplace": True} if self.in_place else {}


_ACTIVATIONS = {
    Activation.RELU: ("ReLU", (0.0, inf)),
    Activation.LEAKY_RELU: ("LeakyReLU", (-inf, inf)),
    Activation.TANH: ("Tanh", (-1.0, 1.0)),
    Activation.SIGMOID: ("Sigmoid", (0.0, 1.0)),
}
"""Torch's class and the range of each activation."""

_KEPT_VARIANCES = {Activation.RELU: 2.0, Activation.LEAKY_RELU: 2 / (1 + NEGATIVE_SLOPE**2)}
"""The inverse of what a rectifier makes of a second moment."""
