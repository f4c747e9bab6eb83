"""`gan-designer serve` with its embedded worker: both are killed and started again."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.jobs.sweep_requests import ROWS, SWEEP_TIMEOUT_S
from tests.service.processes import children, descendants, is_gone
from tests.service.servers import Server, start_server
from tests.wait import wait_until

pytestmark = [pytest.mark.torch, pytest.mark.slow]

MANY = {
    "grid": {
        "resolution": [8, 12, 16, 20, 24],
        "latent_dim": list(range(1, 101)),
        "base_channels": [4],
    },
    "verify": "none",
}


def start(folder: Path, *, warm: bool = False) -> Server:
    """A server with its worker, on the state of earlier servers in the folder."""
    folder.mkdir(exist_ok=True)
    return start_server(folder, warm=warm, workers="1", embedded_worker="true")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = start(tmp_path / "server")
    yield running
    running.stop()


def post(server: Server, body: object, **headers: str) -> dict[str, Any]:
    answer = server.ask(
        "/v1/sweeps",
        method="POST",
        body=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    assert answer.status == 202, answer.body
    return dict(json.loads(answer.body))


def job(server: Server, path: str) -> dict[str, Any]:
    return dict(json.loads(server.ask(path).body))


def rows(server: Server, path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.ask(f"{path}/result").body.splitlines()]


def wait_for_rows(server: Server, path: str, count: int) -> None:
    wait_until(lambda: bool(job(server, path)["done"] >= count), what=f"{count} rows")


def assert_complete(server: Server, path: str) -> None:
    """Every row once, in order, without problems."""
    end = time.monotonic() + SWEEP_TIMEOUT_S
    while job(server, path)["done"] < ROWS:
        assert time.monotonic() < end, job(server, path)
        time.sleep(0.2)
    assert job(server, path)["state"] == "succeeded"
    found = rows(server, path)
    assert [row["index"] for row in found] == list(range(ROWS))
    assert [row["problem"] for row in found] == [None] * ROWS


def command_of(pid: int) -> bytes:
    """The command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def celery_worker_pid(server: Server) -> int:
    """The worker: the only child of the supervisor, which is a child of the server."""
    for child in children(server.pid):
        if b"service.jobs.worker.embedded" in command_of(child):
            wait_until(lambda: bool(children(child)), what="a worker")  # noqa: B023
            return children(child)[0]
    raise AssertionError("no supervisor is running")


def test_a_killed_worker_is_started_again_and_loses_nothing(server: Server) -> None:
    path = post(server, MANY)["links"]["self"]
    wait_for_rows(server, path, 20)
    worker = celery_worker_pid(server)
    assert job(server, path)["state"] == "running"
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: is_gone(worker), what="the worker's end")
    assert_complete(server, path)
    assert celery_worker_pid(server) != worker


def test_a_killed_process_of_the_worker_loses_nothing(server: Server) -> None:
    path = post(server, MANY)["links"]["self"]
    wait_for_rows(server, path, 20)
    (child,) = children(celery_worker_pid(server))
    os.kill(child, signal.SIGKILL)
    assert_complete(server, path)


def test_a_killed_server_resumes_its_sweep(tmp_path: Path) -> None:
    """All processes below the killed server end by themselves; the next server resumes."""
    first = start(tmp_path / "server", warm=True)
    try:
        path = post(first, MANY)["links"]["self"]
        wait_for_rows(first, path, 20)
    finally:
        below = descendants(first.pid)
        first.process.kill()
        first.process.wait()
    assert len(below) >= 4, "web process, its fork server, worker, its child process"
    wait_until(lambda: all(is_gone(pid) for pid in below), what="the end of all below the server")
    second = start(tmp_path / "server")
    try:
        assert_complete(second, path)
    finally:
        second.stop()


def test_a_state_folder_may_appear_after_the_start(tmp_path: Path) -> None:
    """As on a disk that is mounted after the start: jobs run from then on."""
    state_folder = tmp_path / "disk"
    state_folder.write_text("not yet a folder")
    state = str(state_folder / "state")
    late = start_server(tmp_path, workers="1", embedded_worker="true", state_folder=state)
    try:
        body = json.dumps({"designs": [{"resolution": 8, "latent_dim": 4}], "verify": "none"})
        sent = {"method": "POST", "body": body.encode()}
        kind = {"Content-Type": "application/json"}
        assert late.ask("/v1/sweeps", **sent, headers=kind).status == 503
        (supervisor,) = (pid for pid in children(late.pid) if b"embedded" in command_of(pid))
        state_folder.unlink()
        taken = late.ask("/v1/sweeps", **sent, headers=kind)
        assert taken.status == 202
        wait_for_rows(late, taken.headers["Location"], 1)
        assert not is_gone(supervisor)
    finally:
        late.stop()


def test_an_ended_server_leaves_no_process(tmp_path: Path) -> None:
    """Terminated during a verified sweep, it ends all its processes."""
    server = start(tmp_path / "server")
    verified = {"grid": MANY["grid"]}
    path = post(server, verified)["links"]["self"]
    wait_for_rows(server, path, 1)
    below = descendants(server.pid)
    assert {os.getpgid(pid) for pid in children(server.pid)} == {os.getpgid(server.pid)}
    server.stop()
    wait_until(lambda: all(is_gone(pid) for pid in below), what="the end of all below the server")


def test_a_sweep_is_verified_without_torch_in_the_worker(server: Server) -> None:
    """A fork server verifies, and ends by itself when its parent is killed."""
    sweep = {"designs": [{"resolution": 8, "latent_dim": 4, "base_channels": 4}] * 2}
    path = post(server, sweep)["links"]["self"]
    wait_for_rows(server, path, 2)
    assert [row["verdict"] for row in rows(server, path)] == ["verified"] * 2
    worker = celery_worker_pid(server)
    (process,) = children(worker)
    for pid in (worker, process):
        assert "libtorch" not in Path(f"/proc/{pid}/maps").read_text()
    fork_servers = descendants(process)
    assert fork_servers
    os.kill(process, signal.SIGKILL)
    wait_until(lambda: all(is_gone(pid) for pid in fork_servers), what="the fork server's end")


def test_a_fully_verified_design_can_be_requested_asynchronously(server: Server) -> None:
    """A job whose result equals the cached design and the synchronous response."""
    body = {"resolution": 8, "latent_dim": 4, "base_channels": 4, "verify": "full"}
    sent = {"method": "POST", "body": json.dumps(body).encode()}
    kind = {"Content-Type": "application/json"}
    taken = server.ask("/v1/designs", **sent, headers={**kind, "Prefer": "respond-async, wait=10"})
    assert (taken.status, taken.headers["Preference-Applied"]) == (202, "respond-async")
    path = taken.headers["Location"]
    assert path == taken.json["links"]["self"]
    wait_until(lambda: bool(job(server, path)["finished_at"]), what="the design")
    assert job(server, path)["state"] == "succeeded"
    result = server.ask(f"{path}/result")
    made = result.json
    assert (result.status, made["brief"]["verify"]) == (200, "full")
    assert [made["verification"][name] for name in ("verdict", "level")] == ["verified", "full"]
    assert "generator.onnx" in {check["name"] for check in made["verification"]["checks"]}
    assert server.ask(f"/v1/designs/{made['id']}").body == result.body
    waited = server.ask("/v1/designs", **sent, headers=kind)
    assert waited.body == result.body
    assert waited.headers["Content-Location"] == f"/v1/designs/{made['id']}"
    assert "Preference-Applied" not in waited.headers


def test_a_cancelled_sweep_stops_within_two_seconds(server: Server) -> None:
    """Even during a row: its verification is ended, and no row is added."""
    expensive = {"resolution": 256, "latent_dim": 100}
    cheap = {"resolution": 8, "latent_dim": 4, "base_channels": 4}
    sweep = {"designs": [cheap, *[expensive] * 20]}
    path = post(server, sweep)["links"]["self"]
    wait_for_rows(server, path, 1)
    assert json.loads(server.ask(path, method="DELETE").body)["state"] == "cancelled"
    done = job(server, path)["done"]
    worker = celery_worker_pid(server)
    quick = {"designs": [{"resolution": 8, "latent_dim": 5, "base_channels": 4}], "verify": "none"}
    after = post(server, quick)["links"]["self"]
    wait_for_rows(server, after, 1)
    assert job(server, path)["done"] == done
    assert len(rows(server, path)) == done
    assert celery_worker_pid(server) == worker
