"""The Jacobian of a generator: how its picture depends on the numbers of its input."""

from __future__ import annotations

from collections.abc import Callable

import torch

_ZERO = 1e-12
"""A singular value at most this times the largest one counts as zero."""

_CHUNK = 16
"""Directions that are differentiated together, which bounds memory."""

Forward = Callable[[torch.Tensor], torch.Tensor]


def input_directions(shape: torch.Size, most: int, random: torch.Generator) -> torch.Tensor:
    """Every unit vector of the input, or ``most`` random orthonormal ones; one per row."""
    numbers = shape.numel()
    if numbers <= most:
        return torch.eye(numbers, dtype=torch.float64).reshape(-1, *shape)
    drawn = torch.randn(numbers, most, generator=random, dtype=torch.float64)
    orthonormal, _ = torch.linalg.qr(drawn)
    rows: torch.Tensor = orthonormal.T.reshape(-1, *shape)
    return rows


def directional_derivatives(
    forward: Forward, latent: torch.Tensor, directions: torch.Tensor
) -> torch.Tensor:
    """The derivative of the flattened picture along each direction, one per row.

    J·v is the derivative of uᵀ·J·v by u: two backward passes, which every layer supports.
    """
    rows = []
    for chunk in torch.split(directions, _CHUNK):
        inputs = latent.expand_as(chunk).clone().requires_grad_()
        pictures = forward(inputs)
        cotangent = torch.zeros_like(pictures, requires_grad=True)
        (pulled,) = torch.autograd.grad(pictures, inputs, cotangent, create_graph=True)
        (pushed,) = torch.autograd.grad(pulled, cotangent, chunk)
        rows.append(pushed.flatten(1))
    return torch.cat(rows)


def condition_number(jacobian: torch.Tensor) -> float | None:
    """The ratio of the largest singular value to the smallest; None if that is zero, or not finite."""
    if not jacobian.isfinite().all():
        return None
    values = torch.linalg.svdvals(jacobian)
    if not values[-1] > _ZERO * values[0]:
        return None
    return float(values[0] / values[-1])
