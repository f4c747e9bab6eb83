"""Options for the fields of a brief, and the JSON document that they form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import click

from designer.brief.fields import Field, Kind
from designer.commands.options import Command, Number, Numbers
from designer.validation.json_readers import JsonObject

_TYPES = {Kind.INTEGER: Number(), Kind.CHOICE: click.STRING, Kind.TEXT: click.STRING}
_EXAMPLES = {Kind.SIZE: "7x5", Kind.LIST: "2,3", Kind.MAP: "512x4x4"}


def field_options(
    rows: Iterable[Field], *, replaced_by: str = "", hidden: str = ""
) -> Callable[[Command], Command]:
    """Decorator that adds the options of fields.

    ``replaced_by`` is an option for all of them, ``hidden`` the name of one without help.
    """
    options = [
        option for row in rows for option in _options(row, replaced_by, hidden=row.name == hidden)
    ]

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _options(
    row: Field, replaced_by: str, *, hidden: bool = False
) -> list[Callable[[Command], Command]]:
    if row.kind is Kind.CHAIN:
        return []
    name = row.option.replace("_", "-")
    if row.kind is Kind.OBJECT:
        inner = [option for each in row.fields for option in _options(each, replaced_by)]
        removal = click.option(f"--no-{name}", is_flag=True, help=f"Leave out the {row.name}.")
        return [removal, *inner] if row.removable else inner
    text = option_help(row, replaced_by)
    if row.kind is not Kind.FLAG:
        kind = _TYPES.get(row.kind, Numbers())
        return [click.option(f"--{name}", type=kind, help=text, hidden=hidden)]
    if row.default is True:
        name, text = f"no-{name}", f"No {row.name.replace('_', ' ')}."
    return [click.option(f"--{name}", is_flag=True, help=text)]


def option_help(row: Field, replaced_by: str = "") -> str:
    """The help text of a field: its meaning, when it is required, choices, example and default.

    >>> option_help(Field(Kind.INTEGER, "Channels of the picture.", default=3))
    'Channels of the picture. Default: 3.'
    """
    default = row.computed or row.if_null
    if not default and row.kind in _EXAMPLES.keys() | _TYPES:
        values = row.default if isinstance(row.default, tuple) else (row.default,)
        default = "" if row.default is None else ",".join(map(str, values))
    others = " or ".join(filter(None, (f"--{row.replaced_by.replace('_', '-')}", replaced_by)))
    texts = (
        row.description,
        f"Required without {others}." if row.replaced_by else "",
        f"One of {', '.join(row.offered)}." if row.offered else "",
        f"Such as {_EXAMPLES[row.kind]}." if row.kind in _EXAMPLES else "",
        f"Default: {default}." if default else "",
    )
    return " ".join(filter(None, texts))


def field_options_document(rows: Iterable[Field], given: Mapping[str, object]) -> JsonObject:
    """The JSON object of the options; omitted options are left out.

    >>> from designer.brief.model import BRIEF
    >>> field_options_document(BRIEF, {"resolution": 64, "no_output_padding": True})
    {'resolution': 64, 'search': {'output_padding': False}}

    Raises:
        UsageError: for options of an object together with the option that removes it.
    """
    document: JsonObject = {}
    for row in rows:
        inner = field_options_document(row.fields, given) if row.kind is Kind.OBJECT else {}
        if row.removable and given.get(f"no_{row.option}"):
            if inner:
                wrong = f"--no-{row.option} contradicts the options of the {row.name}"
                raise click.UsageError(wrong)
            document[row.name] = None
        elif (value := inner or _value(row, given)) is not None:
            document[row.name] = value
    return document


def _value(row: Field, given: Mapping[str, object]) -> object:
    if row.kind is Kind.FLAG and row.default is True:
        return False if given.get(f"no_{row.option}") else None
    value = given.get(row.option)
    if value is None or row.kind is Kind.OBJECT:
        return None
    if row.kind is Kind.FLAG:
        return value or None
    if row.kind is Kind.MAP:
        channels, *size = value if isinstance(value, list) else [value]
        return {"channels": channels, "size": size} if size else {"channels": channels}
    return [value] if row.kind is Kind.LIST and not isinstance(value, list) else value
