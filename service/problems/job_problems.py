"""Errors of sweeps and jobs."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

JOB_PROBLEMS = [
    ProblemType(
        code="too_many_rows",
        status=422,
        title="The sweep has too many rows",
        meaning="The list, or the product of the grid's lists, is longer than one sweep may be.",
        repair="Send it in several sweeps; `facts.maximum` is the most rows of one.",
    ),
    ProblemType(
        code="no_job",
        status=404,
        title="There is no such job",
        meaning="No job has this id: it never was, it has expired, or it is another client's.",
        repair="Take the address from `Location` of the answer to the request that made the job;"
        " `expires_at` says how long it is kept.",
    ),
    ProblemType(
        code="bad_idempotency_key",
        status=400,
        title="The idempotency key cannot be read",
        meaning="`Idempotency-Key` is 1 to 255 printable ASCII characters.",
        repair="Send a key of your own making, such as a UUID, or none.",
    ),
    ProblemType(
        code="idempotency_key_reused",
        status=422,
        title="The idempotency key stands for another request",
        meaning="A job was made under this `Idempotency-Key` from another body.",
        repair="Send the body of the first request again, or take a new key.",
    ),
    ProblemType(
        code="bad_event_id",
        status=400,
        title="The job has no such event",
        meaning="`Last-Event-ID` is the id of an event that the job has sent: 0 to the rows done.",
        repair="Send the id of the last event that was received, or no such header.",
    ),
    ProblemType(
        code="too_many_listeners",
        status=429,
        title="Too many event streams",
        meaning="The client listens to as many event streams as one client may.",
        repair="Close one, or ask for the job itself from time to time; `facts.maximum` is the most.",
    ),
    ProblemType(
        code="job_not_done",
        status=409,
        title="The job has no result yet",
        meaning="The design is not made yet, or the job was cancelled before it was.",
        repair="Wait for the job's `state` to be `succeeded` or `failed`, or listen to its events.",
    ),
    ProblemType(
        code="jobs_unavailable",
        status=503,
        title="Jobs cannot be kept now",
        meaning="The store or the broker of jobs does not answer.",
        repair="Send it again after the seconds in `Retry-After`.",
        accidental=True,
    ),
    ProblemType(
        code="attempts_exhausted",
        status=503,
        title="The row ended its process each time",
        meaning="Each process that tried this row of a sweep ended: out of memory, stopped at its"
        " time limit, or killed.",
        repair="Ask for this design alone, or for a smaller one; `facts.attempts` says how often it"
        " was tried.",
        accidental=True,
    ),
]
