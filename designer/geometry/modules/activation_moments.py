"""Mean squares of activations and of their derivatives at normal numbers of a variance."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from math import exp, pi, sqrt, tanh

NEGATIVE_SLOPE = 0.2
"""Slope of every LeakyReLU below zero (DCGAN, section 3)."""


class Activation(StrEnum):
    """Activation at the end of a block."""

    RELU = "relu"
    LEAKY_RELU = "leaky_relu"
    TANH = "tanh"
    SIGMOID = "sigmoid"


def activation_moment(function: Activation, variance: float) -> float:
    """Mean square of the activation: half the variance for a ReLU, by any symmetric distribution.

    >>> activation_moment(Activation.RELU, 3.0), round(activation_moment(Activation.TANH, 1e-4), 8)
    (1.5, 9.998e-05)
    """
    slopes = _RECTIFIER_SLOPES.get(function)
    if slopes is not None:
        return variance * slopes
    return _mean_square(_FUNCTIONS[function], variance)


def derivative_moment(function: Activation, variance: float) -> float:
    """Mean square of the derivative.

    >>> derivative_moment(Activation.RELU, 3.0)
    0.5
    """
    slopes = _RECTIFIER_SLOPES.get(function)
    if slopes is not None:
        return slopes
    return _mean_square(_DERIVATIVES[function], variance)


_RECTIFIER_SLOPES = {Activation.RELU: 0.5, Activation.LEAKY_RELU: (1 + NEGATIVE_SLOPE**2) / 2}
"""Mean square of the slopes on both sides of zero."""


def _sigmoid(value: float) -> float:
    return (1 + tanh(value / 2)) / 2


_FUNCTIONS: dict[Activation, Callable[[float], float]] = {
    Activation.TANH: tanh,
    Activation.SIGMOID: _sigmoid,
}
_DERIVATIVES: dict[Activation, Callable[[float], float]] = {
    Activation.TANH: lambda value: 1 - tanh(value) ** 2,
    Activation.SIGMOID: lambda value: _sigmoid(value) * _sigmoid(-value),
}
_REACH, _STEP = 8.0, 1 / 16


def _mean_square(function: Callable[[float], float], variance: float) -> float:
    """The integral over the normal density, by the trapezoidal rule."""
    deviation, steps = sqrt(variance), int(_REACH / _STEP)
    return sum(
        function(deviation * step * _STEP) ** 2 * exp(-((step * _STEP) ** 2) / 2)
        for step in range(-steps, steps + 1)
    ) * (_STEP / sqrt(2 * pi))
