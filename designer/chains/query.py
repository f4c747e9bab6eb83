"""The query of a chain search, validated on construction."""

from __future__ import annotations

from dataclasses import dataclass

from designer.brief.search_space import Budget, SearchSpace
from designer.brief.widths import Widths
from designer.errors import FieldError
from designer.geometry.layers import Size
from designer.validation.field_validators import check_integer, check_length, field_error, refuse
from designer.validation.limits import MAX_CHAINS, MAX_SIDE, MAX_SIGNAL_LENGTH, MIN_SIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainQuery:
    """A query for the chains to one size, optionally within a budget.

    ``target`` is in pixels, height before width (depth first). A page has up to ``limit`` chains
    and starts at ``cursor`` (the ``next_cursor`` of an earlier page), or with the best chain
    without it. For chains from a given map, ``space.initial_size`` is that map's size.

    Raises:
        InvalidRequest: with an error for every field outside its limits.
    """

    target: Size
    space: SearchSpace
    widths: Widths
    budget: Budget | None = None
    limit: int = 10
    cursor: str | None = None

    def __post_init__(self) -> None:
        errors = check_length(self.target, pointer="/to", low=1, high=3)
        high = MAX_SIGNAL_LENGTH if len(self.target) == 1 else MAX_SIDE
        for index, side in enumerate(self.target[:3]):
            errors += check_integer(side, pointer=f"/to/{index}", low=MIN_SIDE, high=high)
        errors += check_integer(self.limit, pointer="/limit", low=1, high=MAX_CHAINS)
        refuse(errors)
        refuse(initial_size_errors(self.target, self.space))


def initial_size_errors(target: Size, space: SearchSpace) -> list[FieldError]:
    """Errors of an initial size that cannot grow to the target.

    >>> from dataclasses import replace
    >>> space = replace(SearchSpace.default(axes=2), initial_size=(4, 80))
    >>> initial_size_errors((64, 64), space)[0].detail
    'a chain to 64×64 cannot start from 4×80: sides grow, and 80 is not below 64'
    """
    initial, pointer = space.initial_size, "/search/initial_size"
    if initial is None:
        return []
    if len(initial) != len(target):
        return check_length(initial, pointer=pointer, low=len(target), high=len(target))
    stays = space.anisotropic and initial != target
    for start, side in zip(initial, target, strict=True):
        if start > side or (start == side and not stays):
            return [
                field_error(
                    pointer,
                    "contradiction",
                    {"start": start, "side": side},
                    sentence="initial_size_unchanged"
                    if start == side and not space.anisotropic and initial != target
                    else "initial_size_too_large",
                    initial_size=list(initial),
                    target=list(target),
                )
            ]
    return []
