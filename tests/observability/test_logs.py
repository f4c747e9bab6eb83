"""The log: one line a request, JSON throughout, and no secret whatever is sent."""

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
    """Every line so far, as the service would write it."""
    caplog.set_level(logging.DEBUG, logger="gan_designer")
    style = log_formatter("json")
    return lambda: [json.loads(style.format(record)) for record in caplog.records]


def test_a_request_is_one_line(
    client: FlaskClient, records: Callable[[], list[dict[str, Any]]]
) -> None:
    """Who asked for what, what came of it, how long it took, under which id."""
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
    assert line["stages"].keys() == {"cache", "solve", "assemble", "render", "verify"}


def test_the_id_of_a_line_is_that_of_the_answer(
    client: FlaskClient, records: Callable[[], list[dict[str, Any]]]
) -> None:
    """Made where none came, or where what came could break a line."""
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
    """On one line, under the id that the caller reads."""
    app = client.application

    def fail() -> str:
        raise RuntimeError("nobody thought of this")

    app.add_url_rule("/fail", view_func=fail)
    answer = app.test_client().get("/fail")
    fault, line = records()
    assert fault["level"] == "error"
    assert "RuntimeError: nobody thought of this" in fault["exception"]
    assert fault["request_id"] == line["request_id"] == answer.headers["X-Request-ID"]
    assert (line["status"], line["code"], line["level"]) == (500, "internal_error", "warning")


def test_a_stream_is_logged_when_it_ends(
    client: FlaskClient,
    records: Callable[[], list[dict[str, Any]]],
) -> None:
    """Its time is that of the whole stream."""
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
    """A server that logs all it can."""
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
    """Not through the service and not through gunicorn, whether the request is served or not."""
    body = json.dumps({"resolution": SECRET}).encode()
    for path in ("/v1/designs", "/v1/x"):
        raw(logged, path, headers, body)
    assert logged.lines[-1]
    assert SECRET not in logged.log.read_text()


def raw(server: Server, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """An exchange that no client library would agree to send."""
    with server.connect() as connection:
        lines = [f"POST {path} HTTP/1.1", "Host: x", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        return connection.makefile("rb").read()


@pytest.mark.slow
def test_every_line_is_json_from_start_to_end(tmp_path: Path) -> None:
    """Gunicorn's own lines too."""
    running = start_server(tmp_path, workers="1", threads="3")
    running.ask("/v1/x")
    running.stop()
    events = {line["event"]: line for line in running.lines}
    assert events["listening"]["threads"] == 3
    assert {"Handling signal: term", "request", "Shutting down: Master"} <= events.keys()
    assert all({"level", "timestamp", "process", "logger"} <= line.keys() for line in running.lines)


@pytest.mark.slow
def test_workers_for_jobs_write_such_lines_too(tmp_path: Path) -> None:
    """Celery tells that a process of its own was killed, as one JSON object."""
    running = start_server(tmp_path, workers="1", embedded_worker="true")
    try:
        wait_until(lambda: bool(pool_of(running.pid)), what="the worker's processes")
        os.kill(pool_of(running.pid)[0], signal.SIGKILL)
        wait_until(
            lambda: any("SIGKILL" in line["event"] for line in running.lines),
            what="somebody to tell of it",
        )
    finally:
        running.stop()
    assert all({"level", "timestamp", "process", "logger"} <= line.keys() for line in running.lines)


def pool_of(server: int) -> list[int]:
    """The processes in which a Celery worker below a server does its tasks."""
    workers = [pid for pid in descendants(server) if "celery" in command(pid)]
    return [below for pid in workers for below in children(pid) if below in workers]


def command(pid: int) -> str:
    """A process's command line; nothing where it has gone."""
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
