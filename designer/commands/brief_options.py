"""Options for the fields of a brief, and the JSON document that they form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import click

from designer.brief.fields import Field, Kind, field_names
from designer.commands.option_groups import OTHERS, GroupedOption
from designer.commands.options import Command, Number, Numbers
from designer.validation.json_readers import JsonObject

_TYPES = {Kind.INTEGER: Number(), Kind.CHOICE: click.STRING, Kind.TEXT: click.STRING}
_GROUPS = {"": "Picture", "picture": "Picture", "generator": "Generator"} | dict.fromkeys(
    ("encoder", "initial_map"), "Networks"
)
"""Heading in the help of a command for the fields of a group of the page's form."""
_EXAMPLES = {Kind.SIZE: "7x5", Kind.LIST: "2,3", Kind.LEVELS: "1,2", Kind.MAP: "512x4x4"}


def field_options(rows: Iterable[Field], *, hidden: str = "") -> Callable[[Command], Command]:
    """Decorator that adds the options of fields.

    ``hidden`` is the name of one without help.
    """
    options = [
        option
        for row in rows
        for option in _options(row, option_group(row, at_top=True), hidden=row.name == hidden)
    ]

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def option_group(row: Field, *, at_top: bool) -> str:
    """The heading of a field's options: the object that holds them, or the field's group.

    >>> option_group(Field(Kind.INTEGER, page="picture"), at_top=True)
    'Picture'
    """
    if row.fields and row.kind is Kind.OBJECT:
        return row.name.capitalize()
    return _GROUPS.get(row.page, OTHERS) if at_top and row.page is not None else OTHERS


def _options(row: Field, group: str, *, hidden: bool = False) -> list[Callable[[Command], Command]]:
    if row.kind is Kind.CHAIN:
        return []
    name = row.option.replace("_", "-")
    if row.kind is Kind.OBJECT:
        inner = [option for each in row.fields for option in _options(each, group)]
        if row.shorthand is not None:
            text = f"{row.meaning} Default: {row.computed}."
            inner = [_choice_option(name, row.shorthand, group, text), *inner]
        removal = grouped_option(group, f"--no-{name}", help_text=f"Leave out the {row.name}.")
        return [removal, *inner] if row.removable else inner
    text = option_help(row)
    if row.kind is not Kind.FLAG:
        if row.offered:
            return [_choice_option(name, row.offered, group, text)]
        kind = _TYPES.get(row.kind, Numbers())
        made = click.option(
            f"--{name}", cls=GroupedOption, group=group, type=kind, help=text, hidden=hidden
        )
        return [made]
    if row.default is True:
        name, text = f"no-{name}", f"No {row.name.replace('_', ' ')}."
    return [grouped_option(group, f"--{name}", help_text=text)]


def grouped_option(group: str, name: str, *, help_text: str) -> Callable[[Command], Command]:
    """A flag under a heading."""
    return click.option(name, cls=GroupedOption, group=group, is_flag=True, help=help_text)


def _choice_option(
    name: str, offered: Iterable[str], group: str, text: str
) -> Callable[[Command], Command]:
    """An option that shows its choices; the reader of its field refuses other texts."""
    choices = tuple(map(str, offered))

    def complete(_: click.Context, __: click.Parameter, start: str) -> list[str]:
        """The choices that continue a text, for the shell."""
        return [choice for choice in choices if choice.startswith(start)]

    return click.option(
        f"--{name}",
        cls=GroupedOption,
        group=group,
        metavar=f"[{'|'.join(choices)}]",
        help=text,
        shell_complete=complete,
    )


def option_help(row: Field) -> str:
    """The help text of a field: its meaning, example and default.

    >>> option_help(Field(Kind.INTEGER, "Channels of the picture.", default=3))
    'Channels of the picture. Default: 3.'
    """
    default = row.computed or row.if_null
    if not default and row.kind in _EXAMPLES.keys() | _TYPES:
        values = row.default if isinstance(row.default, tuple) else (row.default,)
        default = "" if row.default is None else ",".join(map(str, values))
    texts = (
        row.description,
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
        if row.shorthand is not None and (alike := given.get(row.option)) is not None:
            inner = dict.fromkeys(field_names(row.fields), alike) | inner
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
