"""Whether this web process can serve: what each of its parts says of itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, cast

from flask import current_app

from service.observability.timeouts import PATIENCE_S, Asker
from service.problems.problem_document import ProblemError

logger = logging.getLogger("gan_designer.readiness")

OK, DEGRADED, UNREADY = "ok", "degraded", "unready"
STATES = (OK, DEGRADED, UNREADY)

Probe = Callable[[], dict[str, Any]]
"""Gives a part's ``state``, one of the three, and whatever else an operator wants to know."""


class Readiness:
    """The parts that are asked, by name, and whether the process is about to end.

    >>> Readiness(cache=lambda: {"state": "degraded", "reason": "Redis is away"}).document()["status"]
    'degraded'
    """

    def __init__(self, **parts: Probe) -> None:
        self.parts = parts
        self._asker: Asker[dict[str, Any]] = Asker()
        self.stopping = threading.Event()

    def document(self) -> dict[str, Any]:
        """Every part's word, and the worst of them; a degraded service serves.

        Raises:
            ProblemError: not_ready, where a part cannot serve or the process is about to end.
        """
        parts = self._ask()
        worst = max((part["state"] for part in parts.values()), key=STATES.index, default=OK)
        if self.stopping.is_set():
            raise ProblemError("not_ready", "the web process is about to end", parts=parts)
        if worst == UNREADY:
            failing = ", ".join(name for name in parts if parts[name]["state"] == UNREADY)
            raise ProblemError("not_ready", f"cannot serve yet: {failing}", parts=parts)
        return {"status": worst, "parts": parts}

    def _ask(self) -> dict[str, dict[str, Any]]:
        """Every part's word; one that hangs is degraded."""
        asked = self._asker.ask(self.parts)
        wait(asked.values(), timeout=PATIENCE_S)
        return {name: _word(name, word) for name, word in asked.items()}


def _word(name: str, asked: Future[dict[str, Any]]) -> dict[str, Any]:
    """What a part says; one that hangs or fails is degraded, and why it failed is logged alone."""
    if not asked.done():
        return {"state": DEGRADED, "reason": f"no answer within {PATIENCE_S:g} s"}
    if (error := asked.exception()) is not None:
        logger.error("part %s cannot say how it stands", name, exc_info=error)
        return {"state": DEGRADED, "reason": "it cannot say how it stands"}
    return asked.result()


def readiness() -> Readiness:
    """The readiness of the application that answers."""
    return cast(Readiness, current_app.extensions["readiness"])
