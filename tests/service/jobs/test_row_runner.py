"""Messages and rows: one message waits as long as rows are due, whatever happens to the others."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from kombu.exceptions import OperationalError

from designer.brief.model import Brief
from designer.errors import ProbeEnded
from designer.pipeline.design import Design
from designer.pipeline.make_design import design
from service.jobs.job import JobState
from service.jobs.job_service import JobService
from service.jobs.store.protocol import JobStore
from service.jobs.worker.row_runner import MAX_CACHED_REQUESTS, Interrupted
from tests.service.jobs.runners import runner_of, submit_without_message
from tests.service.jobs.sweep_requests import OWNER, assert_each_once, reload_job
from tests.service.jobs.workers import config_of

MESSAGE_S = 1.0


@pytest.fixture
def job_service(tmp_path: Path) -> JobService:
    return JobService(config_of(tmp_path))


def sent_messages(store: JobStore, **changes: object) -> int:
    """Number of messages that a message sends."""
    sent: list[None] = []
    runner_of(store, send_message=lambda: sent.append(None), **changes).run("a-message")
    return len(sent)


def next_attempt(store: JobStore) -> tuple[int, int]:
    """The next row and the number of its attempt."""
    claim = store.claim_row("a-worker", "another-message")
    assert claim is not None
    return claim.index, claim.attempt


def test_a_message_that_gets_a_row_sends_one(job_service: JobService) -> None:
    """However many rows it gets."""
    job = submit_without_message(job_service, 5)
    assert sent_messages(job_service.store) == 1
    assert_each_once(job_service, job)


def test_a_message_that_gets_no_row_sends_none(job_service: JobService) -> None:
    """So messages end when the rows do."""
    assert sent_messages(job_service.store) == 0
    job = submit_without_message(job_service, 1)
    assert job_service.store.claim_row("another-worker", "another-message")
    assert sent_messages(job_service.store) == 0
    job_service.cancel(job.id, owner=OWNER)


def test_the_next_message_is_sent_before_the_first_row_is_computed(job_service: JobService) -> None:
    """It wakes another process meanwhile."""
    submit_without_message(job_service, 2)
    order = []

    def make(brief: Brief) -> Design:
        order.append("row")
        return design(brief)

    runner_of(job_service.store, make=make, send_message=lambda: order.append("sent")).run("m")
    assert order == ["sent", "row", "row"]


def test_a_message_ends_after_its_time(job_service: JobService) -> None:
    """The message that it sent waits for the rest."""
    job = submit_without_message(job_service, 3)

    def make(brief: Brief) -> Design:
        time.sleep(1.1 * MESSAGE_S)
        return design(brief)

    assert sent_messages(job_service.store, make=make, message_s=MESSAGE_S) == 1
    assert reload_job(job_service, job).done == 1


def test_a_message_at_a_shutdown_sends_another(job_service: JobService) -> None:
    """Nothing else would tell other workers of its rows."""
    submit_without_message(job_service, 1)
    assert sent_messages(job_service.store, shutting_down=lambda: True) == 1
    assert next_attempt(job_service.store) == (0, 1)


def test_a_row_that_a_shutdown_interrupts_is_due_for_another_message(
    job_service: JobService,
) -> None:
    """The message sent before it may have found no row."""
    submit_without_message(job_service, 1)
    stopping = []

    def make(_: Brief) -> Design:
        stopping.append(True)
        raise Interrupted

    assert sent_messages(job_service.store, make=make, shutting_down=lambda: bool(stopping)) == 2
    assert next_attempt(job_service.store) == (0, 1)


def test_a_row_that_ends_its_verifying_process_last_is_due_for_another_message(
    job_service: JobService,
) -> None:
    submit_without_message(job_service, 1)

    def make(_: Brief) -> Design:
        time.sleep(1.1 * MESSAGE_S)
        raise ProbeEnded("killed")

    assert sent_messages(job_service.store, make=make, message_s=MESSAGE_S) == 2
    assert next_attempt(job_service.store) == (0, 2)


def test_an_unavailable_broker_costs_no_attempt(job_service: JobService) -> None:
    submit_without_message(job_service, 1)

    def send() -> None:
        raise OperationalError("the disk is full")

    for _ in range(3):
        with pytest.raises(OperationalError):
            runner_of(job_service.store, send_message=send).run("a-message")
    assert next_attempt(job_service.store) == (0, 1)


def test_a_message_that_is_delivered_again_releases_its_row(job_service: JobService) -> None:
    """Its process was killed, which counts; rows of other messages stay claimed."""
    job = submit_without_message(job_service, 3)
    for message in ("a-message", "another-message"):
        job_service.store.claim_row("a-worker", message)
    runner_of(job_service.store).run("a-message")
    (left,) = job_service.store.claims()
    assert (left.index, left.message, reload_job(job_service, job).done) == (
        1,
        "another-message",
        2,
    )


def test_many_jobs_in_turn_are_computed(job_service: JobService) -> None:
    """More than have their requests in memory."""
    jobs = [submit_without_message(job_service, 2) for _ in range(MAX_CACHED_REQUESTS + 2)]
    runner_of(job_service.store, message_s=60).run("a-message")
    assert {reload_job(job_service, job).state for job in jobs} == {JobState.SUCCEEDED}
