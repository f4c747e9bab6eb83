"""Options that commands share, and the brief they amount to.

Values reach the brief as the caller wrote them, so that the command line refuses what HTTP
refuses, in the same words.
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

SEARCH_LISTS = ("kernel_sizes", "strides", "dilations")


class Number(click.ParamType[object, object]):
    """An integer where the text is one; any other text goes through, to be refused by its field."""

    name = "integer"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """The integer, or the text as it is."""
        return parse_number(str(value))


class Numbers(click.ParamType[object, object]):
    """One integer, or several joined by x or comma: 96, 218x178, 2,3."""

    name = "integers"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """An integer, or a list of them."""
        parts = [parse_number(part) for part in re.split("[x×,]", str(value))]
        return parts if len(parts) > 1 else parts[0]


def parse_number(text: str) -> object:
    """The integer that a text is, or the text.

    >>> parse_number("64"), parse_number("64.0")
    (64, '64.0')
    """
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,40}", text.strip()) else text


def parse_json_text(text: str) -> object:
    """The value that a JSON text is.

    Raises:
        InvalidRequest: where it is none.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        wrong = FieldError(pointer="", code="malformed_json", detail=f"no JSON: {error}")
        raise InvalidRequest([wrong]) from error


def width_options(command: Command) -> Command:
    """``--latent-dim``, ``--channels`` and the widths."""
    for name, help_text in (
        ("max_channels", "Cap of the widths; 512 unless given."),
        (
            "base_channels",
            "Width next to the picture; 64, or the widest in a budget, unless given.",
        ),
        ("channels", "Channels of the picture; 3 unless given."),
        ("latent_dim", "Length of the latent vector."),
    ):
        command = click.option(f"--{name.replace('_', '-')}", name, type=Number(), help=help_text)(
            command
        )
    return command


def family_options(command: Command) -> Command:
    """What makes another family of networks than DCGAN's."""
    options = [
        click.option(
            "--initial-map",
            type=Numbers(),
            help="Start from a map instead of a latent vector: channels and size, 512x4x4.",
        ),
        click.option("--upsampling", help="transposed, resize or subpixel."),
        click.option("--normalization", help="batch, instance, layer, group or none."),
        click.option("--output-activation", help="tanh, sigmoid or none: what ends the generator."),
        click.option("--classes", type=Number(), help="Number of classes, for labels."),
        click.option("--encoder", is_flag=True, help="Mirror the generator in an encoder, too."),
        click.option("--no-discriminator", is_flag=True, help="Make no discriminator."),
        click.option(
            "--discriminator-normalization", help="batch, instance, layer, group, spectral, none."
        ),
        click.option("--discriminator-output", help="probability, logit or critic."),
        click.option("--patch", type=Number(), help="Receptive field of one answer in pixels."),
        click.option(
            "--discriminator-base-channels", type=Number(), help="The discriminator's own width."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def family_options_document(given: dict[str, object]) -> JsonObject:
    """The brief's fields that the family's options amount to; what was not given is left out."""
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
        raise click.UsageError("--no-discriminator contradicts what is asked of the discriminator")
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
    """The search space and the budget."""
    options = [
        click.option("--kernel-sizes", type=Numbers(), help="Kernel sizes to try: 3,4,5."),
        click.option("--strides", type=Numbers(), help="Strides to try: 2,3."),
        click.option("--dilations", type=Numbers(), help="Dilations to try."),
        click.option("--no-output-padding", is_flag=True, help="Keep output_padding 0."),
        click.option("--exact", help="prefer, require or any: the offset c of every layer."),
        click.option("--overlap", help="prefer, even or any: how kernels overlap."),
        click.option("--initial-size", type=Numbers(), help="Size of the initial map: 4 or 7x5."),
        click.option("--max-layers", type=Number(), help="Longest chain; 16 unless given."),
        click.option("--anisotropic", is_flag=True, help="A kernel and a stride for each axis."),
        click.option("--max-parameters", type=Number(), help="Budget of the generator."),
        click.option("--max-multiply-adds", type=Number(), help="Budget of the generator."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def search_options_document(given: dict[str, object]) -> JsonObject:
    """The ``search`` object that the options amount to; what was not given is left out."""
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
    """The ``budget`` object that the options amount to, or None."""
    budget = {"parameters": given["max_parameters"], "multiply_adds": given["max_multiply_adds"]}
    return None if set(budget.values()) == {None} else budget


def output_options(command: Command) -> Command:
    """``--json`` and ``--output``."""
    command = click.option(
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=_refuse_missing_folder,
        help="Write there instead of to stdout.",
    )(command)
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        callback=_remember_json,
        help="Print the HTTP answer's body, and nothing else, to stdout.",
    )(command)


def _refuse_missing_folder(
    _: click.Context, __: click.Parameter, value: Path | None
) -> Path | None:
    """Refuse a file in no folder now, rather than after the work is done."""
    if value is not None and not value.parent.is_dir():
        raise click.BadParameter(f"there is no folder {value.parent}")
    return value


def _remember_json(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
    ctx.meta["json"] = value
    return value


def write_output(text: str, output: Path | None) -> None:
    """Write a command's result to stdout or to the file that the caller named."""
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
