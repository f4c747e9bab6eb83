"""``gan-designer layer``: forms and pictures of one layer, and windows between two sizes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from designer.commands.exit_status import ExitStatus
from designer.commands.options import (
    JSON_BODY_HELP,
    Command,
    Number,
    Numbers,
    output_options,
    write_output,
)
from designer.geometry.layers import format_size
from designer.layer import (
    LayerForm,
    LayerView,
    Op,
    answer_layer,
    answer_question,
    draw_picture,
    read_draw_request,
    read_layer_request,
    read_solve_request,
)
from designer.pipeline.design_json import document_text
from designer.validation.json_readers import JsonObject

"""Exit status if no window exists, or a proof failed."""


@click.group("layer")
def layer_command() -> None:
    """Analyze one convolution or transposed convolution."""


def _window_options(op: Op) -> Callable[[Command], Command]:
    """Options for the arguments of a torch layer, with the defaults of torch.

    A convolution has no output padding: its option is hidden, and refused with the reason.
    """
    help_texts = {
        "kernel_size": "Kernel size, such as 4 or 3x5.",
        "stride": "Stride. Default: 1.",
        "padding": "Padding. Default: 0.",
        "dilation": "Dilation. Default: 1.",
        "output_padding": "Output padding. Default: 0.",
        "in_channels": "Number of input channels. Default: 1.",
        "out_channels": "Number of output channels. Default: 1.",
        "groups": "Number of groups. Default: 1.",
        "dimensions": "Number of axes if all sizes are single numbers. Default: 2.",
    }

    def add_options(command: Command) -> Command:
        for name, text in reversed(help_texts.items()):
            kind = Number() if name in ("groups", "dimensions") or "channels" in name else Numbers()
            hidden = name == "output_padding" and op is Op.CONV
            option = f"--{name.replace('_', '-')}"
            command = click.option(option, name, type=kind, help=text, hidden=hidden)(command)
        return command

    return add_options


def _form_options(command: Command) -> Command:
    """Options for forms and pictures."""
    forms = ", ".join(LayerForm)
    views = ", ".join(LayerView)
    for option in (
        click.option("--animate", is_flag=True, help="Animate the picture of --draw layer."),
        click.option("--draw", help=f"Print this picture as SVG instead: {views}."),
        click.option("--include", help=f"Forms to include, separated by commas: {forms}."),
    ):
        command = option(command)
    return command


@layer_command.command("conv")
@click.argument("input_size", type=Numbers())
@_window_options(Op.CONV)
@_form_options
@output_options(JSON_BODY_HELP)
@click.pass_context
def conv_command(
    ctx: click.Context, /, as_json: bool, output: Path | None, **given: object
) -> None:
    """Analyze a convolution.

    INPUT_SIZE is the size of its input, such as 64 or 218x178.

    Exit status: 0 on success, 1 if a proof fails, 2 if the input is invalid, 3 if torch could
    not run.
    """
    _run_layer_command(ctx, Op.CONV, given, as_json=as_json, output=output)


@layer_command.command("conv-transpose")
@click.argument("input_size", type=Numbers())
@_window_options(Op.CONV_TRANSPOSE)
@_form_options
@output_options(JSON_BODY_HELP)
@click.pass_context
def conv_transpose_command(
    ctx: click.Context, /, as_json: bool, output: Path | None, **given: object
) -> None:
    """Analyze a transposed convolution.

    INPUT_SIZE is the size of its input, such as 4 or 7x5.

    Exit status: 0 on success, 1 if a proof fails, 2 if the input is invalid, 3 if torch could
    not run.
    """
    _run_layer_command(ctx, Op.CONV_TRANSPOSE, given, as_json=as_json, output=output)


@layer_command.command("solve")
@click.argument("input_size", type=Numbers())
@click.argument("output_size", type=Numbers())
@click.option(
    "--op",
    default="conv_transpose",
    help="Kind of layer: conv or conv_transpose. Default: conv_transpose.",
)
@click.option("--kernel-size", type=Numbers(), help="Kernel size. Default: sizes up to 6 strides.")
@click.option(
    "--stride",
    type=Numbers(),
    help="Stride. Default: up to the kernel size, or the ratio of the sizes.",
)
@click.option("--dilation", type=Numbers(), help="Dilation. Default: 1.")
@click.option(
    "--dimensions",
    type=Number(),
    help="Number of axes if all sizes are single numbers. Default: 2.",
)
@output_options(JSON_BODY_HELP)
@click.pass_context
def solve_windows_command(
    ctx: click.Context, /, as_json: bool, output: Path | None, **given: object
) -> None:
    """List all windows between two sizes.

    INPUT_SIZE and OUTPUT_SIZE are sizes such as 16 and 32, or 46x62 and 368x489.

    Exit status: 0 if there are windows for every axis, 1 if not, 2 if the input is invalid.
    """
    answer = answer_question(read_solve_request(_drop_unset(given)))
    write_output(document_text(answer) if as_json else "\n".join(_solution_lines(answer)), output)
    ctx.exit(ExitStatus.NEGATIVE_RESULT if answer["why_not"] else ExitStatus.DONE)


def _run_layer_command(
    ctx: click.Context,
    op: Op,
    given: Mapping[str, object],
    *,
    as_json: bool,
    output: Path | None,
) -> None:
    document = _drop_unset(given)
    view, animate = document.pop("draw", None), document.pop("animate")
    if view is not None:
        write_output(
            draw_picture(read_draw_request({**document, "view": view, "animate": animate}, op)),
            output,
        )
        return
    if (include := document.pop("include", None)) is not None:
        document["include"] = str(include).split(",")
    answer = answer_layer(read_layer_request(document, op))
    write_output(document_text(answer) if as_json else "\n".join(_layer_lines(answer)), output)
    proof = answer["proof"]
    failed = isinstance(proof, dict) and not proof["passed"]
    ctx.exit(ExitStatus.NEGATIVE_RESULT if failed else ExitStatus.DONE)


def _drop_unset(given: Mapping[str, object]) -> JsonObject:
    return {name: value for name, value in given.items() if value is not None}


def _layer_lines(answer: Mapping[str, object]) -> list[str]:
    """The answer as text: arithmetic per axis, properties, inverse and requested forms."""
    inverse = answer["inverse"]
    is_conv = answer["op"] == Op.CONV
    untouched = "unread positions" if is_conv else "output positions without contributions"
    lines = [
        f"{_sides(answer['input_size'])} → {_sides(answer['output_size'])}",
        *_texts(answer["arithmetic"]),
        f"exact: {_yes_or_no(answer['exact'])}; even overlap: {_yes_or_no(answer['even_overlap'])};"
        f" {untouched}: {answer['unread']}",
        f"inverse: {_describe_inverse(inverse)}"
        if isinstance(inverse, dict)
        else f"no inverse: {answer['why_no_inverse']}",
    ]
    forms = [str(form) for form in LayerForm if answer[str(form)] is not None]
    for name in forms:
        lines += ["", f"{name}:", json.dumps(answer[name], ensure_ascii=False)]
    return lines


def _describe_inverse(layer: Mapping[str, object]) -> str:
    names = ("kernel_size", "stride", "padding", "dilation", "output_padding")
    fields = ", ".join(f"{name} {_sides(layer[name])}" for name in names)
    unique = "one size" if layer["unique"] else "several sizes"
    return f"{layer['op']}, {fields} ({unique} with this output of the convolution)"


def _solution_lines(answer: Mapping[str, object]) -> list[str]:
    solutions, counts = answer["solutions"], answer["count"]
    sizes = zip(_as_list(answer["input_size"]), _as_list(answer["output_size"]), strict=True)
    lines = []
    for axis, (before, after) in enumerate(sizes):
        found = _as_list(_as_list(solutions)[axis])
        lines.append(f"{before} → {after}: {_as_list(counts)[axis]} windows")
        lines += [f"  {_window(window)}" for window in found]
        if not found:
            lines.append(f"  {_as_list(answer['why_not'])[axis]}")
    return lines


def _window(window: object) -> str:
    assert isinstance(window, dict)
    return ", ".join(f"{name} {value}" for name, value in window.items())


def _as_list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def _texts(value: object) -> list[str]:
    return [str(entry) for entry in _as_list(value)]


def _sides(value: object) -> str:
    return format_size(_as_list(value))


def _yes_or_no(value: object) -> str:
    return "yes" if value else "no"
