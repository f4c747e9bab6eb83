"""Exit statuses of all commands, as ``gan-designer --help`` documents them."""

from __future__ import annotations

import os
import signal
from enum import IntEnum


class ExitStatus(IntEnum):
    """What a command reports to the shell."""

    DONE = 0
    NEGATIVE_RESULT = 1
    """Refuted, or the result misses the request."""
    INVALID_INPUT = 2
    NOT_RUN = 3
    INTERRUPTED = 130
    """128 and the number of SIGINT, as shells report it."""


VERDICT_STATUS = {
    "verified": ExitStatus.DONE,
    "refuted": ExitStatus.NEGATIVE_RESULT,
    "not_run": ExitStatus.NOT_RUN,
}
"""Exit status by the verdict of a receipt."""


def end_on_sigterm() -> None:
    """From now on, SIGTERM ends this process at once, successfully: it has not begun to serve."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(ExitStatus.DONE))
