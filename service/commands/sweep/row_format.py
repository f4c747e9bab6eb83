"""Rows of a sweep as lines: JSON, or CSV for a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import click

NETWORKS = ("generator", "discriminator", "encoder")
COSTS = ("parameters", "multiply_adds", "activation_bytes")

COLUMNS = (
    "index",
    "id",
    "resolution",
    "latent_dim",
    "sizes",
    "departure",
    "count",
    *(f"{network}_{cost}" for network in NETWORKS for cost in COSTS),
    "source_sha256",
    "verdict",
    "problem_code",
    "problem_detail",
)
"""The columns of CSV: a row's members, with those of its objects laid out flat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How rows are written: a first line, where there is one, and a line for each row's JSON."""

    head: str | None
    line: Callable[[str], str]


def csv_line(row: str) -> str:
    r"""A row as a line of CSV; a size is joined by x, the sizes of a chain by blanks.

    >>> csv_line('{"index": 3, "resolution": [28, 28], "problem": {"code": "no_chain"}}')
    '3,,28x28,,,,,,,,,,,,,,,,no_chain,'
    """
    return _joined(_cells(json.loads(row)))


def choose_form(*, as_json: bool, output: Path | None) -> Form:
    """JSON lines where they are asked for or the file's name says so, else CSV."""
    ending = output.suffix.lower() if output is not None else None
    if ending not in (None, ".csv", ".jsonl") and not as_json:
        raise click.UsageError(f"{output} must end in .csv or .jsonl, which says what it will hold")
    if ending == ".csv" and as_json:
        raise click.UsageError(f"--json contradicts the name {output}")
    return JSON_LINES if as_json or ending == ".jsonl" else CSV


def _cells(row: dict[str, Any]) -> list[object]:
    flat = {
        **row,
        "resolution": _size(row["resolution"]),
        "sizes": " ".join(_size(size) for size in row.get("sizes") or ()),
        **{
            f"{network}_{cost}": (row.get(network) or {}).get(cost)
            for network in NETWORKS
            for cost in COSTS
        },
        **{f"problem_{name}": value for name, value in (row.get("problem") or {}).items()},
    }
    return [flat.get(name) for name in COLUMNS]


def _size(size: object) -> str:
    return "x".join(map(str, size)) if isinstance(size, list) else str(size)


def _joined(cells: list[object]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


JSON_LINES = Form(head=None, line=str)
CSV = Form(head=_joined(list(COLUMNS)), line=csv_line)
