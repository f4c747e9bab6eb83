"""The error of a layer that fails, the result of one that runs, and the format of shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from designer.errors import InvalidLayer
from designer.geometry.layers import format_size
from designer.validation.limits import MAX_ELEMENTS

TensorShape = tuple[int, ...]
"""The shape of a tensor with the batch axis, which comes first."""


class LayerError(InvalidLayer):
    """A layer that eager torch refuses for its input, or whose output is empty.

    ``torch_error`` is the message of torch 2.13 on a CPU, None if torch raises none (it accepts
    some empty maps). ``fields`` are the layer's fields that the violated rule involves;
    ``self_contradictory`` is True if they contradict each other for every input.
    """

    def __init__(
        self,
        sentence: str,
        words: Mapping[str, object] | None = None,
        /,
        *,
        torch_error: str | None,
        fields: Sequence[str] = (),
        self_contradictory: bool = False,
        **facts: object,
    ) -> None:
        super().__init__(sentence, words, **facts)
        self.torch_error = torch_error
        self.fields = tuple(fields)
        self.self_contradictory = self_contradictory


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """The output shape of a layer, and the formulas with their numbers.

    Formulas are rendered on access only, because a search steps through many layers.
    """

    shape: TensorShape
    formulas: Callable[[], Sequence[str]] = tuple

    @property
    def arithmetic(self) -> tuple[str, ...]:
        """The formula with its numbers, per axis."""
        return tuple(self.formulas())


def format_sizes(numbers: Iterable[int]) -> str:
    """Sizes joined by ``×``.

    >>> format_sizes((3, 64, 64))
    '3×64×64'
    """
    return format_size(numbers) or "1 number"


def format_torch_sizes(numbers: Iterable[int], separator: str = " x ") -> str:
    """Sizes in the format of torch's messages.

    >>> format_torch_sizes((2, 9))
    '2 x 9'
    """
    return separator.join(map(str, numbers))


def refuse_empty(shape: TensorShape, *, fields: Sequence[str]) -> None:
    """Refuse a shape with an empty axis, which torch may accept but which is of no use.

    Raises:
        LayerError: if a size is below 1.
    """
    if min(shape, default=1) < 1:
        raise LayerError(
            "empty_shape",
            torch_error=None,
            fields=fields,
            output_shape=list(shape[1:]),
        )


TOO_LARGE = "numbers"
"""The entry in ``LayerError.fields`` for a map above the size limit, which torch does not have."""


def refuse_too_large(shape: TensorShape, batch: int) -> None:
    """Refuse a map above the size limit, which is no rule of torch.

    Raises:
        LayerError: if one sample has more than ``MAX_ELEMENTS`` elements.
    """
    if prod(shape) > MAX_ELEMENTS * batch:
        raise LayerError(
            "too_many_numbers",
            {"shape": shape[1:]},
            torch_error=None,
            fields=(TOO_LARGE,),
            elements=prod(shape[1:]),
            maximum=MAX_ELEMENTS,
        )
