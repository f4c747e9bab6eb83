"""Options that commands share, and the JSON documents that they form.

Invalid values are passed on unchanged, so that the command line reports the same errors as HTTP.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from designer.errors import FieldError, InvalidRequest
from designer.validation.json_readers import JsonObject

Command = TypeVar("Command", bound=Callable[..., object])

JSON_BODY_HELP = "Print the JSON body of the HTTP API instead of text."

SEARCH_LISTS = ("kernel_sizes", "strides", "dilations")


class Number(click.ParamType[object, object]):
    """An integer; other text is passed on and refused by the validation of its field."""

    name = "integer"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """The integer, or the unchanged text."""
        return parse_number(str(value))


class Numbers(click.ParamType[object, object]):
    """One integer, or several separated by x or comma: 96, 218x178, 2,3."""

    name = "integers"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """An integer, or a list of them."""
        parts = [parse_number(part) for part in re.split("[x×,]", str(value))]
        return parts if len(parts) > 1 else parts[0]


def parse_number(text: str) -> object:
    """The integer that a text represents, or the unchanged text.

    >>> parse_number("64"), parse_number("64.0")
    (64, '64.0')
    """
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,40}", text.strip()) else text


def parse_json_text(text: str) -> object:
    """The value of a JSON text.

    Raises:
        InvalidRequest: if the text is not valid JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        wrong = FieldError(pointer="", code="malformed_json", detail=f"invalid JSON: {error}")
        raise InvalidRequest([wrong]) from error


def width_options(latent_dim_help: str) -> Callable[[Command], Command]:
    """Options for the latent vector, the channels and the widths."""
    help_texts = {
        "latent_dim": latent_dim_help,
        "channels": "Channels of the picture. Default: 3.",
        "base_channels": "Channels next to the picture."
        " Default: 64, or as many as the budget allows.",
        "max_channels": "Maximum channels of hidden layers. Default: 512.",
    }

    def add_options(command: Command) -> Command:
        for name, help_text in reversed(help_texts.items()):
            option = f"--{name.replace('_', '-')}"
            command = click.option(option, name, type=Number(), help=help_text)(command)
        return command

    return add_options


def family_options(command: Command) -> Command:
    """Options for network families other than DCGAN."""
    options = [
        click.option(
            "--initial-map",
            type=Numbers(),
            help="Channels and size of an input map that replaces the latent vector: 512x4x4.",
        ),
        click.option(
            "--upsampling", help="Upsampling: transposed, resize or subpixel. Default: transposed."
        ),
        click.option(
            "--normalization",
            help="Normalization: batch, instance, layer, group or none. Default: batch.",
        ),
        click.option(
            "--output-activation",
            help="Generator's last activation: tanh, sigmoid or none. Default: tanh.",
        ),
        click.option(
            "--classes", type=Number(), help="Number of classes, for class-conditional networks."
        ),
        click.option(
            "--encoder", is_flag=True, help="Add an encoder, the mirror of the generator."
        ),
        click.option("--no-discriminator", is_flag=True, help="Leave out the discriminator."),
        click.option(
            "--discriminator-normalization",
            help="batch, instance, layer, group, spectral or none. Default: batch.",
        ),
        click.option(
            "--discriminator-output",
            help="Output of the discriminator: probability, logit or critic. Default: probability.",
        ),
        click.option(
            "--patch", type=Number(), help="Receptive field of a patch discriminator, in pixels."
        ),
        click.option(
            "--discriminator-base-channels",
            type=Number(),
            help="Discriminator's channels next to the picture. Default: as the generator.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def family_options_document(given: dict[str, object]) -> JsonObject:
    """The fields of the brief for the options of a family; omitted options are left out."""
    names = ("upsampling", "normalization", "output_activation", "classes")
    document = {name: given[name] for name in names if given.get(name) is not None}
    if given.get("encoder"):
        document["encoder"] = True
    if isinstance(numbers := given.get("initial_map"), list):
        document["initial_map"] = {"channels": numbers[0], "size": numbers[1:]}
    elif numbers is not None:
        document["initial_map"] = {"channels": numbers}
    style = {
        name: given[option]
        for name, option in _DISCRIMINATOR_OPTIONS.items()
        if given.get(option) is not None
    }
    if given.get("no_discriminator") and style:
        raise click.UsageError("--no-discriminator contradicts the options of the discriminator")
    if given.get("no_discriminator") or style:
        document["discriminator"] = style or None
    return document


_DISCRIMINATOR_OPTIONS = {
    "normalization": "discriminator_normalization",
    "output": "discriminator_output",
    "patch": "patch",
    "base_channels": "discriminator_base_channels",
}


def search_options(command: Command) -> Command:
    """Options for the search space and the budget."""
    options = [
        click.option(
            "--kernel-sizes", type=Numbers(), help="Kernel sizes to search, such as 3,4,5."
        ),
        click.option("--strides", type=Numbers(), help="Strides to search, such as 2,3."),
        click.option("--dilations", type=Numbers(), help="Dilations to search. Default: 1."),
        click.option("--no-output-padding", is_flag=True, help="Use only output_padding 0."),
        click.option(
            "--exact", help="Exact steps (offset 0): prefer, require or any. Default: prefer."
        ),
        click.option(
            "--overlap",
            help="Even overlap of kernels: prefer, even (require) or any. Default: prefer.",
        ),
        click.option(
            "--initial-size", type=Numbers(), help="Size of the initial map, such as 4 or 7x5."
        ),
        click.option("--max-layers", type=Number(), help="Maximum number of layers. Default: 16."),
        click.option(
            "--anisotropic",
            is_flag=True,
            help="Allow a different kernel size and stride for each axis.",
        ),
        click.option(
            "--max-parameters", type=Number(), help="Maximum parameters of the generator."
        ),
        click.option(
            "--max-multiply-adds", type=Number(), help="Maximum multiply-adds of the generator."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def search_options_document(given: dict[str, object]) -> JsonObject:
    """The ``search`` object of the options; omitted options are left out."""
    names = ("exact", "overlap", "initial_size", "max_layers")
    document = {name: given[name] for name in names if given.get(name) is not None}
    for name in SEARCH_LISTS:
        if (value := given.get(name)) is not None:
            document[name] = value if isinstance(value, list) else [value]
    if given.get("no_output_padding"):
        document["output_padding"] = False
    if given.get("anisotropic"):
        document["anisotropic"] = True
    return document


def budget_options_document(given: dict[str, object]) -> JsonObject | None:
    """The ``budget`` object of the options, or None."""
    budget = {"parameters": given["max_parameters"], "multiply_adds": given["max_multiply_adds"]}
    return None if set(budget.values()) == {None} else budget


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
