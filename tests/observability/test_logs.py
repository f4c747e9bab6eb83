"""The log: one JSON object per request, without secrets."""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Response
from flask.testing import FlaskClient

from service.observability.logs import log_formatter
from tests.service.processes import children, descendants
from tests.service.servers import Server, serving, start_server
from tests.wait import wait_until

SECRET = "hunter2-hunter2-hunter2-hunter2"


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, Any]]]:
    """Every log line so far, in the format of the service."""
    caplog.set_level(logging.DEBUG, logger="gan_designer")
    style = log_formatter("json")
    return lambda: [json.loads(style.format(record)) for record in caplog.records]


def test_a_request_is_one_line(
    client: FlaskClient, records: Callable[[], list[dict[str, Any]]]
) -> None:
    """Client, route, outcome, duration and request id."""
    brief = {"resolution": 16, "latent_dim": 4, "verify": "none"}
    client.post("/v1/designs", json=brief, headers={"X-Request-ID": "abc-1"})
    (line,) = records()
    assert {
        "event": "request",
        "level": "info",
        "method": "POST",
        "route": "/v1/designs",
        "status": 200,
        "code": "",
        "request_id": "abc-1",
        "client": "address:127.0.0.1",
    }.items() <= line.items()
    assert 0 < sum(line["stages"].values()) < line["ms"] < 60_000
    assert line["stages"].keys() == {"cache", "solve", "assemble", "render"}


def test_the_id_of_a_line_is_that_of_the_answer(
    client: FlaskClient, records: Callable[[], list[dict[str, Any]]]
) -> None:
    """A generated id if the client sends none, or one that could break a line."""
    answers = [
        client.get("/v1/x", headers={"X-Request-ID": sent}) for sent in ("", "a b", "x" * 129, '"}')
    ]
    ids = [answer.headers["X-Request-ID"] for answer in answers]
    assert [line["request_id"] for line in records()] == ids
    assert len(set(ids)) == 4


def test_a_problem_is_logged_with_its_code(
    client: FlaskClient, records: Callable[[], list[dict[str, Any]]]
) -> None:
    client.get("/v1/designs?resolution=3&latent_dim=1")
    (line,) = records()
    assert (line["status"], line["code"], line["level"]) == (422, "out_of_range", "info")


def test_monitoring_routes_are_logged_at_debug_level(
    client: FlaskClient, records: Callable[[], list[dict[str, Any]]]
) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        client.get(path)
    assert [line["level"] for line in records()] == ["debug"] * 3


def test_a_fault_is_logged_with_its_traceback(
    client: FlaskClient,
    records: Callable[[], list[dict[str, Any]]],
) -> None:
    """On one line, under the request id in the response."""
    app = client.application

    def fail() -> str:
        raise RuntimeError("unexpected")

    app.add_url_rule("/fail", view_func=fail)
    answer = app.test_client().get("/fail")
    fault, line = records()
    assert fault["level"] == "error"
    assert "RuntimeError: unexpected" in fault["exception"]
    assert fault["request_id"] == line["request_id"] == answer.headers["X-Request-ID"]
    assert (line["status"], line["code"], line["level"]) == (500, "internal_error", "warning")


def test_a_stream_is_logged_when_it_ends(
    client: FlaskClient,
    records: Callable[[], list[dict[str, Any]]],
) -> None:
    """With the duration of the whole stream."""
    app = client.application

    def pieces() -> Iterator[bytes]:
        for _ in range(5):
            time.sleep(0.02)
            assert not records()
            yield b"x"

    app.add_url_rule("/stream", view_func=lambda: Response(pieces()))
    with app.test_client().get("/stream") as answer:
        assert answer.data == b"x" * 5
    (line,) = records()
    assert line["ms"] >= 100


def test_a_text_record_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    record = logging.makeLogRecord({"msg": "request", "levelname": "INFO", "status": 200})
    line = log_formatter("text").format(record)
    assert "request" in line
    assert "status=200" in line
    assert "{" not in line


@pytest.fixture(scope="module")
def logged() -> Iterator[Server]:
    """A server with log level debug."""
    with serving(workers="1", threads="2", log_level="debug") as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {SECRET}"},
        {"X-API-Key": SECRET},
        {"X-API-Key ": SECRET},
        {f"X-{SECRET} ": "x"},
        {"X-API-Key": f"{SECRET}\x00"},
        {"Transfer-Encoding": SECRET},
        {"Content-Length": SECRET},
        {"Expect": SECRET},
        {"X-Request-ID": f'"}}{SECRET}'},
    ],
    ids=range(9),
)
def test_no_header_reaches_the_log(logged: Server, headers: dict[str, str]) -> None:
    """Neither the service nor gunicorn logs headers, for served and refused requests."""
    body = json.dumps({"resolution": SECRET}).encode()
    for path in ("/v1/designs", "/v1/x"):
        raw(logged, path, headers, body)
    assert logged.lines[-1]
    assert SECRET not in logged.log.read_text()


def raw(server: Server, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """A raw exchange that client libraries refuse."""
    with server.connect() as connection:
        lines = [f"POST {path} HTTP/1.1", "Host: x", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        return connection.makefile("rb").read()


@pytest.mark.slow
def test_every_line_is_json_from_start_to_end(tmp_path: Path) -> None:
    """Including gunicorn's messages."""
    running = start_server(tmp_path, workers="1", threads="3")
    running.ask("/v1/x")
    running.stop()
    events = {line["event"]: line for line in running.lines}
    assert events["listening"]["threads"] == 3
    assert {"Handling signal: term", "request", "Shutting down: Master"} <= events.keys()
    assert all({"level", "timestamp", "process", "logger"} <= line.keys() for line in running.lines)


@pytest.mark.slow
def test_workers_for_jobs_write_such_lines_too(tmp_path: Path) -> None:
    """Celery logs a killed child process as one JSON object."""
    running = start_server(tmp_path, workers="1", embedded_worker="true")
    try:
        wait_until(lambda: bool(pool_of(running.pid)), what="the worker's processes")
        os.kill(pool_of(running.pid)[0], signal.SIGKILL)
        wait_until(
            lambda: any("SIGKILL" in line["event"] for line in running.lines),
            what="the log record",
        )
    finally:
        running.stop()
    assert all({"level", "timestamp", "process", "logger"} <= line.keys() for line in running.lines)


def pool_of(server: int) -> list[int]:
    """The child processes of a Celery worker below a server."""
    workers = [pid for pid in descendants(server) if "celery" in command(pid)]
    return [below for pid in workers for below in children(pid) if below in workers]


def command(pid: int) -> str:
    """The command line of a process; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


@pytest.mark.slow
def test_the_level_is_the_least_that_is_logged(tmp_path: Path) -> None:
    running = start_server(tmp_path, workers="1", log_level="error")
    running.ask("/v1/x")
    running.stop()
    assert running.lines == []
