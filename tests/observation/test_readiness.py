"""/readyz: 200 while it serves, degraded or not, 503 while it starts, ends or lacks a part."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.observation.readiness import Readiness
from tests.service.processes import children, is_gone
from tests.service.servers import Server, serving
from tests.waiting import wait_until


def parts(client: FlaskClient) -> Readiness:
    readiness: Readiness = client.application.extensions["readiness"]
    return readiness


def test_a_service_whose_parts_stand_is_ready(client: FlaskClient) -> None:
    """Verifying processes that nobody needed yet are no reason to wait."""
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["status"] == "ok"  # type: ignore[index]
    assert answer.json["parts"]["verifier"] == {"state": "ok"}  # type: ignore[index]
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_costs_time_only_is_degraded(client: FlaskClient) -> None:
    """A broken cache keeps nobody from being served."""
    parts(client).parts["cache"] = lambda: {"state": "degraded", "reason": "the disk is full"}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")  # type: ignore[index]
    assert answer.json["parts"]["cache"]["reason"] == "the disk is full"  # type: ignore[index]


def test_what_cannot_serve_is_a_problem(client: FlaskClient) -> None:
    """With the part's name in the sentence and its state in the facts."""
    parts(client).parts["cache"] = lambda: {"state": "degraded"}
    parts(client).parts["verifier"] = lambda: {"state": "unready", "ready": 0}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.json is not None
    assert (answer.json["code"], answer.json["detail"]) == (
        "not_ready",
        "cannot serve yet: verifier",
    )
    assert answer.json["facts"]["parts"]["verifier"] == {"state": "unready", "ready": 0}


def test_a_process_that_ends_is_not_ready_and_lives(client: FlaskClient) -> None:
    """A balancer sends nothing more; a supervisor does not start another for it."""
    parts(client).stopping.set()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def verifier(server: Server) -> dict[str, Any]:
    answer = server.ask("/readyz")
    told: dict[str, Any] = answer.json
    return {"status": answer.status, **told.get("facts", told)["parts"]["verifier"]}


@pytest.mark.slow
@pytest.mark.torch
def test_a_server_becomes_ready_stays_so_and_recovers() -> None:
    """Once a keeper has torch; a keeper that is killed is replaced because somebody looked."""
    with serving(workers="1", verify_processes="1") as running:
        wait_until(lambda: verifier(running)["status"] == 200, what="the verifier")
        state = verifier(running)
        assert {"workers": 1, "ready": 1, "busy": 0, "waiting": 0}.items() <= state.items()
        assert "resource-limits" in state["enforced"]
        (worker,) = children(running.pid)
        (keeper,) = children(worker)
        os.kill(keeper, signal.SIGKILL)
        wait_until(lambda: is_gone(keeper), what="the verifier")
        assert verifier(running) == {**state, "status": 503, "state": "unready"} | {
            "ready": 0,
            "enforced": [],
        }
        wait_until(lambda: verifier(running)["status"] == 200, what="the verifier")
        assert verifier(running) == state
