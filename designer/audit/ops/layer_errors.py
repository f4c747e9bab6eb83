"""What it means that a layer breaks, and the shapes that audits reason about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import prod

from designer.errors import InvalidLayer
from designer.geometry.layers import format_size
from designer.limits import MAX_ELEMENTS

TensorShape = tuple[int, ...]
"""The whole shape of a tensor as torch sees it, the batch axis first."""


class LayerError(InvalidLayer):
    """A layer that eager torch refuses for the tensor it receives, or one that leaves nothing.

    ``torch_error`` is the wording of torch 2.13 on a CPU, None where torch itself would go on (it
    accepts some empty maps). ``fields`` are the layer's fields that the law is about; ``self_contradictory``
    says that they contradict each other, whatever the layer gets.
    """

    def __init__(
        self,
        reason: str,
        *,
        torch_error: str | None,
        fields: Sequence[str] = (),
        self_contradictory: bool = False,
        **facts: object,
    ) -> None:
        super().__init__(reason, **facts)
        self.torch_error = torch_error
        self.fields = tuple(fields)
        self.self_contradictory = self_contradictory


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """What one layer makes of one tensor: the shape, and the law with its numbers.

    The law is written out only where it is read: a search steps through many layers.
    """

    shape: TensorShape
    formulas: Callable[[], Sequence[str]] = tuple

    @property
    def arithmetic(self) -> tuple[str, ...]:
        """The law with its numbers, per axis."""
        return tuple(self.formulas())


def format_sizes(numbers: Iterable[int]) -> str:
    """Sizes as people write them.

    >>> format_sizes((3, 64, 64))
    '3×64×64'
    """
    return format_size(numbers) or "1 number"


def format_torch_sizes(numbers: Iterable[int], separator: str = " x ") -> str:
    """Sizes as torch's messages write them.

    >>> format_torch_sizes((2, 9))
    '2 x 9'
    """
    return separator.join(map(str, numbers))


def refuse_empty(shape: TensorShape, *, fields: Sequence[str]) -> None:
    """Refuse a shape with an empty axis that torch would give; nothing can be learnt from it.

    Raises:
        LayerBreaks: where a size is below 1.
    """
    if min(shape, default=1) < 1:
        raise LayerError(
            f"the map would be empty: {format_sizes(shape[1:])}",
            torch_error=None,
            fields=fields,
            output_shape=list(shape[1:]),
        )


TOO_LARGE = "numbers"
"""The field that a break is about where the map is too large, and torch was never asked."""


def refuse_too_large(shape: TensorShape, batch: int) -> None:
    """Refuse a map of more numbers than are served: for a limit, not for a law.

    Raises:
        LayerBreaks: where one sample has more than ``MAX_ELEMENTS``.
    """
    if prod(shape) > MAX_ELEMENTS * batch:
        raise LayerError(
            f"the map {format_sizes(shape[1:])} would have {prod(shape[1:])} numbers, at most"
            f" {MAX_ELEMENTS} are served",
            torch_error=None,
            fields=(TOO_LARGE,),
            elements=prod(shape[1:]),
            maximum=MAX_ELEMENTS,
        )
