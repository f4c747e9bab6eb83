"""/readyz: 200 while the service serves, also degraded; 503 while starting, stopping or unready."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.observability.readiness import Readiness
from service.settings.config import Config
from tests.real_processes.redis import serving_redis
from tests.service.processes import children, is_gone
from tests.service.servers import Server, free_port, serving
from tests.wait import wait_until


def parts(client: FlaskClient) -> Readiness:
    readiness: Readiness = client.application.extensions["readiness"]
    return readiness


def test_a_service_whose_parts_are_ok_is_ready(client: FlaskClient) -> None:
    """Verifying processes that have not been needed yet are ready."""
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["status"] == "ok"  # type: ignore[index]
    assert answer.json["parts"]["verifier"] == {"state": "ok"}  # type: ignore[index]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_part_that_is_degraded_does_not_stop_the_service(client: FlaskClient) -> None:
    """A broken cache does not make the service unready."""
    parts(client).parts["cache"] = lambda: {"state": "degraded", "reason": "the disk is full"}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")  # type: ignore[index]
    assert answer.json["parts"]["cache"]["reason"] == "the disk is full"  # type: ignore[index]


def test_a_part_that_is_unready_is_a_problem(client: FlaskClient) -> None:
    """The sentence names the part, and ``facts`` has its state."""
    parts(client).parts["cache"] = lambda: {"state": "degraded"}
    parts(client).parts["verifier"] = lambda: {"state": "unready", "ready": 0}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.json is not None
    assert (answer.json["code"], answer.json["detail"]) == (
        "not_ready",
        "not ready: verifier",
    )
    assert answer.json["facts"]["parts"]["verifier"] == {"state": "unready", "ready": 0}


def test_a_stopping_process_is_not_ready_and_still_alive(client: FlaskClient) -> None:
    """A load balancer stops sending requests; a supervisor does not restart the process."""
    parts(client).stopping.set()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_a_part_that_fails_is_degraded(client: FlaskClient) -> None:
    """A failing probe does not affect the other parts."""

    def fail() -> dict[str, Any]:
        raise LookupError("secret")

    parts(client).parts["jobs"] = fail
    answer = client.get("/readyz")
    assert (answer.status_code, b"secret" in answer.data) == (200, False)
    assert answer.json["parts"]["jobs"]["state"] == "degraded"  # type: ignore[index]


@pytest.mark.parametrize("where", ["redis", "folder"])
def test_readiness_reveals_no_host_and_no_path(
    tmp_path: Path, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The response has only the kind of an error; the log has the full message."""
    place = tmp_path / "state"
    place.write_text("a file where a folder should be")
    url = f"redis://:hunter2@127.0.0.1:{free_port()}/0" if where == "redis" else ""
    client = create_app(Config(state_folder=str(place), redis_url=url)).test_client()
    hidden = url.rpartition("@")[2].removesuffix("/0") or str(place)
    wait_until(lambda: len(reasons(client)) == 2, what="both to be degraded")
    assert not {word for word in (hidden, "hunter2", str(place)) if word in str(reasons(client))}
    wait_until(lambda: hidden in caplog.text, what="the log")
    assert "hunter2" not in caplog.text


def reasons(client: FlaskClient) -> list[str]:
    body = client.get("/readyz").json or {}
    return [part["reason"] for part in body["parts"].values() if part.get("reason")]


def verifier(server: Server) -> dict[str, Any]:
    answer = server.ask("/readyz")
    body: dict[str, Any] = answer.json
    return {"status": answer.status, **body.get("facts", body)["parts"]["verifier"]}


@pytest.mark.slow
@pytest.mark.torch
def test_a_server_becomes_ready_stays_so_and_recovers() -> None:
    """It is ready once the fork server has torch; a check replaces a killed fork server."""
    with serving(warm=True, workers="1", verify_processes="1") as running:
        wait_until(lambda: verifier(running)["status"] == 200, what="the verifier")
        state = verifier(running)
        assert {"workers": 1, "ready": 1, "busy": 0, "waiting": 0}.items() <= state.items()
        assert "resource-limits" in state["enforced"]
        layers = {layer["layer"]: layer for layer in state["sandbox"]}
        assert layers["limits"]["holds"]
        assert layers["limits"]["required"]
        assert not layers["user"]["required"]
        (worker,) = children(running.pid)
        (fork_server,) = children(worker)
        os.kill(fork_server, signal.SIGKILL)
        wait_until(lambda: is_gone(fork_server), what="the verifier")
        assert verifier(running) == {**state, "status": 503, "state": "unready"} | {
            "ready": 0,
            "enforced": [],
            "sandbox": [],
        }
        wait_until(lambda: verifier(running)["status"] == 200, what="the verifier")
        assert verifier(running) == state


@pytest.mark.slow
def test_without_its_redis_a_server_is_degraded_and_serves(tmp_path: Path) -> None:
    """With a Redis that is killed, restarted and paused."""

    def status() -> str:
        answer = running.ask("/readyz")
        assert answer.status == 200, answer.body
        return str(answer.json["status"])

    with (
        serving_redis(tmp_path / "redis") as redis,
        serving(workers="1", redis_url=redis.url) as running,
    ):
        wait_until(lambda: running.ask("/readyz").status == 200, what="the verifier")
        wait_until(lambda: status() == "ok", what="the cache")
        redis.kill()
        wait_until(lambda: status() == "degraded", what="degraded readiness")
        assert running.ask("/readyz").json["parts"]["cache"]["reason"]
        assert running.ask("/v1/designs?resolution=16&latent_dim=4&verify=none").status == 200
        redis.start()
        wait_until(lambda: status() == "ok", what="it to be found again")
        redis.pause()
        for path in ("/readyz", "/metrics"):
            start = time.monotonic()
            assert running.ask(path).status == 200
            assert (
                time.monotonic() - start < 9
            )  # without the timeout, each Redis command would take 5 s
        redis.resume()
        wait_until(lambda: status() == "ok", what="it to be found again")


def test_a_part_that_hangs_is_degraded_and_called_once(client: FlaskClient) -> None:
    """The response comes in time, and a hanging probe is not started again."""
    over, calls = threading.Event(), []

    def hang() -> dict[str, str]:
        calls.append(1)
        over.wait()
        return {"state": "ok"}

    parts(client).parts["jobs"] = hang
    try:
        for _ in range(2):
            answer = client.get("/readyz")
            assert answer.status_code == 200
            assert answer.json is not None
            assert answer.json["parts"]["jobs"]["reason"] == "no response within 2 s"
        assert len(calls) == 1
    finally:
        over.set()
