"""Sources as posted in forums, rewritten: the input shape, and the lines of both methods."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FORUM_SOURCES: dict[str, Json] = {
    each["name"]: each
    for each in json.loads(
        (Path(__file__).parents[2] / "data" / "forum_sources.json").read_text(encoding="utf-8")
    )
}


def source_text(source: Json) -> str:
    """The source of the class."""
    lines = ["class Net(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        {line}" for line in source["made"]] + ["", "    def forward(self, x):"]
    return "\n".join([*lines, *(f"        {line}" for line in source["done"]), ""])
