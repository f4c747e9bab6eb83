"""Submission, lookup and cancellation of jobs by the web processes."""

from __future__ import annotations

import re
import time
from hashlib import sha256
from typing import cast

from celery import Celery
from flask import current_app

from designer.brief.brief_json import brief_document
from designer.brief.model import Brief
from service.jobs.broker.celery_app import create_celery_app, prepare_folders, send_chunks
from service.jobs.chunks import chunk_length, split_indices
from service.jobs.job import Job, JobKind, JobState, new_job_id
from service.jobs.job_request import JobRequest, job_request_text, read_job_request
from service.jobs.store.open_store import open_job_store
from service.jobs.store.protocol import JobStore, NewJob
from service.jobs.sweep_request import refuse_invalid_rows
from service.problems.problem_document import ProblemError
from service.settings.config import Config

HOUR_S = 3600


class JobService:
    """Submits, finds and cancels jobs; connects to the store and the broker on first use."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.store: JobStore = open_job_store(config)
        self.celery_app: Celery = create_celery_app(config)

    def submit_sweep(self, document: object, *, owner: str, key: str | None) -> Job:
        """The queued job of a sweep; the same job for the same idempotency key.

        Raises:
            InvalidRequest: if the sweep or one of its rows is invalid.
            ProblemError: bad_idempotency_key, idempotency_key_reused.
        """
        return self._submit(JobKind.SWEEP, document, owner=owner, key=key)

    def submit_design(self, brief: Brief, *, owner: str, key: str | None) -> Job:
        """The queued job of one design."""
        document = {"designs": [brief_document(brief)]}
        return self._submit(JobKind.DESIGN, document, owner=owner, key=key)

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

    def _submit(self, kind: JobKind, document: object, *, owner: str, key: str | None) -> Job:
        text = job_request_text(kind, document)
        idempotency_token = None if key is None else make_idempotency_token(owner, key)
        job_request = read_job_request(text)
        refuse_invalid_rows(job_request.sweep)
        job = self._new_job(kind, owner=owner, total=len(job_request.sweep))
        fingerprint = sha256(text.encode()).hexdigest()
        stored_job, stored_fingerprint = self.store.create(
            NewJob(
                job=job, request=text, idempotency_token=idempotency_token, fingerprint=fingerprint
            )
        )
        if stored_fingerprint != fingerprint:
            raise ProblemError(
                "idempotency_key_reused",
                "this idempotency key was used for a job with another request body",
            )
        if stored_job.id == job.id:
            self._enqueue(job, job_request)
        return stored_job

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

    def _enqueue(self, job: Job, job_request: JobRequest) -> None:
        prepare_folders(self.config)
        length = chunk_length(job.total, job_request.level)
        send_chunks(self.celery_app, job.kind, job.id, split_indices(range(job.total), length))


def current_job_service() -> JobService:
    """The job service of the current application."""
    return cast(JobService, current_app.extensions["job_service"])


def make_idempotency_token(owner: str, key: str) -> str:
    """Token that identifies an owner's idempotency key in the store.

    Raises:
        ProblemError: bad_idempotency_key.
    """
    if not _KEY.fullmatch(key):
        raise ProblemError(
            "bad_idempotency_key",
            f"an idempotency key is 1 to 255 printable ASCII characters, got {len(key)} characters",
            length=len(key),
            maximum=255,
        )
    return sha256(f"{owner}\n{key}".encode()).hexdigest()


_ID = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_KEY = re.compile(r"[\x20-\x7e]{1,255}", re.ASCII)
