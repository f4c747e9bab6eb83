"""Waits for a condition instead of a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMEOUT_S = 240
"""Time limit of a condition, long enough for a busy machine."""


def wait_until(condition: Callable[[], bool], *, what: str) -> None:
    """Return once the condition holds."""
    end = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < end, f"waited {TIMEOUT_S} s for {what}"
        time.sleep(0.05)
