"""Output formats of a sweep's rows: JSON lines, or CSV for a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import click

NETWORK_ROLES = ("generator", "discriminator", "encoder")
COSTS = ("parameters", "multiply_adds", "activation_bytes")

CSV_COLUMNS = (
    "index",
    "id",
    "resolution",
    "latent_dim",
    "sizes",
    "departure",
    "count",
    *(f"{network}_{cost}" for network in NETWORK_ROLES for cost in COSTS),
    "source_sha256",
    "verdict",
    "problem_code",
    "problem_detail",
)
"""The columns of CSV: a row's fields, with nested objects flattened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFormat:
    """An output format: an optional header, and a function from a row's JSON to its line."""

    header: str | None
    format_line: Callable[[str], str]


def csv_line(row: str) -> str:
    r"""A row as a line of CSV; sizes are joined by x, the sizes of a chain by spaces.

    >>> csv_line('{"index": 3, "resolution": [28, 28], "problem": {"code": "no_chain"}}')
    '3,,28x28,,,,,,,,,,,,,,,,no_chain,'
    """
    return _csv_text(_cells(json.loads(row)))


def choose_row_format(*, as_json: bool, output: Path | None) -> RowFormat:
    """JSON lines if requested or if the file's name ends in .jsonl, else CSV."""
    suffix = output.suffix.lower() if output is not None else None
    if suffix not in (None, ".csv", ".jsonl") and not as_json:
        raise click.UsageError(f"{output} must end in .csv or .jsonl, which selects the format")
    if suffix == ".csv" and as_json:
        raise click.UsageError(f"--json contradicts the file name {output}")
    return JSON_LINES_FORMAT if as_json or suffix == ".jsonl" else CSV_FORMAT


def _cells(row: dict[str, Any]) -> list[object]:
    flat = {
        **row,
        "resolution": _size(row["resolution"]),
        "sizes": " ".join(_size(size) for size in row.get("sizes") or ()),
        **{
            f"{network}_{cost}": (row.get(network) or {}).get(cost)
            for network in NETWORK_ROLES
            for cost in COSTS
        },
        **{f"problem_{name}": value for name, value in (row.get("problem") or {}).items()},
    }
    return [flat.get(name) for name in CSV_COLUMNS]


def _size(size: object) -> str:
    return "x".join(map(str, size)) if isinstance(size, list) else str(size or "")


def _csv_text(cells: list[object]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


JSON_LINES_FORMAT = RowFormat(header=None, format_line=str)
CSV_FORMAT = RowFormat(header=_csv_text(list(CSV_COLUMNS)), format_line=csv_line)
