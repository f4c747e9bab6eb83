"""Activations by their formulas, with the derivatives that calculus gives.

Autograd would keep every map between the operations of a formula for the backward pass. Each
derivative here is a function of the output, which is all that is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.autograd import Function

_Formula = Callable[[torch.Tensor], torch.Tensor]


def tanh(value: torch.Tensor) -> torch.Tensor:
    """1 − 2/(e²ˣ + 1), of which the derivative is 1 − y².

    >>> tanh(torch.tensor([0.0, 20.0, -20.0]))
    tensor([ 0.,  1., -1.])
    """
    return _activated(
        value,
        lambda x: (2 * x).exp_().add_(1).reciprocal_().mul_(-2).add_(1),
        lambda y: (y * y).neg_().add_(1),
    )


def sigmoid(value: torch.Tensor) -> torch.Tensor:
    """1/(1 + e⁻ˣ), of which the derivative is y·(1 − y)."""
    return _activated(value, lambda x: (-x).exp_().add_(1).reciprocal_(), lambda y: (1 - y).mul_(y))


def leaky_relu(value: torch.Tensor, slope: float) -> torch.Tensor:
    """The input above zero, ``slope`` times it below. A slope of zero or more keeps the sign."""
    return _activated(
        value,
        lambda x: x.clamp(min=0).add_(x.clamp(max=0), alpha=slope),
        lambda y: torch.where(y > 0, y.new_ones(()), slope),
    )


def _activated(value: torch.Tensor, formula: _Formula, derivative: _Formula) -> torch.Tensor:
    output: torch.Tensor = _Activation.apply(value, formula, derivative)  # type: ignore[no-untyped-call]
    return output


class _Activation(Function):
    """A formula, and its derivative as a function of the output."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401  torch's context
        value: torch.Tensor,
        formula: _Formula,
        derivative: _Formula,
    ) -> torch.Tensor:
        """The formula's output, which is kept."""
        output = formula(value)
        ctx.save_for_backward(output)
        ctx.derivative = derivative
        return output

    @staticmethod
    def backward(ctx: Any, *cotangents: torch.Tensor) -> tuple[torch.Tensor, None, None]:  # noqa: ANN401
        """The chain rule."""
        (output,) = ctx.saved_tensors
        return ctx.derivative(output).mul_(cotangents[0]), None, None
