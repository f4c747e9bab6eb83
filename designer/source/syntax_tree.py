"""Python text to its tree, one thread at a time."""

from __future__ import annotations

import ast
import threading

_LOCK = threading.Lock()
"""CPython counts the depth of the tree it builds per interpreter, not per thread: where another
thread gets its turn meanwhile (a finaliser runs, say), it ends in a SystemError."""


def parse_python(text: str) -> ast.Module:
    """The tree of a text.

    >>> len(parse_python("import torch").body)
    1

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as ``ast.parse``.
    """
    with _LOCK:
        return ast.parse(text)
