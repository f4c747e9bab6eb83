"""Parser of a source, with limits; errors name the line."""

from __future__ import annotations

import ast
import warnings
from typing import NoReturn

from designer.errors import FieldError, InvalidRequest
from designer.limits import MAX_AUDIT_SOURCE
from designer.source.syntax_tree import parse_python

POINTER = "/source"

MAX_NESTING = 60
"""Maximum nesting depth of brackets."""


class SourceRefused(InvalidRequest):
    """A source that cannot be followed; ``line`` counts from 1."""

    def __init__(
        self, line: int, detail: str, *, code: str = "cannot_follow", **facts: object
    ) -> None:
        super().__init__(
            [
                FieldError(
                    pointer=POINTER,
                    code=code,
                    detail=f"line {line}: {detail}",
                    facts={"line": line, **facts},
                )
            ]
        )
        self.line = line
        self.detail = detail


class SourceTooLong(SourceRefused):
    """A source that exceeds a limit; never skipped, unlike other refusals.

    ``facts`` holds the limit as ``maximum``, except where Python's own stack is the limit.
    """

    def __init__(self, line: int, detail: str, **facts: object) -> None:
        super().__init__(line, detail, code="source_too_large", **facts)


def refuse_line(node: ast.AST, detail: str) -> NoReturn:
    """Raise SourceRefused with the line of a node."""
    raise SourceRefused(getattr(node, "lineno", 1), detail)


def parse_source(text: str) -> ast.Module:
    """The syntax tree of a text.

    >>> len(parse_source("import torch").body)
    1

    Raises:
        SourceRefused: if the text is too long, nested too deeply, or not Python.
    """
    if len(text) > MAX_AUDIT_SOURCE:
        line = text.count("\n", 0, MAX_AUDIT_SOURCE) + 1
        raise SourceTooLong(
            line,
            f"a source has at most {MAX_AUDIT_SOURCE} characters, this one has {len(text)}",
            characters=len(text),
            maximum=MAX_AUDIT_SOURCE,
        )
    _refuse_nesting(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parse_python(text)
    except SyntaxError as error:
        raise SourceRefused(
            error.lineno or 1, f"this is not valid Python: {error.msg}", code="malformed_source"
        ) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise SourceTooLong(_longest_line(text), "nested too deeply to be parsed") from error


def _refuse_nesting(text: str) -> None:
    """Refuse deeply nested brackets; brackets in strings count, too."""
    depth, line = 0, 1
    for character in text:
        if character in "([{":
            depth += 1
            if depth > MAX_NESTING:
                detail = f"nested deeper than {MAX_NESTING} brackets"
                raise SourceTooLong(line, detail, maximum=MAX_NESTING)
        elif character in ")]}":
            depth = max(0, depth - 1)
        elif character == "\n":
            line += 1


def _longest_line(text: str) -> int:
    lines = text.split("\n")
    return max(range(len(lines)), key=lambda index: len(lines[index])) + 1
