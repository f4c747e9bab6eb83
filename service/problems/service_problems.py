"""Errors of the service: a fault, or an accident that may be gone the next time."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

RETRY_AFTER_S = 2
"""Seconds after which an accident is worth another try."""

SERVICE_PROBLEMS = [
    ProblemType(
        code="internal_error",
        status=500,
        title="The service has a fault",
        meaning="The request met a fault of the service, not of the caller.",
        repair="Report it with the `X-Request-ID` of the answer.",
    ),
    ProblemType(
        code="accident",
        status=503,
        title="It could not be done now",
        meaning="The request is fine, but it could not be served now.",
        repair="Send it again after the seconds in `Retry-After`.",
        accidental=True,
    ),
    ProblemType(
        code="probe_failed",
        status=503,
        title="The verifying process failed",
        meaning="The process that runs the text crashed, ran out of time or of memory.",
        repair='Send it again after the seconds in `Retry-After`; with "verify": "none" nothing'
        " is run.",
        accidental=True,
    ),
    ProblemType(
        code="not_ready",
        status=503,
        title="Not ready",
        meaning="The web process starts, is about to end, or lacks a part; only `/readyz` says so.",
        repair="Send requests elsewhere until `/readyz` answers 200; `facts.parts` names the part.",
        accidental=True,
    ),
    ProblemType(
        code="overloaded",
        status=503,
        title="Too many requests wait",
        meaning="The queue of the verifying processes is full, or none was free in time.",
        repair="Send it again after the seconds in `Retry-After`.",
        accidental=True,
    ),
]
