"""Faults of the service, and accidents that a later request may not meet."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

RETRY_AFTER_S = 2
"""Seconds after which a client may retry a request that met an accident."""

SERVICE_PROBLEMS = [
    ProblemType(
        code="internal_error",
        status=500,
        title="Internal error",
        meaning="The service failed; the request is not the cause.",
        repair="Report it with the `X-Request-ID` of the response.",
    ),
    ProblemType(
        code="accident",
        status=503,
        title="Temporarily unavailable",
        meaning="The request is valid, but the service could not serve it now.",
        repair="Send the request again after the number of seconds in `Retry-After`.",
        accidental=True,
    ),
    ProblemType(
        code="probe_failed",
        status=503,
        title="The verifying process failed",
        meaning="The process that runs the source crashed or exceeded its limit of time or memory.",
        repair='Send the request again after the number of seconds in `Retry-After`; with "verify":'
        ' "none" nothing is run.',
        accidental=True,
    ),
    ProblemType(
        code="not_ready",
        status=503,
        title="Not ready",
        meaning="The web process is starting, stopping, or missing a part; only `/readyz` reports"
        " this.",
        repair="Send requests elsewhere until `/readyz` answers 200; `facts.parts` names the part.",
        accidental=True,
    ),
    ProblemType(
        code="overloaded",
        status=503,
        title="Too many requests are waiting",
        meaning="The queue of the verifying processes is full, or no process was free in time.",
        repair="Send the request again after the number of seconds in `Retry-After`.",
        accidental=True,
    ),
]
