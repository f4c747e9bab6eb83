"""Coding styles of networks, one source each under tests/data/styles.

The first line of a source has the input and output shape of one sample; the rest defines a class or
a module.
"""

from __future__ import annotations

import json
from pathlib import Path

IMPORTS = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def read_style(path: Path) -> tuple[list[int], list[int], str]:
    """Input shape, output shape, text."""
    first, _, text = path.read_text().partition("\n")
    before, after = (json.loads(shape) for shape in first.removeprefix("# ").split(" -> "))
    return before, after, text


STYLES = {
    path.stem.replace("-", " "): read_style(path)
    for path in sorted((Path(__file__).parents[2] / "data" / "styles").glob("*.txt"))
}
