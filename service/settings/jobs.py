"""Settings for the workers, attempts and retention of jobs."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow.validate import OneOf, Range

from service.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class JobSettings:
    """Settings for the workers, attempts and retention of jobs."""

    embedded_worker: bool = setting(
        True,
        "whether the server and `gan-designer sweep` start their own worker for jobs",
        validate=OneOf([True, False]),
        kind="bool",
    )
    job_processes: int = setting(
        1, "processes per worker, each with a verifying process", validate=Range(min=1, max=256)
    )
    job_attempts: int = setting(
        3,
        "times a row is tried before it fails, if its process or its verifying process ends",
        validate=Range(min=1, max=100),
    )
    job_row_timeout_s: int = setting(
        960,
        "time limit of a row in seconds; must be equal for server and workers",
        validate=Range(min=1, max=86_400),
    )
    job_retention_h: int = setting(
        168, "hours for which a finished job is kept", validate=Range(min=1, max=87_600)
    )
    job_rows_per_client: int = setting(
        20_000,
        "unfinished rows of all jobs that one client may have; a job beyond them is refused",
        validate=Range(min=1, max=100_000_000),
    )
    job_listeners: int = setting(
        64,
        "event streams that one client may have open at the same time",
        validate=Range(min=1, max=4096),
    )
