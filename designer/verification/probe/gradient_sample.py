"""Gradients of parameters, sampled as they arrive, so that only one is in memory at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import inf, isfinite, sqrt
from typing import NamedTuple

import torch

_PLACES = 65_536
"""Number of places at which a large tensor is compared; a smaller one is compared whole."""

_SMALLEST = 1e-300
"""Replaces a scale of zero."""


class GradientSample(NamedTuple):
    """Numbers of a tensor at evenly spaced places; of a large one also its total and norm."""

    shape: torch.Size
    values: torch.Tensor
    total: float
    norm: float

    @property
    def is_zero(self) -> bool:
        """Whether all numbers are zero."""
        return self.norm == 0.0 and not bool(self.values.any())

    @property
    def largest(self) -> float:
        """The largest absolute number among the sampled ones."""
        return largest_number(self.values)

    @property
    def is_finite(self) -> bool:
        """Whether all numbers are finite."""
        return isfinite(self.norm) and bool(self.values.isfinite().all())


def sample_tensor(tensor: torch.Tensor) -> GradientSample:
    """The sample of a tensor, in memory of its own."""
    tensor = tensor.detach()
    count = tensor.numel()
    if count <= _PLACES:
        return GradientSample(tensor.shape, tensor.flatten().clone(), 0.0, 0.0)
    total, norm = float(tensor.sum()), float(torch.linalg.vector_norm(tensor))
    return GradientSample(tensor.shape, _values_at_places(tensor), total, norm)


def _values_at_places(tensor: torch.Tensor) -> torch.Tensor:
    """Evenly spaced numbers of a tensor, counted with the last axis fastest, without a whole copy."""
    step = tensor.numel() // _PLACES
    if tensor.is_contiguous():
        return tensor.view(-1)[::step].clone()
    places = torch.unravel_index(torch.arange(0, tensor.numel(), step), tensor.shape)
    return tensor[places]


def sample_difference(
    found: GradientSample, expected: GradientSample, least_scale: float = _SMALLEST
) -> float | None:
    """Largest difference, relative to the largest number, the norm or the total; None by shape.

    If the expected numbers are smaller than ``least_scale``, it is relative to that.
    """
    if found.shape != expected.shape or found.values.dtype != expected.values.dtype:
        return None
    values = relative_difference(found.values, expected.values, least_scale)
    if expected.norm == found.norm == 0.0:
        return values
    root = sqrt(expected.shape.numel())
    scale = max(expected.norm, least_scale * root)
    norm = abs(found.norm - expected.norm) / scale
    return max(values, norm, abs(found.total - expected.total) / (scale * root))


def relative_difference(
    found: torch.Tensor, expected: torch.Tensor, least_scale: float = _SMALLEST
) -> float:
    """Largest difference of two tensors of one shape, relative to the largest number expected."""
    if not expected.is_floating_point():
        return 0.0 if torch.equal(found, expected) else inf
    return largest_number(found - expected) / max(largest_number(expected), least_scale)


def largest_number(tensor: torch.Tensor) -> float:
    """The largest absolute number; NaN if one is NaN."""
    least, largest = tensor.aminmax()
    return max(float(largest), -float(least))


def sample_gradients(
    output: torch.Tensor, tensors: Mapping[str, torch.Tensor], cotangent: torch.Tensor
) -> dict[str, GradientSample]:
    """The samples of the gradients of these leaves, by name; a leaf without a gradient is left out.

    Each gradient is sampled as the backward pass yields it and replaced by a single zero, because
    accumulating it in ``grad`` may copy it into another memory layout.
    """
    found: dict[str, GradientSample] = {}
    leaves = {name: tensor for name, tensor in tensors.items() if tensor.requires_grad}
    handles = [
        leaf.register_hook(partial(_take, found, name))  # type: ignore[no-untyped-call]
        for name, leaf in leaves.items()
    ]
    try:
        torch.autograd.grad(output, list(leaves.values()), cotangent, allow_unused=True)
    finally:
        for handle in handles:
            handle.remove()
    return found


def _take(found: dict[str, GradientSample], name: str, gradient: torch.Tensor) -> torch.Tensor:
    found[name] = sample_tensor(gradient)
    return gradient.new_zeros(()).expand(gradient.shape)
