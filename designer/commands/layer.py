"""``gan-designer layer``: forms and pictures of one layer, and windows between two sizes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from designer.commands.brief_options import field_options, field_options_document
from designer.commands.exit_status import ExitStatus
from designer.commands.options import (
    JSON_BODY_HELP,
    Numbers,
    output_options,
    write_output,
)
from designer.geometry.layers import format_size
from designer.layer import (
    LAYER,
    QUESTION,
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
from designer.validation.json_text import document_text

_HELP = """Analyze a {}.

INPUT_SIZE is the size of its input, such as 64 or 218x178.

Exit status: 0 on success, 1 if a proof fails, 2 if the input is invalid, 3 if torch could not run.
"""


@click.group("layer")
def layer_command() -> None:
    """Analyze one convolution or transposed convolution."""


def _add_command(name: str, kind: str, op: Op, *, hidden: str = "") -> None:
    """Add the command of an op; the reader refuses its ``hidden`` option with the reason."""

    @layer_command.command(name, help=_HELP.format(kind))
    @click.argument("input_size", type=Numbers())
    @field_options(
        (row for row in LAYER if row.name not in ("input_size", "include")), hidden=hidden
    )
    @click.option(
        "--include", help=f"Forms to include, separated by commas: {', '.join(LayerForm)}."
    )
    @click.option("--draw", help=f"Print this picture as SVG instead: {', '.join(LayerView)}.")
    @click.option("--animate", is_flag=True, help="Animate the picture of --draw layer.")
    @output_options(JSON_BODY_HELP)
    @click.pass_context
    def command(ctx: click.Context, /, as_json: bool, output: Path | None, **given: object) -> None:
        document = field_options_document(LAYER, {**given, "include": None})
        if given["draw"] is not None:
            drawing = {"view": given["draw"], "animate": given["animate"]}
            write_output(draw_picture(read_draw_request(document | drawing, op)), output)
            return
        if given["include"] is not None:
            document["include"] = str(given["include"]).split(",")
        answer = answer_layer(read_layer_request(document, op))
        write_output(document_text(answer) if as_json else "\n".join(_layer_lines(answer)), output)
        proof = answer["proof"]
        failed = isinstance(proof, dict) and not proof["passed"]
        ctx.exit(ExitStatus.NEGATIVE_RESULT if failed else ExitStatus.DONE)


_add_command("conv", "convolution", Op.CONV, hidden="output_padding")
_add_command("conv-transpose", "transposed convolution", Op.CONV_TRANSPOSE)


@layer_command.command("solve")
@click.argument("input_size", type=Numbers())
@click.argument("output_size", type=Numbers())
@click.option(
    "--op",
    default="conv_transpose",
    help="Kind of layer: conv or conv_transpose. Default: conv_transpose.",
)
@field_options(
    row for row in QUESTION if row.name in ("kernel_size", "stride", "dilation", "dimensions")
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
    answer = answer_question(read_solve_request(field_options_document(QUESTION, given)))
    write_output(document_text(answer) if as_json else "\n".join(_solution_lines(answer)), output)
    ctx.exit(ExitStatus.NEGATIVE_RESULT if answer["why_not"] else ExitStatus.DONE)


def _layer_lines(answer: Mapping[str, object]) -> list[str]:
    """The answer as text: arithmetic per axis, properties, inverse and requested forms."""
    inverse = answer["inverse"]
    transposed = Op(str(answer["op"])).layer_class.transposed
    untouched = "output positions without contributions" if transposed else "unread positions"
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
