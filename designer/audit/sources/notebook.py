"""Notebooks as the text of their code cells."""

from __future__ import annotations

import json

_PROMPT, _CONTINUED = ">>> ", "... "

_OTHER_LANGUAGES = frozenset(
    [
        "bash",
        "sh",
        "script",
        "html",
        "javascript",
        "js",
        "latex",
        "markdown",
        "svg",
        "perl",
        "ruby",
        "writefile",
        "file",
        "sql",
        "R",
        "cython",
    ]
)
"""Cell magics of which the cell is not Python."""


def notebook_text(text: str) -> str | None:
    r"""The code cells of a notebook in order; None if the text is no notebook.

    >>> cells = [{"cell_type": "code", "source": ["import torch\n", "x = 1"]}]
    >>> notebook_text(json.dumps({"cells": cells}))
    'import torch\nx = 1'
    >>> notebook_text("import torch") is None
    True
    """
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list):
        return None
    return "\n".join(
        _cell_text(cell)
        for cell in cells
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    )


def session_text(text: str) -> str:
    r"""What was typed in an interactive session, each line in its place; any other text as it is.

    >>> session_text(">>> x = 1\n>>> x\n1")
    'x = 1\nx\n'
    """
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if not first.startswith(_PROMPT):
        return text
    return "\n".join(
        line[len(_PROMPT) :] if line.startswith((_PROMPT, _CONTINUED)) else "" for line in lines
    )


def _cell_text(cell: dict[str, object]) -> str:
    source = cell.get("source")
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    first = text.lstrip().partition("\n")[0].split()
    if first and first[0].startswith("%%") and first[0][2:] in _OTHER_LANGUAGES:
        return "\n" * text.count("\n")
    return text
