"""Trials as jobs: submission, a row for each seed, the result, cancelled and failed seeds."""

from __future__ import annotations

import json
import os
import signal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from designer import design
from designer.brief.model import Brief
from designer.errors import ProbeFailed
from designer.pipeline.design import Design
from designer.pipeline.trial import (
    Trial,
    read_trial_request,
    run_seed,
    run_trial_seeds,
    trial_document,
)
from designer.validation.json_readers import JsonObject
from designer.verification import Pool
from service.app import create_app
from service.openapi.examples import TRIAL_EXAMPLES
from tests.service.jobs.runners import runner_of
from tests.service.jobs.workers import config_of, running_worker
from tests.wait import wait_until

BRIEF: dict[str, Any] = {"resolution": 8, "base_channels": 4, "latent_dim": 4, "channels": 1}
REQUEST: dict[str, Any] = {"design": BRIEF, "data": "glyphs", "seeds": 3, "steps": 2}


def post(client: FlaskClient, **changes: object) -> dict[str, Any]:
    """The job of a small trial."""
    answer = client.post("/v1/trials", json=REQUEST | changes)
    assert answer.status_code == 202, answer.json
    assert answer.json is not None
    assert answer.headers["Location"] == answer.json["links"]["self"]
    return dict(answer.json)


@cache
def contract(app: Flask) -> dict[str, Any]:
    """The OpenAPI document."""
    return dict(app.test_client().get("/openapi.json").json or {})


def assert_is_a_trial(app: Flask, document: object) -> None:
    """The document has the schema of the contract."""
    schema = {"$ref": "#/components/schemas/Trial", "components": contract(app)["components"]}
    Draft202012Validator(schema).validate(document)


def fit_none(made: Brief) -> Design:
    raise AssertionError("a trial makes no design")


@pytest.mark.parametrize("name", TRIAL_EXAMPLES)
def test_the_examples_are_accepted(client: FlaskClient, name: str) -> None:
    answer = client.post("/v1/trials", json=TRIAL_EXAMPLES[name]["value"])
    assert answer.status_code == 202
    job = answer.json or {}
    assert (job["kind"], job["state"]) == ("trial", "queued")
    assert job["total"] == TRIAL_EXAMPLES[name]["value"].get("seeds", 3)
    client.delete(job["links"]["self"])


def test_the_same_key_gives_the_same_job(client: FlaskClient) -> None:
    """Also where a brief is given once and then the id of its design."""
    headers = {"Idempotency-Key": "one trial"}
    first = client.post("/v1/trials", json=REQUEST, headers=headers).json or {}
    by_id = REQUEST | {"design": read_trial_request(REQUEST).design_id}
    assert (client.post("/v1/trials", json=by_id, headers=headers).json or {})["id"] == first["id"]
    other = client.post("/v1/trials", json=REQUEST | {"steps": 3}, headers=headers)
    assert (other.status_code, (other.json or {})["code"]) == (422, "idempotency_key_reused")
    client.delete(first["links"]["self"])


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointers"),
    [
        ({"design": None}, 422, "missing_field", ["/design"]),
        ({"design": "9" * 40}, 404, "damaged_id", []),
        ({"design": BRIEF | {"latent_dim": 0}}, 422, "out_of_range", ["/design/latent_dim"]),
        ({"data": "/etc"}, 422, "not_a_choice", ["/data"]),
        ({"seeds": 11}, 422, "out_of_range", ["/seeds"]),
        (
            {"design": BRIEF | {"resolution": [64]}, "data": "photos"},
            422,
            "contradiction",
            ["/data"],
        ),
        ({"design": {"resolution": 512}}, 422, "trial_too_expensive", []),
        ({"epochs": 3}, 422, "unknown_field", ["/epochs"]),
    ],
)
def test_an_invalid_trial_is_refused_before_it_is_queued(
    app: Flask,
    client: FlaskClient,
    changes: dict[str, Any],
    status: int,
    code: str,
    pointers: list[str],
) -> None:
    store = app.extensions["job_service"].store
    before = len(store.unfinished())
    answer = client.post("/v1/trials", json=REQUEST | changes)
    problem = answer.json or {}
    assert (answer.status_code, problem["code"]) == (status, code)
    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert len(store.unfinished()) == before
    if code == "trial_too_expensive":
        assert problem["facts"]["multiply_adds"] > problem["facts"]["maximum"] == 5 * 10**12


@pytest.mark.torch
def test_the_result_is_the_answer_of_the_library(
    app: Flask, client: FlaskClient, pool: Pool
) -> None:
    """Seed by seed, with the mean of all; events have a row for each seed."""
    job = post(client)
    result = client.get(job["links"]["result"])
    assert (result.json or {})["code"] == "job_not_done"

    def fit(trial: Trial, seed: int) -> JsonObject:
        return trial_document(trial, [run_seed(trial, seed, runner=pool.run)])

    runner_of(app.extensions["job_service"].store, make=fit_none, fit=fit, message_s=600).run("m")
    assert (client.get(job["links"]["self"]).json or {})["state"] == "succeeded"
    answer = client.get(job["links"]["result"]).json
    trial = read_trial_request(REQUEST)
    runs = list(run_trial_seeds(trial, runner=pool.run))
    expected = {**trial_document(trial, runs), "problems": []}
    assert answer == json.loads(json.dumps(expected))
    assert_is_a_trial(app, answer)
    with client.get(job["links"]["events"]) as events:
        assert events.text.count("event: row") == 3


def fits(*failing: int) -> Any:  # noqa: ANN401
    """A function that fits at once, and fails for some seeds."""

    def fit(trial: Trial, seed: int) -> JsonObject:
        if seed in failing:
            raise ProbeFailed("the source ran for more than 900 s and was stopped", wall_s=900)
        figures = {"curve": [0.5, 0.25], "final_error": 0.25, "spectrum_error": 0.1}
        run = {
            "seed": seed,
            "generator": figures | {"condition": None},
            "discriminator": None,
            "pictures_sha256": "0" * 64,
            "torch_version": "2",
        }
        return trial_document(trial, [run])

    return fit


def test_a_cancelled_trial_keeps_its_finished_seeds(app: Flask, client: FlaskClient) -> None:
    """Their figures and their mean stay in the result; no further row is computed."""
    job = post(client)
    store = app.extensions["job_service"].store
    done: list[int] = []
    runner_of(store, fit=fits(), shutting_down=lambda: bool(done) or done.append(0)).run("m")
    assert (client.delete(job["links"]["self"]).json or {})["state"] == "cancelled"
    runner_of(store, fit=fits()).run("another")
    answer: Any = client.get(job["links"]["result"]).json
    assert [run["seed"] for run in answer["runs"]] == [0]
    assert (answer["seeds"], answer["summary"]["final_error"]["mean"]) == (3, 0.25)
    assert_is_a_trial(app, answer)


def test_a_failed_seed_does_not_lose_the_others(app: Flask, client: FlaskClient) -> None:
    """The job fails; its result has the other seeds and the problem."""
    job = post(client)
    runner_of(app.extensions["job_service"].store, fit=fits(1)).run("m")
    state: Any = client.get(job["links"]["self"]).json
    assert (state["state"], state["done"], state["failed"]) == ("failed", 3, 1)
    answer: Any = client.get(job["links"]["result"]).json
    assert [run["seed"] for run in answer["runs"]] == [0, 2]
    assert [(each["seed"], each["problem"]["code"]) for each in answer["problems"]] == [
        (1, "probe_failed")
    ]
    assert_is_a_trial(app, answer)


def test_a_trial_of_failed_seeds_is_their_problem(app: Flask, client: FlaskClient) -> None:
    job = post(client)
    runner_of(app.extensions["job_service"].store, fit=fits(0, 1, 2)).run("m")
    result = client.get(job["links"]["result"])
    assert result.mimetype == "application/problem+json"
    assert (result.json or {})["code"] == "probe_failed"


@pytest.mark.torch
@pytest.mark.slow
def test_a_worker_fits_the_seeds(tmp_path: Path) -> None:
    """With its own verifying process; the figures are those of any other."""
    client = create_app(config_of(tmp_path)).test_client()
    job = post(client, seeds=1)
    with running_worker(tmp_path):
        wait_until(
            lambda: (client.get(job["links"]["self"]).json or {})["state"] == "succeeded",
            what="the seed",
        )
    answer: Any = client.get(job["links"]["result"]).json
    assert answer["runs"][0]["generator"]["curve"][-1] > 0


@pytest.mark.soak
@pytest.mark.torch
def test_a_trial_survives_a_killed_worker(tmp_path: Path) -> None:
    """Another worker fits the seeds that are missing; those that were stored stay as they are."""
    client = create_app(config_of(tmp_path)).test_client()
    made = design(12, base_channels=8, latent_dim=4, channels=1, verify="none")
    job = post(client, design=made.id, seeds=3, steps=300)

    def state() -> dict[str, Any]:
        return dict(client.get(job["links"]["self"]).json or {})

    with running_worker(tmp_path) as worker:
        wait_until(lambda: state()["done"] >= 1, what="a seed")
        os.kill(worker.pid, signal.SIGKILL)
    before: Any = client.get(job["links"]["result"]).json
    with running_worker(tmp_path):
        wait_until(lambda: state()["state"] == "succeeded", what="the other seeds")
    answer: Any = client.get(job["links"]["result"]).json
    assert [run["seed"] for run in answer["runs"]] == [0, 1, 2]
    assert answer["runs"][: len(before["runs"])] == before["runs"]
