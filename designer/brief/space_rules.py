"""Validators of what a brief says of its chain: windows, search space, factor and initial map."""

from __future__ import annotations

from dataclasses import replace

from designer.brief.factor import factor_chain_errors
from designer.brief.option_rules import initial_map_errors
from designer.brief.options import InitialMap
from designer.brief.search_space import Exact, SearchSpace
from designer.brief.skips import AnySize
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
    any_size: AnySize | None,
) -> list[FieldError]:
    """Errors of the windows, of the search space by the number of axes, and of a decoder.

    With ``any_size`` the initial map may have no size: the chain chooses it.
    """
    errors = chain_errors(windows, axes=axes) if windows is not None else []
    if space.initial_size is not None:
        pointer = "/search/initial_size"
        errors += check_length(space.initial_size, pointer=pointer, low=axes, high=axes)
    if factor is not None and space.exact is Exact.ANY:
        wrong = field_error("/search/exact", "contradiction", sentence="factor_with_offsets")
        errors.append(wrong)
    if factor is not None and windows is not None and not errors:
        errors += factor_chain_errors(windows, factor)
    if any_size is AnySize.PAD:
        errors += _padding_errors(space, windows)
    if initial_map is not None:
        errors += initial_map_errors(
            initial_map,
            axes=axes,
            initial_size=space.initial_size,
            chosen=any_size is not None,
        )
    return errors


def _padding_errors(space: SearchSpace, windows: tuple[Windows, ...] | None) -> list[FieldError]:
    """Errors of a space or of given windows with offsets, where inputs are padded to multiples."""
    errors = []
    if space.exact is Exact.ANY:
        errors.append(
            field_error("/search/exact", "contradiction", sentence="padding_with_offsets")
        )
    for place, step in enumerate(windows or ()):
        offsets = [window.offset for window in step]
        if any(offsets):
            facts = {"offsets": offsets, "layer": place}
            sentence = "padded_chain_with_offsets"
            errors.append(
                field_error(f"/chain/{place}", "contradiction", sentence=sentence, **facts)
            )
    return errors


def given_space(
    space: SearchSpace,
    initial_map: InitialMap | None,
    *,
    factor: Size | None,
    any_size: AnySize | None,
) -> SearchSpace:
    """The space with the size of a given map, and exact alone for a factor or a padded input."""
    exact = Exact.REQUIRE if factor is not None or any_size is AnySize.PAD else space.exact
    if initial_map is None or not initial_map.size:
        return replace(space, exact=exact)
    return replace(space, initial_size=initial_map.size, exact=exact)
