"""The sizes of a brief: a resolution, or a factor with the initial map that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from operator import mul

from designer.brief.factor import per_axis_size
from designer.brief.field_rules import resolution_errors
from designer.brief.fields import Field, Kind
from designer.brief.option_rules import initial_map_errors
from designer.brief.options import SHOWN_SIDE, InitialMap
from designer.errors import FieldError
from designer.geometry.layers import Size
from designer.validation.field_validators import (
    check_integer,
    check_length,
    field_error,
    refuse,
)
from designer.validation.limits import MAX_SIDE, MAX_SIGNAL_LENGTH, MIN_SIDE

RESOLUTION = Field(
    Kind.SIZE,
    "Size of the picture, height before width (depth first); an integer means the same on"
    f" every axis. At most {MAX_SIDE} per side on two and three axes.",
    unit="pixels",
    low=MIN_SIDE,
    high=MAX_SIGNAL_LENGTH,
    computed="that of the initial map times the `factor`; required without one",
    sweep=True,
)
"""The field `resolution`."""

FACTOR = Field(
    Kind.SIZE,
    "What the decoder multiplies every size of its initial map by, in the place of the resolution;"
    " an integer means the same on every axis.",
    if_null="one size",
    high=MAX_SIGNAL_LENGTH,
    page="initial_map",
)
"""The field `factor`."""

DIMENSIONS = Field(
    Kind.INTEGER,
    "Number of axes, for an integer `resolution` or `factor`.",
    high=3,
    attribute="axes",
    computed="2, or beside a `factor` the length of a list `initial_map.size`",
    own_rule=True,
    sweep=True,
)
"""The field `dimensions`, which a brief has as the length of its resolution."""


def size_errors(values: Mapping[str, object]) -> list[FieldError]:
    """Errors of the resolution and of the factor, of which a brief has at least one."""
    resolution, factor = values["resolution"], values["factor"]
    errors = [] if factor is None else _factor_errors(factor, values["initial_map"])
    if not isinstance(resolution, tuple) or resolution:
        return errors + resolution_errors(resolution)
    return errors if factor is not None else [field_error("/resolution", "missing_field")]


def _factor_errors(factor: object, initial_map: object) -> list[FieldError]:
    """Errors of a factor: an integer, or one per axis, at least one above 1; a map to start from."""
    errors = []
    if initial_map is None:
        errors.append(field_error("/initial_map", "missing_field", sentence="factor_without_map"))
    listed = isinstance(factor, list | tuple)
    sides = list(factor) if isinstance(factor, list | tuple) else [factor]
    if listed:
        errors += check_length(sides, pointer="/factor", low=1, high=3)
    for index, side in enumerate(sides[:3]):
        pointer = f"/factor/{index}" if listed else "/factor"
        errors += check_integer(side, pointer=pointer, low=1, high=MAX_SIGNAL_LENGTH)
    if not errors and all(side == 1 for side in sides):
        shown = sides if listed else 1
        errors.append(
            field_error("/factor", "out_of_range", sentence="factor_of_one", factor=shown)
        )
    return errors


def shown_sizes(factor: Size, start: InitialMap, resolution: Size) -> tuple[Size, InitialMap, Size]:
    """The factor per axis, the map that is shown, and its resolution.

    >>> factor, start, resolution = shown_sizes((275,), InitialMap(channels=80), ())
    >>> start.size, resolution
    ((32,), (8800,))

    Raises:
        InvalidRequest: for a map of other axes, a resolution outside the limits, or another one
            than the given one.
    """
    given = (factor, resolution, start.size)
    axes = next((len(each) for each in given if isinstance(each, list | tuple) and each), 2)
    factor = per_axis_size(factor, axes=axes)
    start = replace(start, size=tuple(start.size) or (SHOWN_SIDE,) * axes)
    refuse(initial_map_errors(start, axes=axes, initial_size=None))
    refuse(check_length(factor, pointer="/factor", low=axes, high=axes))
    reached = tuple(map(mul, start.size, factor))
    stated = reached if resolution == () else per_axis_size(resolution, axes=axes)
    refuse(_shown_errors(factor, start.size, reached, stated))
    return factor, start, reached


def _shown_errors(factor: Size, size: Size, reached: Size, stated: Size) -> list[FieldError]:
    """Errors of the size that a factor shows: outside the limits, or not the stated resolution."""
    high = MAX_SIGNAL_LENGTH if len(factor) == 1 else MAX_SIDE
    facts = {"size": list(size), "factor": list(factor), "resolution": list(stated)}
    if any(not MIN_SIDE <= side <= high for side in reached):
        facts["resolution"] = list(reached)
        limits = {"minimum": MIN_SIDE, "maximum": high}
        sentence = "factor_outside_limits"
        return [field_error("/factor", "out_of_range", sentence=sentence, **facts, **limits)]
    if stated != reached:
        return [field_error("/resolution", "contradiction", sentence="factor_differs", **facts)]
    return []
