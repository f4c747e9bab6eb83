"""Metrics and readiness of jobs, without workers and with an unavailable store or broker."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from service.app import create_app
from service.settings.config import Config
from tests.real_processes.redis import RedisServer, serving_redis
from tests.service.jobs.test_sweeps import BRIEF, put_row
from tests.service.servers import ROOT

DOCS = ROOT / "docs" / "operations.md"


@pytest.fixture
def fresh(tmp_path: Path) -> Flask:
    """An application without a job."""
    return create_app(Config(state_folder=str(tmp_path / "state")))


def read_metrics(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Each metric of jobs by its name and label."""
    return {
        (sample.name.removeprefix("gan_designer_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
        if "job" in sample.name or "queue" in sample.name
    }


def test_metrics_follow_the_jobs(fresh: Flask) -> None:
    client = fresh.test_client()
    assert read_metrics(client)["jobs", "queued"] == 0
    made = client.post("/v1/sweeps", json={"designs": [BRIEF] * 32}).json or {}
    client.post("/v1/sweeps", json={"designs": [BRIEF] * 16})
    client.post("/v1/designs", json=BRIEF | {"verify": "full"}, headers={"Prefer": "respond-async"})
    fresh.extensions["job_service"].store.claim_row("a-worker", "a-message")
    put_row(fresh, made["id"], 0)
    put_row(fresh, made["id"], 1, failed=True)
    found = read_metrics(client)
    ages = {name: found.pop(("jobs_oldest_seconds", name)) for name in ("queued", "running")}
    assert 0 < ages["queued"] < ages["running"] < 600
    assert found == {
        ("jobs_up",): 1,
        ("queue_messages",): 3,
        ("jobs", "queued"): 2,
        ("jobs", "running"): 1,
        ("job_rows_total", "made"): 1,
        ("job_rows_total", "failed"): 1,
        ("job_rows_pending",): 47,
        ("job_workers",): 0,
    }


def test_the_documentation_has_every_metric(fresh: Flask) -> None:
    """docs/operations.md has a row for each metric, and no other."""
    fresh.test_client().post("/v1/sweeps", json={"designs": [BRIEF]})
    named = re.findall(r"^\| `gan_designer_((?:job|queue)\w*)` ", DOCS.read_text(), re.M)
    assert sorted(named) == sorted({name for name, *_ in read_metrics(fresh.test_client())})


def test_readiness_reports_broker_and_workers(fresh: Flask) -> None:
    """Without messages no worker is needed; messages without a worker are reported."""

    def jobs() -> object:
        return (fresh.test_client().get("/readyz").json or {})["parts"]["jobs"]

    assert jobs() == {"state": "ok", "messages": 0, "workers": 0}
    fresh.test_client().post("/v1/sweeps", json={"designs": [BRIEF]})
    reason = "no worker is running"
    assert jobs() == {"state": "degraded", "reason": reason, "messages": 1, "workers": 0}
    fresh.extensions["job_service"].store.record_heartbeat("a-worker", 60)
    assert jobs() == {"state": "ok", "messages": 1, "workers": 1}


def test_an_unavailable_redis_is_reported(tmp_path: Path) -> None:
    """As a problem with Retry-After; requests that need no jobs are served."""
    with serving_redis(tmp_path / "redis") as server:
        app = create_app(Config(state_folder=str(tmp_path / "state"), redis_url=server.url))
        client = app.test_client()
        path = (client.post("/v1/sweeps", json={"designs": [BRIEF]}).json or {})["links"]["self"]
        assert client.get(path).status_code == 200
        server.kill()
        for answer in (
            client.get(path),
            client.get(f"{path}/result"),
            client.get(f"{path}/events"),
            client.delete(path),
            client.post("/v1/sweeps", json={"designs": [BRIEF]}),
        ):
            assert answer.status_code == 503
            assert (answer.json or {})["code"] == "jobs_unavailable"
            assert answer.headers["Retry-After"]
        parts = (client.get("/readyz").json or {})["parts"]
        assert parts["jobs"]["state"] == "degraded"
        assert read_metrics(client) == {("jobs_up",): 0}
        assert client.post("/v1/designs", json=BRIEF | {"verify": "none"}).status_code == 200
        server.start()
        assert client.get(path).status_code == 200


def test_a_redis_that_hangs_blocks_no_thread_for_long(tmp_path: Path) -> None:
    """A blocked thread is missing for requests that need no Redis."""
    with serving_redis(tmp_path / "redis") as server:
        apps = [
            create_app(Config(state_folder=str(tmp_path / "state"), redis_url=server.url))
            for _ in range(2)
        ]
        assert apps[0].test_client().get(f"/v1/jobs/{'a' * 22}").status_code == 404
        server.pause()
        for app in apps:  # one has a connection, the other one has to connect
            start = time.monotonic()
            assert app.test_client().get(f"/v1/jobs/{'a' * 22}").status_code == 503
            assert time.monotonic() - start < 15  # with nested retries, half a minute and two


@pytest.mark.parametrize(
    ("field", "value"),
    [("state", "bogus"), ("total", "0"), ("total", "x"), ("done", "99"), ("kind", "x")]
    + [("created_at", value) for value in ("nan", "1e300", "x")]
    + [("expires_at", "inf"), ("kind", None)],
)
def test_a_job_with_invalid_stored_fields_is_not_found(
    shared_redis: RedisServer, tmp_path: Path, field: str, value: str | None
) -> None:
    """Other jobs and the metrics are not affected."""
    app = create_app(Config(state_folder=str(tmp_path), redis_url=shared_redis.url))
    client = app.test_client()
    with shared_redis.client as inside:
        inside.flushall()
        foreign, ours = (
            (client.post("/v1/sweeps", json={"designs": [BRIEF]}).json or {}) for _ in range(2)
        )
        name = f"gan-designer:job:{foreign['id']}"
        inside.hset(name, field, value) if value else inside.hdel(name, field)
    for path in foreign["links"].values():
        assert (client.get(path).json or {})["code"] == "no_job"
    assert client.get(ours["links"]["self"]).status_code == 200
    assert read_metrics(client)["jobs", "queued"] == 1
