"""Whether this web process can serve: what each of its parts says of itself."""

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
"""Gives a part's ``state``, one of the three, and whatever else an operator wants to know."""


class Readiness:
    """The parts that are asked, by name, and whether the process is about to end.

    >>> Readiness(cache=lambda: {"state": "degraded", "reason": "Redis is away"}).document()["status"]
    'degraded'
    """

    def __init__(self, **parts: Probe) -> None:
        self.parts = parts
        self._background_calls: BackgroundCalls[dict[str, Any]] = BackgroundCalls()
        self.stopping = threading.Event()

    def document(self) -> dict[str, Any]:
        """Every part's word, and the worst of them; a degraded service serves.

        Raises:
            ProblemError: not_ready, where a part cannot serve or the process is about to end.
        """
        parts = self._call_parts()
        worst = max(
            (part["state"] for part in parts.values()), key=READINESS_STATES.index, default=OK
        )
        if self.stopping.is_set():
            raise ProblemError("not_ready", "the web process is about to end", parts=parts)
        if worst == UNREADY:
            failing = ", ".join(name for name in parts if parts[name]["state"] == UNREADY)
            raise ProblemError("not_ready", f"cannot serve yet: {failing}", parts=parts)
        return {"status": worst, "parts": parts}

    def _call_parts(self) -> dict[str, dict[str, Any]]:
        """Every part's word; one that hangs is degraded."""
        futures = self._background_calls.submit(self.parts)
        wait(futures.values(), timeout=PARTS_TIMEOUT_S)
        return {name: _part_state(name, future) for name, future in futures.items()}


def _part_state(name: str, future: Future[dict[str, Any]]) -> dict[str, Any]:
    """What a part says; one that hangs or fails is degraded, and why it failed is logged alone."""
    if not future.done():
        return {"state": DEGRADED, "reason": f"no answer within {PARTS_TIMEOUT_S:g} s"}
    if (error := future.exception()) is not None:
        logger.error("part %s cannot say how it stands", name, exc_info=error)
        return {"state": DEGRADED, "reason": "it cannot say how it stands"}
    return future.result()


def current_readiness() -> Readiness:
    """The readiness of the application that answers."""
    return cast(Readiness, current_app.extensions["readiness"])
