"""Published networks and problems, as requests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

DATA = Path(__file__).parents[1] / "data"

ARCHITECTURES: list[Json] = json.loads((DATA / "architectures.json").read_text())
PROBLEMS: list[Json] = json.loads((DATA / "published_problems.json").read_text())
DIAGNOSES = [problem for problem in PROBLEMS if problem["task"] == "diagnose"]


def as_request(layers: list[Json]) -> list[Json]:
    """The published layers without fields that the API does not have."""
    rows = []
    for layer in layers:
        dropped = {"tf_padding", "output_padding" if layer["op"] == "conv" else ""}
        rows.append({name: value for name, value in layer.items() if name not in dropped})
    return rows
