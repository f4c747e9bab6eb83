"""Parser of Python source, for one thread at a time."""

from __future__ import annotations

import ast
import threading

_LOCK = threading.Lock()
"""CPython counts the depth of the tree it builds per interpreter, not per thread: if another thread
runs meanwhile (in a finalizer, say), parsing ends in a SystemError."""


def parse_python(text: str) -> ast.Module:
    """The syntax tree of a text.

    >>> len(parse_python("import torch").body)
    1

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as ``ast.parse``.
    """
    with _LOCK:
        return ast.parse(text)
