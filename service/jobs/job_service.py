"""Submission, lookup and cancellation of jobs by the web processes."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from celery import Celery
from flask import current_app

from designer.brief.brief_json import brief_document
from designer.brief.model import Brief
from designer.pipeline.trial import Trial
from service.jobs.broker.celery_app import create_celery_app, prepare_folders, send_message
from service.jobs.job import Job, JobKind, JobState, new_job_id
from service.jobs.job_request import job_request_text
from service.jobs.store.open_store import open_job_store
from service.jobs.store.protocol import JobStore, NewJob, RowLimitReached
from service.jobs.sweep_request import refuse_invalid_rows, sweep_from_document
from service.jobs.trial_request import trial_seeds
from service.problems.problem_document import ProblemError
from service.settings.config import Config

HOUR_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitter:
    """Who submits a job: its owner, the client whose rows are limited, and an idempotency key."""

    owner: str
    client: str
    key: str | None = None

    @property
    def idempotency_token(self) -> str | None:
        """Token that identifies the owner's key in the store; None without a key.

        Raises:
            ProblemError: bad_idempotency_key.
        """
        if self.key is None:
            return None
        if not _KEY.fullmatch(self.key):
            raise ProblemError(
                "bad_idempotency_key",
                "an idempotency key is 1 to 255 printable ASCII characters,"
                f" got {len(self.key)} characters",
                length=len(self.key),
                maximum=255,
            )
        return sha256(f"{self.owner}\n{self.key}".encode()).hexdigest()


class JobService:
    """Submits, finds and cancels jobs; connects to the store and the broker on first use."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.store: JobStore = open_job_store(config)
        self.celery_app: Celery = create_celery_app(config)

    def submit_sweep(self, document: object, submitter: Submitter) -> Job:
        """The queued job of a sweep; the same job for the same idempotency key.

        Raises:
            InvalidRequest: if the sweep or one of its rows is invalid.
            ProblemError: bad_idempotency_key, idempotency_key_reused, too_many_queued_rows.
        """
        sweep = sweep_from_document(document)
        refuse_invalid_rows(sweep)
        return self._submit(JobKind.SWEEP, document, len(sweep), submitter)

    def submit_design(self, brief: Brief, submitter: Submitter) -> Job:
        """The queued job of one design."""
        return self._submit(JobKind.DESIGN, {"designs": [brief_document(brief)]}, 1, submitter)

    def submit_trial(self, trial: Trial, submitter: Submitter) -> Job:
        """The queued job of a trial, with a row for each seed."""
        seeds = trial_seeds(trial)
        return self._submit(JobKind.TRIAL, seeds.document, len(seeds), submitter)

    def find(self, job_id: str, *, owner: str) -> Job:
        """The owner's job with this id.

        Raises:
            ProblemError: no_job, also for a job of another owner.
        """
        job = self.store.find(job_id) if _ID.fullmatch(job_id) else None
        if job is None or job.owner != owner:
            raise ProblemError("no_job", "there is no job of this id, or it has expired")
        return job

    def cancel(self, job_id: str, *, owner: str) -> Job:
        """The job, cancelled with its current rows; unchanged if it had ended.

        Raises:
            ProblemError: no_job.
        """
        self.find(job_id, owner=owner)
        self.store.cancel(job_id)
        return self.find(job_id, owner=owner)

    def _submit(self, kind: JobKind, document: object, rows: int, submitter: Submitter) -> Job:
        text, token = job_request_text(kind, document), submitter.idempotency_token
        job = self._new_job(kind, owner=submitter.owner, total=rows)
        fingerprint = sha256(text.encode()).hexdigest()
        stored_job, stored_fingerprint = self._create(
            NewJob(
                job=job,
                client=submitter.client,
                request=text,
                idempotency_token=token,
                fingerprint=fingerprint,
            )
        )
        if stored_fingerprint != fingerprint:
            raise ProblemError(
                "idempotency_key_reused",
                "this idempotency key was used for a job with another request body",
            )
        if stored_job.id == job.id:
            prepare_folders(self.config)
            send_message(self.celery_app)
        return stored_job

    def _create(self, new: NewJob) -> tuple[Job, str]:
        maximum = self.config.job_rows_per_client
        try:
            return self.store.create(new, max_client_rows=maximum)
        except RowLimitReached as reached:
            raise ProblemError(
                "too_many_queued_rows",
                f"the client has {reached.queued:,} unfinished rows, and {new.job.total:,} more"
                f" would exceed the maximum of {maximum:,}",
                queued=reached.queued,
                rows=new.job.total,
                maximum=maximum,
            ) from None

    def _new_job(self, kind: JobKind, *, owner: str, total: int) -> Job:
        now = time.time()
        return Job(
            id=new_job_id(),
            owner=owner,
            kind=kind,
            state=JobState.QUEUED,
            total=total,
            created_at=now,
            expires_at=now + self.config.job_retention_h * HOUR_S,
        )


def current_job_service() -> JobService:
    """The job service of the current application."""
    return cast(JobService, current_app.extensions["job_service"])


_ID = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_KEY = re.compile(r"[\x20-\x7e]{1,255}", re.ASCII)
