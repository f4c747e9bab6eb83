"""Validators of what a brief says of its chain: windows, search space, factor and initial map."""

from __future__ import annotations

from designer.brief.factor import factor_chain_errors
from designer.brief.option_rules import initial_map_errors
from designer.brief.options import InitialMap
from designer.brief.search_space import Exact, SearchSpace
from designer.brief.window_rules import chain_errors
from designer.errors import FieldError
from designer.geometry.layers import Size, Windows
from designer.validation.field_validators import check_length, field_error


def space_errors(
    space: SearchSpace,
    windows: tuple[Windows, ...] | None,
    *,
    axes: int,
    factor: Size | None,
    initial_map: InitialMap | None,
) -> list[FieldError]:
    """Errors of the windows, of the search space by the number of axes, and of a decoder."""
    errors = chain_errors(windows, axes=axes) if windows is not None else []
    if space.initial_size is not None:
        pointer = "/search/initial_size"
        errors += check_length(space.initial_size, pointer=pointer, low=axes, high=axes)
    if factor is not None and space.exact is Exact.ANY:
        wrong = field_error("/search/exact", "contradiction", sentence="factor_with_offsets")
        errors.append(wrong)
    if factor is not None and windows is not None and not errors:
        errors += factor_chain_errors(windows, factor)
    if initial_map is not None:
        errors += initial_map_errors(initial_map, axes=axes, initial_size=space.initial_size)
    return errors
