"""The fields of a brief as a JSON document, from which the page builds its form and its URLs."""

from __future__ import annotations

from collections.abc import Iterable

from designer.brief.fields import Field, Kind
from designer.brief.model import BRIEF, DEFAULT_BASE_CHANNELS
from designer.brief.search_space import SearchSpace
from designer.validation.json_readers import JsonObject


def form_fields(rows: Iterable[Field] = BRIEF, *path: str) -> list[JsonObject]:
    """One object per field of the URL; its path in a brief is its name and ``low`` is 1 if missing.

    >>> form_fields()[0]
    {'name': 'resolution', 'kind': 'size', 'low': 4, 'unit': 'pixels', 'sweep': True}
    """
    found = []
    for row in rows:
        if row.kind is Kind.OBJECT:
            if row.removable:
                removal = Field(Kind.FLAG, default=False, page=row.page, option=f"no_{row.option}")
                found.append(_form_field(removal, [*path, row.name]))
            found += form_fields(row.fields, *path, row.name)
        elif row.page is not None:
            found.append(_form_field(row, [*path, row.name]))
    return found


def _form_field(row: Field, path: list[str]) -> JsonObject:
    document: JsonObject = {"name": row.option, "kind": str(row.kind)}
    if path != [row.option]:
        document["path"] = path
    if row.page:
        document["group"] = row.page
    if row.kind is Kind.LIST:
        defaults = (getattr(SearchSpace.default(axes=axes), row.attribute) for axes in (1, 2, 3))
        document["defaultLists"] = [",".join(map(str, values)) for values in defaults]
    elif (default := _DEFAULTS.get(row.option, row.default)) is not None:
        document["defaultValue"] = default
    if row.choices is not None:
        document["choices"] = [str(choice) for choice in row.offered]
    if row.low != 1:
        document["low"] = row.low
    if row.unit:
        document["unit"] = row.unit
    return document | {name: True for name in ("sweep", "wide") if getattr(row, name)}


_DEFAULTS = {"base_channels": DEFAULT_BASE_CHANNELS}
"""Values that a brief without a budget computes."""
