"""Tables of a command: boxed on a terminal that is wide enough, else aligned columns; CSV on request."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from io import StringIO
from pathlib import Path
from shutil import get_terminal_size

import click
from rich.box import HEAVY_HEAD
from rich.console import Console
from rich.table import Table

from designer.commands.options import Command

ELLIPSIS = "…"
"""Written where the text of a cell is cut."""


class TableForm(StrEnum):
    """How a table is written."""

    BOXED = "boxed"
    PLAIN = "plain"
    CSV = "csv"


def csv_option(text: str) -> Callable[[Command], Command]:
    """The option ``--csv``; ``text`` says which table it prints."""

    def add(command: Command) -> Command:
        return click.option("--csv", "as_csv", is_flag=True, help=text)(command)

    return add


def choose_form(ctx: click.Context, *, as_csv: bool, output: Path | None) -> TableForm:
    """The form of a command's tables.

    Raises:
        UsageError: for ``--csv`` together with ``--json``.
    """
    if as_csv and ctx.meta.get("json"):
        raise click.UsageError("--csv contradicts --json")
    if as_csv:
        return TableForm.CSV
    on_terminal = output is None and sys.stdout.isatty()
    return TableForm.BOXED if on_terminal else TableForm.PLAIN


def table_text(columns: Sequence[str], rows: Iterable[Sequence[str]], form: TableForm) -> str:
    r"""A table as text.

    >>> table_text(["sizes", "strides"], [["7 → 14", "2"]], TableForm.PLAIN)
    'sizes   strides\n7 → 14  2\n'
    >>> table_text(["sizes", "strides"], [["7 → 14", "2"]], TableForm.CSV)
    'sizes,strides\r\n7 → 14,2\r\n'
    """
    if form is TableForm.CSV:
        text = StringIO()
        csv.writer(text).writerows([columns, *rows])
        return text.getvalue()
    if form is TableForm.BOXED and (boxed := _boxed(columns, rows := [*rows])):
        return boxed
    return _aligned(columns, [[" ".join(cell.split("\n")) for cell in row] for row in rows])


def _boxed(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str | None:
    """A table with frames as wide as the terminal; None if a word or a number would be cut."""
    text = StringIO()
    table = Table(*columns, box=HEAVY_HEAD)
    for row in rows:
        table.add_row(*row)
    width = get_terminal_size().columns
    Console(file=text, width=width, highlight=False, markup=False).print(table)
    cut = text.getvalue().count(ELLIPSIS) > sum(
        cell.count(ELLIPSIS) for row in rows for cell in row
    )
    return None if cut else text.getvalue()


def _aligned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns padded to their longest cell and separated by two spaces; no line is wrapped."""
    lines = [columns, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )
