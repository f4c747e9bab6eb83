"""Where jobs are handed in and asked for: the web's side of the store and the broker."""

from __future__ import annotations

import re
import time
from hashlib import sha256
from typing import cast

from celery import Celery
from flask import current_app

from designer.brief.brief_json import brief_document
from designer.brief.model import Brief
from service.jobs.broker.celery_app import make_engine, prepare_folders, send_chunks
from service.jobs.chunks import chunk_length, divide
from service.jobs.job import Job, Kind, State, new_id
from service.jobs.job_request import Asked, asked_text, read_asked
from service.jobs.store.open_store import open_store
from service.jobs.store.protocol import JobStore, NewJob
from service.jobs.sweep_request import check_rows
from service.problems.problem_document import ProblemError
from service.settings.config import Config

HOUR_S = 3600


class Desk:
    """Takes jobs in and knows how they stand; ``store`` and ``engine`` are reached on first use."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.store: JobStore = open_store(config)
        self.engine: Celery = make_engine(config)

    def take_sweep(self, document: object, *, owner: str, key: str | None) -> Job:
        """The job of a sweep, queued; the same one for the same idempotency key.

        Raises:
            InvalidRequest: where the sweep or one of its rows is wrong.
            ProblemError: bad_idempotency_key, idempotency_key_reused.
        """
        return self._take(Kind.SWEEP, document, owner=owner, key=key)

    def take_design(self, brief: Brief, *, owner: str, key: str | None) -> Job:
        """The job of one design, queued."""
        document = {"designs": [brief_document(brief)]}
        return self._take(Kind.DESIGN, document, owner=owner, key=key)

    def find(self, job_id: str, *, owner: str) -> Job:
        """The job of that id, where it is the owner's.

        Raises:
            ProblemError: no_job.
        """
        job = self.store.find(job_id) if _ID.fullmatch(job_id) else None
        if job is None or job.owner != owner:
            raise ProblemError("no_job", "there is no job of this id, or none any more")
        return job

    def cancel(self, job_id: str, *, owner: str) -> Job:
        """The job, ended with the rows it has; as it was where it had ended.

        Raises:
            ProblemError: no_job.
        """
        self.find(job_id, owner=owner)
        self.store.cancel(job_id)
        return self.find(job_id, owner=owner)

    def _take(self, kind: Kind, document: object, *, owner: str, key: str | None) -> Job:
        text = asked_text(kind, document)
        wish = None if key is None else wish_name(owner, key)
        asked = read_asked(text)
        check_rows(asked.sweep)
        job = self._new_job(kind, owner=owner, total=len(asked.sweep))
        fingerprint = sha256(text.encode()).hexdigest()
        kept, of = self.store.create(
            NewJob(job=job, request=text, wish=wish, fingerprint=fingerprint)
        )
        if of != fingerprint:
            raise ProblemError(
                "idempotency_key_reused",
                "a job was made under this idempotency key from another body",
            )
        if kept.id == job.id:
            self._send(job, asked)
        return kept

    def _new_job(self, kind: Kind, *, owner: str, total: int) -> Job:
        now = time.time()
        return Job(
            id=new_id(),
            owner=owner,
            kind=kind,
            state=State.QUEUED,
            total=total,
            created_at=now,
            expires_at=now + self.config.job_retention_h * HOUR_S,
        )

    def _send(self, job: Job, asked: Asked) -> None:
        prepare_folders(self.config)
        length = chunk_length(job.total, asked.level)
        send_chunks(self.engine, job.kind, job.id, divide(range(job.total), length))


def desk() -> Desk:
    """The desk of the application that answers."""
    return cast(Desk, current_app.extensions["desk"])


def wish_name(owner: str, key: str) -> str:
    """The name under which a store knows an owner's idempotency key.

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
