"""Many listeners of one job over real connections: complete streams, and no leaked resources."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import pytest

from service.app import create_app
from service.jobs.job import Job
from service.jobs.job_service import JobService
from service.jobs.store.protocol import JobRow
from tests.service.jobs.sweep_requests import briefs, submit_designs
from tests.service.jobs.workers import config_of
from tests.service.servers import Server, start_server
from tests.wait import wait_until

pytestmark = pytest.mark.slow

LISTENERS = 50


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A connection to a job's event stream."""

    connection: socket.socket
    lines: BufferedReader

    def events(self) -> Iterator[tuple[str, str]]:
        """Name and id of each event; the id is empty if there is none."""
        fields: dict[str, str] = {}
        for raw in self.lines:
            line = raw.decode().strip()
            name, colon, value = line.partition(": ")
            if colon and name in ("id", "event", "data"):
                fields[name] = value
            elif fields and "data" in fields:
                yield fields["event"], fields.get("id", "")
                fields = {}

    def close(self) -> None:
        """Close the connection."""
        self.lines.close()
        self.connection.close()

    def abort(self) -> None:
        """Reset the connection."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close()


def open_stream(server: Server, job: Job, *, after: int | None = None) -> Stream:
    """An event stream whose response has begun."""
    connection = server.connect()
    seen = "" if after is None else f"Last-Event-ID: {after}\r\n"
    head = f"GET /v1/jobs/{job.id}/events HTTP/1.1\r\nHost: test\r\n{seen}\r\n"
    connection.sendall(head.encode())
    lines = connection.makefile("rb")
    assert b" 200 " in lines.readline()
    return Stream(connection=connection, lines=lines)


@contextmanager
def serving_jobs(folder: Path, **settings: str) -> Iterator[tuple[Server, JobService]]:
    """A server with one web process and no worker, and a job service on its state."""
    server = start_server(folder, workers="1", state_folder=str(folder / "state"), **settings)
    try:
        yield server, JobService(config_of(folder / "state"))
    finally:
        server.stop()


def put_rows(job_service: JobService, job: Job, *indices: int) -> None:
    for index in indices:
        body = json.dumps({"index": index})
        assert job_service.store.put_row(job.id, JobRow(index=index, body=body, failed=False))


def test_fifty_listeners_receive_every_row_of_one_job(tmp_path: Path) -> None:
    """In order of arrival, and the end event; meanwhile the process serves other requests."""
    with serving_jobs(tmp_path) as (server, job_service), ExitStack() as stack:
        job = submit_designs(job_service, briefs(20))
        streams = [open_stream(server, job) for _ in range(LISTENERS)]
        for stream in streams:
            stack.callback(stream.close)
        put_rows(job_service, job, *range(10))
        assert server.ask("/healthz").status == 200
        put_rows(job_service, job, *reversed(range(10, 20)))
        for stream in streams:
            received = list(stream.events())
            assert [number for name, number in received if name == "row"] == [
                str(number) for number in range(1, 21)
            ]
            assert received[-1] == ("end", "")


def test_listeners_that_vanish_free_their_threads_and_slots(tmp_path: Path) -> None:
    """Whether reset or closed, before any event of the job."""
    with serving_jobs(tmp_path, threads="4", job_listeners="3") as (server, job_service):
        job = submit_designs(job_service, briefs(2))
        path = f"/v1/jobs/{job.id}/events"
        for _ in range(3):
            streams = [open_stream(server, job) for _ in range(3)]
            refused = server.ask(path)
            assert (refused.status, json.loads(refused.body)["code"]) == (429, "too_many_listeners")
            streams[0].abort()
            streams[1].abort()
            streams[2].close()
            wait_until(lambda: free_slots(job_service) == 3, what="the slots of the closed streams")
        assert [server.ask("/healthz").status for _ in range(8)] == [200] * 8


def free_slots(job_service: JobService) -> int:
    """Number of free slots of the client."""
    acquired = []
    for number in range(3):
        if job_service.store.acquire_slot(
            "address:127.0.0.1", f"test-{number}", limit=3, lease_s=60
        ):
            acquired.append(f"test-{number}")
    for name in acquired:
        job_service.store.release_slot("address:127.0.0.1", name)
    return len(acquired)


def test_a_listener_resumes_at_the_next_server(tmp_path: Path) -> None:
    """After the server is killed: with the id of the last event, no event is repeated."""
    with serving_jobs(tmp_path) as (first, job_service):
        job = submit_designs(job_service, briefs(6))
        put_rows(job_service, job, 4, 2)
        with closing(open_stream(first, job)) as stream:
            received = [number for _, (_, number) in zip(range(3), stream.events(), strict=False)]
            first.process.kill()
    with serving_jobs(tmp_path) as (second, job_service):
        put_rows(job_service, job, 0, 1, 3, 5)
        seen = [int(number) for number in received if number]
        with closing(open_stream(second, job, after=seen[-1])) as stream:
            rest = [number for _, number in stream.events() if number]
        assert [*seen, *map(int, rest)] == [1, 2, 3, 4, 5, 6]


def test_a_server_that_ends_closes_its_event_streams(tmp_path: Path) -> None:
    """At once and without an end event: it does not wait for jobs."""
    with serving_jobs(tmp_path) as (server, job_service):
        job = submit_designs(job_service, briefs(6))
        put_rows(job_service, job, 0)
        with closing(open_stream(server, job)) as stream:
            server.process.terminate()
            assert [name for name, _ in stream.events()] == ["row", "job"]
        server.process.wait(timeout=60)


def test_a_heartbeat_comment_is_sent_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps proxies from closing an idle connection."""
    monkeypatch.setattr("service.jobs.events.HEARTBEAT_S", 0.1)
    app = create_app(config_of(tmp_path / "state"))
    job_service: JobService = app.extensions["job_service"]
    job = submit_designs(job_service, briefs(2))
    with app.test_client().get(f"/v1/jobs/{job.id}/events", buffered=False) as answer:
        pieces = iter(answer.response)
        first, second = next(pieces), next(pieces)
    assert b"event: job" in first
    assert second == b": heartbeat\n\n"
