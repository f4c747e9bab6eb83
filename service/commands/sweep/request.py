"""Parser of the command line into a sweep request: lists and ranges, or a file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TextIO

import click

from designer.brief.fields import Kind
from designer.brief.model import BRIEF
from designer.commands.brief_options import option_group, option_help
from designer.commands.option_groups import GroupedOption
from designer.commands.options import Command, parse_json_text
from designer.validation.json_readers import JsonObject
from designer.validation.text_values import parse_scalar, parse_sizes
from service.jobs.grid import Grid
from service.jobs.sweep_request import MAX_ROWS, sweep_from_document

_RANGE = re.compile(r"([0-9]{1,9})\.\.([0-9]{1,9})(?::([0-9]{1,9}))?", re.ASCII)


class ValueList(click.ParamType[list[object], list[object]]):
    """Values and ranges separated by commas, or JSON if the text begins with a bracket."""

    name = "values"

    def __init__(self, kind: Kind) -> None:
        self._parse = parse_sizes if kind is Kind.SIZE else parse_scalar

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[object]:
        """The values; the fields' validators check them later."""
        text = str(value).strip()
        if text[:1] in ("[", "{"):
            loaded = parse_json_text(text)
            return loaded if isinstance(loaded, list) else [loaded]
        return [each for part in text.split(",") for each in self._read(part.strip(), param, ctx)]

    def _read(
        self, part: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[object]:
        found = _RANGE.fullmatch(part)
        if found is None:
            return [None if part == "null" else self._parse(part)]
        low, high, step = (int(group or 1) for group in found.groups())
        if high < low or step < 1:
            self.fail(f"a range must ascend, as 28..64:4 does; got {part}", param, ctx)
        values = range(low, high + 1, step)
        if len(values) > MAX_ROWS:
            most = f"a sweep has at most {MAX_ROWS:,} rows"
            self.fail(f"{most}, and {part} alone has {len(values):,} values", param, ctx)
        return list(values)


def grid_options(command: Command) -> Command:
    """Adds one option per field of a brief to a command."""
    for row in reversed(BRIEF):
        if row.kind is not Kind.CHAIN and row.name != "verify":
            text = f"{row.description} JSON objects." if row.fields else option_help(row)
            name = f"--{row.name.replace('_', '-')}"
            command = click.option(
                name,
                cls=GroupedOption,
                group=option_group(row, at_top=True),
                type=ValueList(row.kind),
                help=text,
            )(command)
    return command


def sweep_request_document(
    file: TextIO | None, given: Mapping[str, object], verify: str | None
) -> JsonObject:
    """The request in a file or in the options, as the body of ``POST /v1/sweeps``.

    Its form is canonical: the order of a brief's fields does not matter. The fields of a grid keep
    their order, since the last one changes fastest.

    >>> sweep_request_document(None, {"latent_dim": [8], "resolution": [32, 64]}, "none")
    {'grid': {'latent_dim': [8], 'resolution': [32, 64]}, 'verify': 'none'}

    Raises:
        InvalidRequest: if it is not a sweep; the briefs themselves are not validated.
    """
    grid = {name: values for name, values in given.items() if values is not None}
    if file is not None and grid:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in grid)
        raise click.UsageError(f"FILE already contains the designs; leave out {names}")
    if file is None and not grid:
        raise click.UsageError(
            "give a FILE with a request, or --resolution, --factor and other options"
        )
    document = {"grid": grid} if file is None else parse_json_text(file.read())
    if verify is not None and isinstance(document, dict):
        document = {**document, "verify": verify}
    return _canonical(document)


def _canonical(document: object) -> JsonObject:
    sweep = sweep_from_document(document)
    if isinstance(sweep.rows, Grid):
        grid = {name: _ordered(values) for name, values in sweep.rows.values.items()}
        return {"grid": grid, "verify": str(sweep.verify)}
    return {"designs": _ordered(sweep.rows), "verify": str(sweep.verify)}


def _ordered(value: object) -> object:
    return json.loads(json.dumps(value, sort_keys=True))
