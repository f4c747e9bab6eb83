"""The lines of a text in frames and tracebacks."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from types import FrameType, TracebackType

MAX_FRAMES = 400
"""Maximum number of frames that are searched for one of the text."""

MAX_CALLERS = 8
"""Maximum number of lines that lead to a call."""


Span = tuple[int, int, int, int]
"""First line, last line, first column and end column of an expression; columns count bytes from 0."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of a file of the text, counted from 1, and the expression that is evaluated there."""

    file: str
    line: int
    span: Span | None = None


def calling_places(files: Collection[str], *, skip_self: object = None) -> tuple[TextLine, ...]:
    """The lines of the text that are being run, innermost first; none outside the text.

    Frames of methods of ``skip_self`` do not count: a module's own constructor is not where it is
    made.
    """
    frame: FrameType | None = sys._getframe(1)
    found: list[TextLine] = []
    for _ in range(MAX_FRAMES):
        if frame is None or len(found) == MAX_CALLERS:
            break
        if frame.f_code.co_filename in files and not _is_method_of(frame, skip_self):
            found.append(TextLine(frame.f_code.co_filename, frame.f_lineno, _span(frame)))
        frame = frame.f_back
    return tuple(found)


def _span(frame: FrameType) -> Span | None:
    """The expression that a frame is evaluating."""
    at = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), ())
    return tuple(at) if len(at) == 4 and None not in at else None  # type: ignore[return-value]


def _is_method_of(frame: FrameType, owner: object) -> bool:
    if owner is None or not frame.f_code.co_argcount:
        return False
    return frame.f_locals.get(frame.f_code.co_varnames[0]) is owner


def raising_place(error: BaseException, files: Collection[str]) -> TextLine | None:
    """The innermost line of the text in the traceback of an exception.

    A syntax error is at the line that it names.
    """
    if isinstance(error, SyntaxError) and error.filename in files and error.lineno:
        return TextLine(str(error.filename), error.lineno)
    found = None
    for traceback in traceback_steps(error):
        file = traceback.tb_frame.f_code.co_filename
        if file in files:
            found = TextLine(file, traceback.tb_lineno)
    return found


def traceback_steps(error: BaseException) -> Iterator[TracebackType]:
    """The steps of a traceback, outermost first."""
    step = error.__traceback__
    while step is not None:
        yield step
        step = step.tb_next
