"""Expensive layers of which only the output sizes are computed.

Above a limit on the multiply-adds of a run, convolutions and matrix products are called on the meta
device, where torch checks and computes sizes without arithmetic. Their output has torch's sizes and
zeros as values.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import torch
import torch.nn.functional as functional
from torch import Tensor

MAX_MULTIPLY_ADDS = 3 * 10**8
"""Maximum multiply-adds of convolutions and linear layers that a run computes."""

CHECKED_POSITIONS = 4
"""Positions per axis of a transposed convolution that are always computed: the meta device accepts other
channels and larger output padding than torch does."""

_CONVOLUTIONS = {
    functional.conv1d,
    functional.conv2d,
    functional.conv3d,
    torch.conv1d,
    torch.conv2d,
    torch.conv3d,
}
_TRANSPOSED = {
    functional.conv_transpose1d,
    functional.conv_transpose2d,
    functional.conv_transpose3d,
}

_COUNTED = {*_CONVOLUTIONS, *_TRANSPOSED, functional.linear}


class CheapCalls:
    """Calls functions of one run; ``skipped`` counts those without arithmetic."""

    def __init__(self, most_multiply_adds: int = MAX_MULTIPLY_ADDS) -> None:
        self.most_multiply_adds = most_multiply_adds
        self.multiply_adds = 0
        self.skipped = 0

    def run(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:  # noqa: ANN401
        """The result of a call; zeros of its size if its arithmetic would exceed the limit."""
        shape = self._output_shape(function, args, kwargs)
        if shape is not None:
            cost = _multiply_adds(function, args, kwargs, shape)
            if self.multiply_adds + cost > self.most_multiply_adds:
                self.skipped += 1
                return torch.zeros(shape, dtype=args[0].dtype)
            self.multiply_adds += cost
        return function(*args, **kwargs)

    def _output_shape(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> torch.Size | None:
        """The output size that torch computes; None for other functions and for calls that fail."""
        if function not in _COUNTED or not args or not isinstance(args[0], Tensor):
            return None
        try:
            if function in _TRANSPOSED:
                function(_corner(args[0], _weight(args, kwargs)), *args[1:], **kwargs)
            arguments = [_to_meta(each) for each in args]
            result = function(*arguments, **{name: _to_meta(each) for name, each in kwargs.items()})
        except Exception:
            return None
        return result.shape if isinstance(result, Tensor) else None


def _corner(tensor: Tensor, weight: Tensor) -> Tensor:
    """A few positions of one sample, on which torch makes the checks that the meta device leaves out."""
    axes = weight.dim() - 2
    sample = tensor[:1] if tensor.dim() == axes + 2 else tensor
    places: tuple[Any, ...] = (..., *(slice(CHECKED_POSITIONS),) * axes)
    return sample[places]


def _weight(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
    weight: Tensor = args[1] if len(args) > 1 else kwargs["weight"]
    return weight


def _multiply_adds(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], shape: torch.Size
) -> int:
    weight = _weight(args, kwargs)
    if function in _TRANSPOSED:
        return int(args[0].numel()) * prod(weight.shape[1:])
    return prod(shape) * prod(weight.shape[1:])


def _to_meta(value: Any) -> Any:  # noqa: ANN401
    return value.to("meta") if isinstance(value, Tensor) else value
