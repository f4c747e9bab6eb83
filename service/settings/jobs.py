"""Settings of jobs: who does them, how often they are tried, how long they are kept."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow.validate import OneOf, Range

from service.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class JobSettings:
    """Settings of jobs: who does them, how often they are tried, how long they are kept."""

    embedded_worker: bool = setting(
        True,
        "whether the server, or `gan-designer sweep`, starts a worker for jobs beside itself",
        validate=OneOf([True, False]),
        kind="bool",
    )
    job_processes: int = setting(
        1, "processes of one worker, each with a verifying process", validate=Range(min=1, max=256)
    )
    job_attempts: int = setting(
        3,
        "times that a row may end its process before it is given up",
        validate=Range(min=1, max=100),
    )
    job_row_timeout_s: int = setting(
        960,
        "seconds after which a row is stopped; equal for server and workers",
        validate=Range(min=1, max=86_400),
    )
    job_retention_h: int = setting(
        168, "hours for which a job is kept once it has ended", validate=Range(min=1, max=87_600)
    )
    job_listeners: int = setting(
        64, "event streams that one client may listen to at a time", validate=Range(min=1, max=4096)
    )
