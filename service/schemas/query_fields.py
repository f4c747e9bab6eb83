"""Fields of a request as query parameters: ``latent_dim=100``, ``discriminator.patch=70``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn

import marshmallow as ma

from designer.brief.fields import SCALARS, Field, Kind, field_names
from designer.validation.field_validators import check_known_fields, refuse
from designer.validation.json_readers import JsonObject, refuse_field
from designer.validation.json_schema import JsonSchema, choice
from designer.validation.text_values import parse_integer, parse_scalar, parse_sizes
from service.schemas.field_schemas import Fields, default_value, field_meaning, value_schema
from service.schemas.fields import Documented

SIZE_TEXT: JsonSchema = {"type": "string", "pattern": "^[0-9]+(x[0-9]+){0,2}$"}
LIST_TEXT: JsonSchema = {"type": "string", "pattern": "^[0-9]+(,[0-9]+)*$"}
NONE = "none"
"""The text that leaves out an object, such as the discriminator."""


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """A field that a query string can hold: a scalar, a size or a list, alone or in an object.

    ``names`` are accepted; the first one is documented, the others are those of the command line.
    """

    row: Field
    path: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def is_shorthand(self) -> bool:
        """Whether it is one value for all fields of an object, such as that of ``initialization``."""
        return self.row.shorthand is not None

    def document(self) -> Documented:
        """Its type and meaning for OpenAPI."""
        row, meaning, default = self.row, field_meaning(self.row), default_value(self.row)
        default = ma.missing if default is None else default
        required = row.required and len(self.path) == 1
        if row.shorthand is not None:
            return Documented(choice(*row.shorthand), meaning)
        if row.kind is Kind.OBJECT:
            schema = {"type": "string", "enum": [NONE]}
            return Documented(schema, f"`{NONE}` leaves it out. {row.meaning}")
        if row.kind is Kind.SIZE:
            meaning += " One number, or one per axis: `7x5`."
            default = default if default is ma.missing else str(default)
            return Documented(SIZE_TEXT, meaning, required=required, load_default=default)
        if row.kind in (Kind.LIST, Kind.LEVELS):
            return Documented(LIST_TEXT, f"{meaning} Several are separated by commas: `2,3,5`.")
        schema = value_schema(row)
        return Documented(schema, meaning, required=required, load_default=default)

    def read(self, text: str) -> object:
        """The value of a text; text that is none is left for the validator of the field."""
        if self.row.kind is Kind.OBJECT and self.row.shorthand is None:
            return None if text in (NONE, "true") else text
        if self.row.kind in (Kind.LIST, Kind.LEVELS):
            numbers = [parse_integer(part) for part in text.split(",")]
            return numbers[0] if self.row.kind is Kind.LEVELS and len(numbers) == 1 else numbers
        return (parse_sizes if self.row.kind is Kind.SIZE else parse_scalar)(text)


def query_parameters(rows: Iterable[Field], *path: str) -> Iterator[QueryParameter]:
    """The parameters of fields and of the fields of their objects.

    >>> from designer.brief.model import BRIEF
    >>> [each.names for each in query_parameters(BRIEF) if each.path[0] == "budget"]
    [('budget.parameters', 'max_parameters'), ('budget.multiply_adds', 'max_multiply_adds')]
    """
    for row in rows:
        inner = (*path, row.name)
        if row.kind in (Kind.OBJECT, Kind.MAP):
            if row.removable:
                yield QueryParameter(row, inner, (".".join(inner), f"no_{row.option}"))
            elif row.shorthand is not None:
                yield QueryParameter(row, inner, (".".join(inner),))
            yield from query_parameters(row.fields, *inner)
        elif row.kind in (*SCALARS, Kind.SIZE, Kind.LIST, Kind.LEVELS):
            name = ".".join(inner)
            others = (row.option,) if path and path[0] != "initial_map" else ()
            yield QueryParameter(row, inner, (name, *others))


def queried(rows: Iterable[Field]) -> Fields:
    """The query parameters of fields, for OpenAPI."""
    return {each.names[0]: each.document() for each in query_parameters(rows)}


def query_values(data: object, rows: Iterable[Field]) -> JsonObject:
    """The values of a query string, as those of a body.

    Raises:
        InvalidRequest: for an unknown parameter, or one that is given by two names.
    """
    assert isinstance(data, dict), "the parser gives query strings as dicts"
    known = {name: each for each in query_parameters(rows) for name in each.names}
    unknown = {name: text for name, text in data.items() if name not in known}
    documented = [each.names[0] for each in known.values()]
    refuse(
        [
            error
            for name, text in unknown.items()
            for error in check_known_fields(
                {name: text}, pointer="", known=names_beside(name, documented)
            )
        ]
    )
    document: JsonObject = {}
    alike = {name: text for name, text in data.items() if known[name].is_shorthand}
    for name, text in data.items():
        if name not in alike:
            _put(document, known[name], text)
    for name, text in alike.items():
        row, inner = known[name].row, document.get(name)
        values = dict.fromkeys(field_names(row.fields), text)
        document[name] = values | inner if isinstance(inner, dict) else text
    return document


def names_beside(unknown: str, documented: Iterable[str]) -> set[str]:
    """The names that could be meant: those of the same object, else all, each object as one.

    >>> sorted(names_beside("budget.cost", ["resolution", "budget.parameters", "search.exact"]))
    ['budget.parameters']
    >>> sorted(names_beside("cost", ["resolution", "budget.parameters", "search.exact"]))
    ['budget.*', 'resolution', 'search.*']
    """
    name, dot, _ = unknown.partition(".")
    inner = {each for each in documented if each.startswith(f"{name}.")} if dot else set()
    return inner or {f"{each.partition('.')[0]}.*" if "." in each else each for each in documented}


def _put(document: JsonObject, parameter: QueryParameter, text: str) -> None:
    """Set the value of a parameter in the document."""
    *objects, last = parameter.path
    for name in objects:
        inner = document.setdefault(name, {})
        if not isinstance(inner, dict):
            _refuse_contradiction(name)
        document = inner
    if isinstance(document.get(last), dict):
        _refuse_contradiction(last)
    if last in document:
        names = " and ".join(parameter.names)
        refuse_field(
            f"/{'/'.join(parameter.path)}",
            "repeated_field",
            sentence="two_names",
            names=names,
        )
    document[last] = parameter.read(text)


def _refuse_contradiction(name: str) -> NoReturn:
    """Refuse parameters of an object that another one leaves out."""
    refuse_field(f"/{name}", "contradiction", sentence="left_out_with_fields")
