"""Option types and options that commands share.

Invalid values are passed on unchanged, so that the command line reports the same errors as HTTP.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from designer.errors import InvalidRequest
from designer.validation.field_validators import field_error
from designer.validation.text_values import parse_integer, parse_sizes
from designer.verification.sandbox.layers import LAYER_NAMES, REQUIRED_LAYERS

Command = TypeVar("Command", bound=Callable[..., object])

REQUIRE_VARIABLE = "GAN_DESIGNER_SANDBOX_REQUIRE"
"""The service's setting of the same meaning."""

JSON_BODY_HELP = "Print the JSON body of the HTTP API instead of text."


class Number(click.ParamType[object, object]):
    """An integer; other text is passed on and refused by the validation of its field."""

    name = "integer"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """The integer, or the unchanged text."""
        return parse_integer(str(value).strip())


class Numbers(click.ParamType[object, object]):
    """One integer, or several separated by x or comma: 96, 218x178, 2,3."""

    name = "integers"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """An integer, or a list of them."""
        text = str(value).strip()
        if "," in text:
            return [parse_integer(part.strip()) for part in text.split(",")]
        return parse_sizes(text)


def parse_json_text(text: str) -> object:
    """The value of a JSON text.

    Raises:
        InvalidRequest: if the text is not valid JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        words = {"error": str(error)}
        wrong = field_error("", "malformed_json", words, sentence="malformed_option")
        raise InvalidRequest([wrong]) from error


def output_options(json_help: str) -> Callable[[Command], Command]:
    """Options for the output; ``json_help`` says what ``--json`` prints."""
    to_file = click.option(
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=_path_in_existing_folder,
        help="Write to FILE instead of standard output.",
    )
    as_json = click.option(
        "--json", "as_json", is_flag=True, callback=_remember_json, help=json_help
    )
    return lambda command: as_json(to_file(command))


def sandbox_require_option(command: Command) -> Command:
    """The option that says which layers of the sandbox a foreign text needs."""
    return click.option(
        "--sandbox-require",
        default=lambda: os.environ.get(REQUIRE_VARIABLE, ",".join(REQUIRED_LAYERS)),
        show_default=f"{REQUIRE_VARIABLE}, or {','.join(REQUIRED_LAYERS)}",
        callback=_layer_names,
        help="Layers of the sandbox without which a foreign text is not run; empty for none.",
    )(command)


def _layer_names(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    names = tuple(name for part in value.split(",") if (name := part.strip()))
    if unknown := [name for name in names if name not in LAYER_NAMES]:
        raise click.BadParameter(
            f"{', '.join(unknown)}: no such layer; known are {', '.join(LAYER_NAMES)}"
        )
    return names


def _path_in_existing_folder(
    _: click.Context, __: click.Parameter, value: Path | None
) -> Path | None:
    """Refuse a file in a missing folder before the work starts."""
    if value is not None and not value.parent.is_dir():
        raise click.BadParameter(f"there is no folder {value.parent}")
    return value


def _remember_json(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
    ctx.meta["json"] = value
    return value


def write_output(text: str, output: Path | None) -> None:
    """Write a result to stdout or to a file.

    Raises:
        UsageError: if writing fails.
    """
    try:
        if output is None:
            click.echo(text, nl=not text.endswith("\n"))
        else:
            output.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
    except BrokenPipeError:
        raise
    except OSError as error:
        destination = "stdout" if output is None else output
        raise click.UsageError(f"cannot write to {destination}: {error.strerror}") from error
