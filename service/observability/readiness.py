"""Readiness of this web process, from the state of each of its parts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, cast

from flask import current_app

from service.observability.timeouts import PARTS_TIMEOUT_S, BackgroundCalls
from service.problems.problem_document import ProblemError

logger = logging.getLogger("gan_designer.readiness")

OK, DEGRADED, UNREADY = "ok", "degraded", "unready"
READINESS_STATES = (OK, DEGRADED, UNREADY)

Probe = Callable[[], dict[str, Any]]
"""Returns the ``state`` of a part, one of the three, and further fields for operators."""


class Readiness:
    """Probes of the parts by name, and whether the process is stopping.

    >>> Readiness(cache=lambda: {"state": "degraded", "reason": "Redis is down"}).document()["status"]
    'degraded'
    """

    def __init__(self, **parts: Probe) -> None:
        self.parts = parts
        self._background_calls: BackgroundCalls[dict[str, Any]] = BackgroundCalls()
        self.stopping = threading.Event()

    def document(self) -> dict[str, Any]:
        """The state of every part, and the worst of them; a degraded service still serves.

        Raises:
            ProblemError: not_ready, if a part is unready or the process is stopping.
        """
        parts = self._call_parts()
        worst = max(
            (part["state"] for part in parts.values()), key=READINESS_STATES.index, default=OK
        )
        if self.stopping.is_set():
            raise ProblemError("not_ready", "the web process is stopping", parts=parts)
        if worst == UNREADY:
            failing = ", ".join(name for name in parts if parts[name]["state"] == UNREADY)
            raise ProblemError("not_ready", f"not ready: {failing}", parts=parts)
        return {"status": worst, "parts": parts}

    def _call_parts(self) -> dict[str, dict[str, Any]]:
        """State of every part; a part that does not respond is degraded."""
        futures = self._background_calls.submit(self.parts)
        wait(futures.values(), timeout=PARTS_TIMEOUT_S)
        return {name: _part_state(name, future) for name, future in futures.items()}


def _part_state(name: str, future: Future[dict[str, Any]]) -> dict[str, Any]:
    """State of a part; degraded if its probe hangs or fails, with the error only in the log."""
    if not future.done():
        return {"state": DEGRADED, "reason": f"no response within {PARTS_TIMEOUT_S:g} s"}
    if (error := future.exception()) is not None:
        logger.error("probe of part %s failed", name, exc_info=error)
        return {"state": DEGRADED, "reason": "its probe failed"}
    return future.result()


def current_readiness() -> Readiness:
    """The readiness of the current application."""
    return cast(Readiness, current_app.extensions["readiness"])
