"""Errors of sweeps and jobs."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

JOB_PROBLEMS = [
    ProblemType(
        code="too_many_rows",
        status=422,
        title="The sweep has too many rows",
        meaning="The list of designs, or the product of the lists in the grid, exceeds the limit"
        " for one sweep.",
        repair="Split the sweep; `facts.maximum` is the maximum number of rows.",
    ),
    ProblemType(
        code="no_job",
        status=404,
        title="No such job",
        meaning="There is no job with this id, it has expired, or it belongs to another client.",
        repair="Use the path in `Location` of the response that created the job; `expires_at` gives"
        " its expiry time.",
    ),
    ProblemType(
        code="bad_idempotency_key",
        status=400,
        title="Invalid idempotency key",
        meaning="`Idempotency-Key` must be 1 to 255 printable ASCII characters.",
        repair="Send a key of your choice, such as a UUID, or none.",
    ),
    ProblemType(
        code="idempotency_key_reused",
        status=422,
        title="The idempotency key belongs to another request",
        meaning="A job was created under this `Idempotency-Key` with a different body.",
        repair="Send the body of the first request again, or choose a new key.",
    ),
    ProblemType(
        code="bad_event_id",
        status=400,
        title="The job has no such event",
        meaning="`Last-Event-ID` must be the id of an event that the job has sent: 0 to the number"
        " of rows done.",
        repair="Send the id of the last event received, or leave the header out.",
    ),
    ProblemType(
        code="too_many_listeners",
        status=429,
        title="Too many event streams",
        meaning="The client has the maximum number of event streams open.",
        repair="Close one, or poll the job; `facts.maximum` is the limit.",
    ),
    ProblemType(
        code="job_not_done",
        status=409,
        title="The job has no result yet",
        meaning="The design is not finished, or the job was cancelled before it was.",
        repair="Wait until the `state` of the job is `succeeded` or `failed`, or listen to its"
        " events.",
    ),
    ProblemType(
        code="jobs_unavailable",
        status=503,
        title="Jobs are unavailable",
        meaning="The job store or the job broker does not respond.",
        repair="Send the request again after the number of seconds in `Retry-After`.",
        accidental=True,
    ),
    ProblemType(
        code="attempts_exhausted",
        status=503,
        title="Every attempt at the row failed",
        meaning="Each process that computed this row of a sweep ended: out of memory, stopped at"
        " its time limit, or killed.",
        repair="Request this design alone, or a smaller one; `facts.attempts` is the number of"
        " attempts.",
        accidental=True,
    ),
]
