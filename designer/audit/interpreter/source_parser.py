"""Parser of a source, with limits; errors name the line."""

from __future__ import annotations

import ast
import warnings
from typing import NoReturn

from designer.errors import InvalidRequest
from designer.limits import MAX_AUDIT_SOURCE
from designer.reasons import Reason, make_reason
from designer.source.syntax_tree import parse_python
from designer.validation.field_validators import field_error

POINTER = "/source"

MAX_NESTING = 60
"""Maximum nesting depth of brackets."""


class SourceRefused(InvalidRequest):
    """A source that cannot be followed; ``line`` counts from 1."""

    def __init__(
        self, line: int, reason: Reason, *, code: str = "cannot_follow", **facts: object
    ) -> None:
        words = {"reason": reason}
        super().__init__(
            [field_error(POINTER, code, words, sentence="at_line", line=line, **facts)]
        )
        self.line = line
        self.reason = reason


class SourceTooLong(SourceRefused):
    """A source that exceeds a limit; never skipped, unlike other refusals.

    ``facts`` holds the limit as ``maximum``, except where Python's own stack is the limit.
    """

    def __init__(self, line: int, sentence: str, **facts: object) -> None:
        super().__init__(line, make_reason(sentence, **facts), code="source_too_large", **facts)


def refuse_line(node: ast.AST, sentence: str, **facts: object) -> NoReturn:
    """Raise SourceRefused with the line of a node."""
    raise SourceRefused(getattr(node, "lineno", 1), make_reason(sentence, **facts))


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
            line, "too_many_characters", characters=len(text), maximum=MAX_AUDIT_SOURCE
        )
    _refuse_nesting(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parse_python(text)
    except SyntaxError as error:
        reason = make_reason("malformed_source", error=error.msg)
        raise SourceRefused(error.lineno or 1, reason, code="malformed_source") from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise SourceTooLong(_longest_line(text), "too_nested_to_parse") from error


def _refuse_nesting(text: str) -> None:
    """Refuse deeply nested brackets; brackets in strings count, too."""
    depth, line = 0, 1
    for character in text:
        if character in "([{":
            depth += 1
            if depth > MAX_NESTING:
                raise SourceTooLong(line, "too_many_brackets", maximum=MAX_NESTING)
        elif character in ")]}":
            depth = max(0, depth - 1)
        elif character == "\n":
            line += 1


def _longest_line(text: str) -> int:
    lines = text.split("\n")
    return max(range(len(lines)), key=lambda index: len(lines[index])) + 1
