"""From a command line to the request of a sweep: lists and ranges, or a file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TextIO

import click

from designer.commands.options import Command, parse_json_text, parse_number
from designer.validation.json_readers import JsonObject
from service.jobs.grid import Grid
from service.jobs.sweep_request import MAX_ROWS, sweep_from_document

OPTION_HELP = {
    "resolution": "32,48,64, 28..64:4, 218x178: sizes of the picture, in pixels.",
    "dimensions": "Axes of single-number resolutions: 1 to 3.",
    "latent_dim": "Lengths of the latent vector.",
    "initial_map": "JSON objects: channels and size.",
    "channels": "Channels of the picture; 3 unless given.",
    "base_channels": "Widths next to the picture; 64 unless given.",
    "max_channels": "Caps of the widths; 512 unless given.",
    "upsampling": "transposed, resize, subpixel.",
    "normalization": "batch, instance, layer, group, none.",
    "output_activation": "tanh, sigmoid, none.",
    "discriminator": "JSON objects, or null for none.",
    "encoder": "true, false.",
    "classes": "Numbers of classes.",
    "search": "JSON objects.",
    "budget": "JSON objects.",
}
"""The fields of a brief that are options, each with its help."""

_RANGE = re.compile(r"([0-9]{1,9})\.\.([0-9]{1,9})(?::([0-9]{1,9}))?", re.ASCII)
_LITERALS = {"true": True, "false": False, "null": None}


class ValueList(click.ParamType[list[object], list[object]]):
    """Values joined by commas, ranges among them, or JSON where the text begins like it."""

    name = "values"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[object]:
        """The values, those that a field would refuse among them."""
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
            return [read_value(part)]
        low, high, step = (int(group or 1) for group in found.groups())
        if high < low or step < 1:
            self.fail(f"a range rises, as 28..64:4 does; got {part}", param, ctx)
        values = range(low, high + 1, step)
        if len(values) > MAX_ROWS:
            most = f"a sweep has at most {MAX_ROWS:,} rows"
            self.fail(f"{most}, and {part} alone has {len(values):,} values", param, ctx)
        return list(values)


def read_value(text: str) -> object:
    """One value: an integer, a size of several axes, true, false, null, or the text as it is.

    >>> read_value("64"), read_value("218x178"), read_value("true"), read_value("subpixel")
    (64, [218, 178], True, 'subpixel')
    """
    if re.fullmatch(r"[0-9]+([x×][0-9]+)+", text, re.ASCII):
        return [parse_number(part) for part in re.split("[x×]", text)]
    return _LITERALS.get(text, parse_number(text))


def grid_options(command: Command) -> Command:
    """An option for each field of a brief."""
    for name, meaning in reversed(OPTION_HELP.items()):
        option = click.option(f"--{name.replace('_', '-')}", name, type=ValueList(), help=meaning)
        command = option(command)
    return command


def sweep_request_document(
    file: TextIO | None, given: Mapping[str, object], verify: str | None
) -> JsonObject:
    """The request that a file, or the options, amount to, as ``POST /v1/sweeps`` takes it.

    It is the same for requests that differ only in what does not matter. The fields of a grid keep
    their order: the last one changes fastest.

    >>> sweep_request_document(None, {"latent_dim": [8], "resolution": [32, 64]}, "none")
    {'grid': {'latent_dim': [8], 'resolution': [32, 64]}, 'verify': 'none'}

    Raises:
        InvalidRequest: for what is no sweep; the briefs themselves are not looked at.
    """
    grid = {name: values for name, values in given.items() if values is not None}
    if file is not None and grid:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in grid)
        raise click.UsageError(f"the file says which designs; leave out {names}")
    if file is None and not grid:
        raise click.UsageError("give a FILE with a request, or --resolution and what else varies")
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
