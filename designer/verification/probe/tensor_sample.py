"""Tensors of which a sample is kept: gradients as they arrive, and large maps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from math import inf, isfinite, isnan, nan, sqrt
from typing import Any, NamedTuple

import torch
from torch.autograd import Function

from designer.verification.probe.loading import random_numbers

_PLACES = 65_536
"""Number of places at which a large tensor is compared; a smaller one is compared whole."""

_LARGE_MAP_BYTES = 2**23
"""Bytes of a map of which a sample is kept."""

_NEIGHBOURS = 64
"""Numbers of which a sample keeps the mean, so that a single wrong number shows in any dtype."""

_PART = 2**20
"""Numbers of which differences are in memory at once."""

_COTANGENT_EXPONENT = 20
"""Cotangents of one and of five samples are 2⁻⁴⁰ and 2⁴⁰ times those of three."""

LEAST_SCALE = 2.0**-10
"""Of the largest number of all gradients, the share that counts as the scale of a small one."""

_SMALLEST = 1e-300
"""Replaces a scale of zero."""


class TensorSample(NamedTuple):
    """Numbers of a tensor at evenly spaced places; of a large one also its total and norm.

    ``means`` are those of neighbours in a map; None if they are not kept.
    """

    shape: torch.Size
    values: torch.Tensor
    total: float
    norm: float
    means: torch.Tensor | None = None

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


KeptMap = torch.Tensor | TensorSample
"""A map, or a sample of it."""


def keep_map(output: torch.Tensor) -> KeptMap:
    """The map itself without its graph, or a sample of it if it is large."""
    if output.numel() * output.element_size() > _LARGE_MAP_BYTES:
        return _sample_map(output)
    return output.detach()


def _sample_map(output: torch.Tensor) -> TensorSample:
    """With means of neighbours; in float32, total and norm of the whole map are too coarse."""
    flat = output.detach().reshape(-1)
    whole = len(flat) // _NEIGHBOURS * _NEIGHBOURS
    rest = flat[whole:].sum().view(1) / _NEIGHBOURS
    means = torch.cat([flat[:whole].view(-1, _NEIGHBOURS).mean(1), rest])
    sample = sample_tensor(output)._replace(means=means)
    return sample if output.dtype == torch.float64 else sample._replace(total=0.0, norm=0.0)


def tensor_difference(
    found: object, expected: KeptMap, least_scale: float = _SMALLEST
) -> float | None:
    """Largest difference relative to the largest number expected; None by shape, type or dtype.

    ``least_scale``: what it is divided by at least, where the tensor is compared whole.
    """
    if type(found) is not torch.Tensor or found.shape != expected.shape:
        return None
    if isinstance(expected, TensorSample):
        return _finite(sample_difference(_sample_map(found), expected))
    if found.dtype != expected.dtype:
        return None
    return _finite(relative_difference(found.detach(), expected, least_scale))


def worst_difference(differences: Iterable[float | None]) -> float | None:
    """The largest of some differences; None if one of them is missing, infinite or NaN.

    >>> worst_difference([0.1, float("nan")]) is None
    True
    """
    found = list(map(_finite, differences))
    return None if None in found else max(each or 0.0 for each in found)


def _finite(difference: float | None) -> float | None:
    return difference if difference is not None and isfinite(difference) else None


def sample_tensor(tensor: torch.Tensor) -> TensorSample:
    """The sample of a tensor, in memory of its own."""
    tensor = tensor.detach()
    count = tensor.numel()
    if count <= _PLACES:
        return TensorSample(tensor.shape, tensor.flatten().clone(), 0.0, 0.0)
    total, norm = float(tensor.sum()), float(torch.linalg.vector_norm(tensor))
    return TensorSample(tensor.shape, _values_at_places(tensor), total, norm)


def _values_at_places(tensor: torch.Tensor) -> torch.Tensor:
    """Evenly spaced numbers of a tensor, counted with the last axis fastest, without a whole copy."""
    step = tensor.numel() // _PLACES
    if tensor.is_contiguous():
        return tensor.view(-1)[::step].clone()
    places = torch.unravel_index(torch.arange(0, tensor.numel(), step), tensor.shape)
    return tensor[places]


def sample_difference(
    found: TensorSample, expected: TensorSample, least_scale: float = _SMALLEST
) -> float | None:
    """Largest difference, relative to the largest number, the norm or the total; None by shape.

    If the expected numbers are smaller than ``least_scale``, it is relative to that.
    """
    if found.shape != expected.shape or found.values.dtype != expected.values.dtype:
        return None
    values = relative_difference(found.values, expected.values, least_scale)
    if found.means is not None and expected.means is not None:
        scale = max(expected.largest, least_scale, _SMALLEST)
        values = max(values, _largest_difference(found.means, expected.means) / scale)
    if expected.norm == found.norm == 0.0:
        return values
    root = sqrt(expected.shape.numel())
    scale = max(expected.norm, least_scale * root, _SMALLEST)
    norm = abs(found.norm - expected.norm) / scale
    return max(values, norm, abs(found.total - expected.total) / (scale * root))


def relative_difference(
    found: torch.Tensor, expected: torch.Tensor, least_scale: float = _SMALLEST
) -> float:
    """Largest difference of two tensors of one shape, relative to the largest number expected."""
    if not expected.is_floating_point():
        return 0.0 if torch.equal(found, expected) else inf
    scale = max(largest_number(expected), least_scale, _SMALLEST)
    return _largest_difference(found, expected) / scale


def _largest_difference(found: torch.Tensor, expected: torch.Tensor) -> float:
    """The largest number of their difference, which is computed in parts; NaN if one is NaN."""
    if found.numel() <= _PART or not (found.is_contiguous() and expected.is_contiguous()):
        return largest_number(found - expected)
    pairs = (
        (found.view(-1)[start : start + _PART], expected.view(-1)[start : start + _PART])
        for start in range(0, found.numel(), _PART)
    )
    largest = [largest_number(one - other) for one, other in pairs]
    return max(largest) if not any(map(isnan, largest)) else nan


def largest_number(tensor: torch.Tensor) -> float:
    """The largest absolute number; NaN if one is NaN."""
    least, largest = tensor.aminmax()
    return max(float(largest), -float(least))


def sample_gradients(
    output: torch.Tensor, tensors: Mapping[str, torch.Tensor], seed: int | None
) -> dict[str, TensorSample]:
    """The samples of the gradients of these leaves, by name; a leaf without a gradient is left out.

    The cotangent is random; it is the same for one shape, dtype and seed. Without a seed, all its
    numbers are equal, as those of a mean.

    Each gradient is sampled as the backward pass yields it and replaced by a single zero, because
    accumulating it in ``grad`` may copy it into another memory layout.
    """
    found: dict[str, TensorSample] = {}
    leaves = {name: tensor for name, tensor in tensors.items() if tensor.requires_grad}
    handles = [
        leaf.register_hook(partial(_take, found, name))  # type: ignore[no-untyped-call]
        for name, leaf in leaves.items()
    ]
    try:
        product = _WithRandomCotangent.apply(output, seed)  # type: ignore[no-untyped-call]
        torch.autograd.grad(product, list(leaves.values()), allow_unused=True)
    finally:
        for handle in handles:
            handle.remove()
    return found


def _take(found: dict[str, TensorSample], name: str, gradient: torch.Tensor) -> torch.Tensor:
    found[name] = sample_tensor(gradient)
    return gradient.new_zeros(()).expand(gradient.shape)


class _WithRandomCotangent(Function):
    """A scalar whose gradient is random or of ones, made in the backward pass, which frees it after use."""

    @staticmethod
    def forward(ctx: Any, output: torch.Tensor, seed: int | None) -> torch.Tensor:  # noqa: ANN401
        """Zero; the output's shape and dtype are kept."""
        ctx.shape, ctx.dtype, ctx.seed = output.shape, output.dtype, seed
        return output.new_zeros(())

    @staticmethod
    def backward(ctx: Any, *_: torch.Tensor) -> tuple[torch.Tensor, None]:  # noqa: ANN401
        """The cotangent."""
        if ctx.seed is None:
            cotangent = torch.ones(ctx.shape, dtype=ctx.dtype)
        else:
            random = torch.Generator().manual_seed(ctx.seed)
            cotangent = random_numbers(list(ctx.shape), ctx.dtype, random)
        return cotangent.mul_(_cotangent_scale(len(cotangent), ctx.dtype)), None


def _cotangent_scale(batch: int, dtype: torch.dtype) -> float:
    """In float64 a power of two by the batch, so that a bound on gradients shows; it rounds nothing."""
    return 2.0 ** (_COTANGENT_EXPONENT * (batch - 3)) if dtype == torch.float64 else 1.0
