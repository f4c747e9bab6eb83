"""Parsing and validation of a sweep's request, before anything is queued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from designer.brief.brief_json import BRIEF_FIELDS, brief_from_document
from designer.brief.options import Level
from designer.errors import DesignerError, FieldError, InvalidRequest
from designer.reasons import make_reason
from designer.validation.field_validators import refuse
from designer.validation.json_readers import (
    JsonObject,
    read_choice,
    read_list,
    read_object,
    refuse_field,
)
from service.jobs.grid import Grid

MAX_ROWS = 10_000
"""Maximum number of designs in one sweep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """The briefs of a sweep as JSON, and the default level of their verification."""

    rows: list[JsonObject] | Grid
    verify: Level

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, index: int) -> JsonObject:
        """The brief of a row, as JSON.

        >>> Sweep(rows=[{"resolution": 64, "latent_dim": 8}], verify=Level.NONE).row(0)
        {'resolution': 64, 'latent_dim': 8, 'verify': 'none'}
        """
        row = self.rows.row(index) if isinstance(self.rows, Grid) else self.rows[index]
        own = row.get("verify")
        return row | {"verify": str(self.verify) if own is None else own}

    def pointer(self, index: int, brief_pointer: str) -> str:
        """The pointer into the request for a pointer into a row's brief."""
        if isinstance(self.rows, Grid):
            return f"/grid{self.rows.pointer(index, brief_pointer)}"
        return f"/designs/{index}{brief_pointer}"


def sweep_from_document(document: object) -> Sweep:
    """The sweep in a JSON object; the briefs themselves are not validated.

    >>> sweep = sweep_from_document({"grid": {"resolution": [32, 64], "latent_dim": [8]}})
    >>> len(sweep), sweep.row(1)["resolution"]
    (2, 64)

    Raises:
        InvalidRequest: unless there is exactly one of ``designs`` and ``grid``, with 1 to
            ``MAX_ROWS`` rows.
    """
    given = read_object(document, pointer="", known=("designs", "grid", "verify"))
    designs, grid = given.get("designs"), given.get("grid")
    if designs is None and grid is None:
        refuse_field("", "missing_field", sentence="no_designs_or_grid")
    if designs is not None and grid is not None:
        refuse_field("", "contradiction", sentence="designs_and_grid")
    level = given.get("verify")
    named = str(Level.STANDARD) if level is None else level
    verify = read_choice(named, Level, pointer="/verify")
    return Sweep(rows=_designs(designs) if grid is None else _grid(grid), verify=verify)


def _designs(designs: object) -> list[JsonObject]:
    rows = _read_rows(designs, pointer="/designs")
    return [
        dict(read_object(row, pointer=f"/designs/{i}", known=BRIEF_FIELDS))
        for i, row in enumerate(rows)
    ]


def _grid(grid: object) -> Grid:
    has_factor = isinstance(grid, Mapping) and grid.get("factor") is not None
    required = () if has_factor else ("resolution",)
    fields = read_object(grid, pointer="/grid", known=BRIEF_FIELDS, required=required)
    values = {name: _read_rows(each, pointer=f"/grid/{name}") for name, each in fields.items()}
    _refuse_too_many(prod(map(len, values.values())), pointer="/grid")
    return Grid(values=values)


def _read_rows(value: object, *, pointer: str) -> list[object]:
    """A list that alone does not exceed the maximum number of rows."""
    if isinstance(value, list):
        _refuse_too_many(len(value), pointer=pointer)
    return read_list(value, pointer=pointer, low=1, high=MAX_ROWS)


def _refuse_too_many(rows: int, *, pointer: str) -> None:
    if rows > MAX_ROWS:
        refuse_field(pointer, "too_many_rows", rows=rows, maximum=MAX_ROWS)


def refuse_invalid_rows(sweep: Sweep) -> None:
    """Refuse a sweep with invalid rows.

    Raises:
        InvalidRequest: with the errors of all rows, each with the row's ``index``. An invalid value
            that several rows of a grid share is reported once, for the first of them.
    """
    errors: dict[tuple[str, str], FieldError] = {}
    for index in range(len(sweep)):
        for error in row_errors(sweep, index):
            errors.setdefault((error.pointer, error.code), error)
    refuse(list(errors.values()))


def row_errors(sweep: Sweep, index: int) -> list[FieldError]:
    """The errors in a row's brief, with pointers into the sweep."""
    try:
        brief_from_document(sweep.row(index))
    except InvalidRequest as refusal:
        found = list(refusal.errors)
    except DesignerError as refusal:
        reason = make_reason("several", reasons=refusal.reasons)
        found = [FieldError(pointer="", code=refusal.code, reason=reason, facts=refusal.facts)]
    else:
        return []
    return [
        FieldError(
            pointer=sweep.pointer(index, error.pointer),
            code=error.code,
            reason=make_reason("at_row", index=index, reason=error.reason),
            facts={**error.facts, "index": index},
        )
        for error in found
    ]
