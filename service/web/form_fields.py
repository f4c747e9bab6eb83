"""The fields of a brief as a JSON document, from which the page builds its form and its URLs.

Their names are those of query strings, so that a URL of the page and one of the API say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from designer.brief.fields import Field, Kind
from designer.brief.missing_values import DEFAULT_BASE_CHANNELS
from designer.brief.model import BRIEF
from designer.brief.search_space import SearchSpace
from designer.validation.json_readers import JsonObject
from service.schemas.query_fields import QueryParameter, query_parameters


def form_fields(rows: Iterable[Field] = BRIEF) -> list[JsonObject]:
    """One object per field of the URL.

    If they are missing, ``kind`` is ``choice`` where it has ``choices``, else ``integer``; ``low`` is 1;
    ``option`` is the end of the name, and ``group`` the object that the name begins with.
    ``option`` is the name on the command line, which URLs may have, too. A field with ``sets``
    stands for those others.

    >>> form_fields()[0]
    {'name': 'resolution', 'kind': 'size', 'low': 4, 'unit': 'pixels', 'sweep': True}
    """
    found = [each for each in query_parameters(rows) if each.row.page is not None]
    names = {each.row.option: each.names[0] for each in found}
    chains: list[JsonObject] = [
        {"name": row.name, "kind": str(row.kind)} for row in rows if row.kind is Kind.CHAIN
    ]
    return [*(_form_field(each, names) for each in found), *chains]


def field_sentences(rows: Iterable[Field] = BRIEF) -> dict[str, str]:
    """The sentence about each field of the URL: its meaning, with its unit.

    >>> field_sentences()["channels"]
    'Channels of the picture: 3 for RGB, 1 for gray, for sound or for a volume.'
    """
    return {each.names[0]: each.row.description for each in query_parameters(rows)}


def _form_field(parameter: QueryParameter, names: dict[str, str]) -> JsonObject:
    row, name, *others = parameter.row, *parameter.names
    document: JsonObject = {"name": name}
    if row.kind is not Kind.INTEGER and row.choices is None:
        document["kind"] = str(row.kind)
    option = others[0] if others else name
    if option != name.rpartition(".")[2]:
        document["option"] = option
    if row.kind is Kind.OBJECT:
        if row.shorthand is not None:
            return document | {"sets": [f"{name}.{inner.name}" for inner in row.fields]}
        return document | {"group": row.page}
    if row.page and not name.startswith(f"{row.page}."):
        document["group"] = row.page
    if row.kind is Kind.LIST:
        defaults = (getattr(SearchSpace.default(axes=axes), row.attribute) for axes in (1, 2, 3))
        document["defaultLists"] = [",".join(map(str, values)) for values in defaults]
    elif (default := _usual_default(name, row)) is not None:
        document["defaultValue"] = default
    if row.default_by is not None:
        options, pairs = row.default_by
        document["defaultBy"] = {
            "fields": [names[each] for each in options],
            "values": {key: value for key, value in pairs if value != document["defaultValue"]},
        }
    if row.choices is not None:
        document["choices"] = [str(choice) for choice in row.offered]
    if row.low != 1:
        document["low"] = row.low
    if row.unit:
        document["unit"] = row.unit
    return document | {key: True for key in ("sweep", "wide") if getattr(row, key)}


def _usual_default(name: str, row: Field) -> object:
    """Its default; of a field that always follows others, the one that most of their values imply."""
    if row.default is None and row.default_by is not None:
        implied = Counter(value for _, value in row.default_by[1])
        return implied.most_common(1)[0][0]
    return _DEFAULTS.get(name, row.default)


_DEFAULTS = {"base_channels": DEFAULT_BASE_CHANNELS}
"""Values that a brief without a budget computes."""
