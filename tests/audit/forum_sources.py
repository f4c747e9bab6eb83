"""Sources as posted in forums, rewritten: the input shape, and the lines of both methods.

Those with ``refused`` are refused with that text. In those with ``behind`` the first layer fails and
the code after it depends on its sizes. All others are read as torch runs them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_ALL: list[Json] = json.loads(
    (Path(__file__).parents[1] / "data" / "forum_sources.json").read_text(encoding="utf-8")
)
FOLLOWED: dict[str, Json] = {each["name"]: each for each in _ALL if "refused" not in each}
BEHIND: dict[str, Json] = {each["name"]: each for each in _ALL if "behind" in each}
REFUSED: dict[str, Json] = {each["name"]: each for each in _ALL if "refused" in each}


def source_text(source: Json) -> str:
    """The source of the class."""
    lines = ["class Net(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        {line}" for line in source["made"]] + ["", "    def forward(self, x):"]
    return "\n".join([*lines, *(f"        {line}" for line in source["done"]), ""])
