"""The notebook of a bundle: the code of its training scripts in short cells, and cells that use it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

_USE = """\
Set {folders} and the options, the same as on the command line; then train.
`parse_options(["--help"])` lists all options. To train again from the start, choose another `--output`."""

_FOLDERS = {1: "the folder of your files", 2: "the folders of your pictures and masks"}

_USE_CELLS = (
    """\
options = parse_options([{folders}, "--steps", "1000"])
train(options)""",
    """\
Image.open(sorted(Path(options.output, "samples").glob("*.png"))[-1])""",
)


def training_notebook(scripts: Sequence[str], *, folders: Sequence[str]) -> str:
    """A notebook with one cell for each definition of the scripts, then the cells that use them.

    The scripts come in the order in which they define what the next one imports.
    """
    cells = []
    for script in scripts:
        first, *definitions = script.rstrip("\n").split("\n\n\n")
        _, docstring, code = first.split('"""', 2)
        code = re.sub(
            r"^from train_data import \(\n.*?^\)\n", "", code, flags=re.DOTALL | re.MULTILINE
        )
        kept = [text for text in definitions if not re.match(r"def main\(|if __name__", text)]
        cells += [_markdown_cell(docstring), *map(_code_cell, [code.strip("\n"), *kept])]
    names = ", ".join(f'"{folder}"' for folder in folders)
    cells += [
        _markdown_cell(_USE.format(folders=_FOLDERS[len(folders)])),
        *(_code_cell(cell.format(folders=names)) for cell in _USE_CELLS),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _markdown_cell(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code_cell(text: str) -> dict[str, Any]:
    source = text.splitlines(keepends=True)
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }
