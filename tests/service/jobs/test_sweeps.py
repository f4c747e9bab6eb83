"""Sweeps over HTTP: accepted requests, and refusals before anything is queued."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from designer.brief.brief_json import brief_from_document
from designer.pipeline.make_design import design
from service.access.client import ANONYMOUS_OWNER
from service.jobs.metrics import read_queue_depth
from service.jobs.store.protocol import JobRow
from service.jobs.sweep_request import MAX_ROWS, Sweep, sweep_from_document
from service.openapi.examples import SWEEP_EXAMPLES

BRIEF: dict[str, Any] = {"resolution": 8, "latent_dim": 4, "base_channels": 4}
GRID = {"resolution": [8, 16], "latent_dim": [4]}


def put_row(app: Flask, job_id: str, index: int, *, failed: bool = False) -> None:
    """Store a row as a worker does."""
    body = json.dumps({"index": index, "problem": {} if failed else None})
    assert app.extensions["job_service"].store.put_row(
        job_id, JobRow(index=index, body=body, failed=failed)
    )


def start_job(app: Flask, job_id: str) -> None:
    """Claim rows, also of other jobs, until one is of this job."""
    store = app.extensions["job_service"].store
    while store.claim_row("a-worker", "a-message").job_id != job_id:
        pass


@pytest.mark.parametrize("name", SWEEP_EXAMPLES)
def test_an_example_is_accepted(client: FlaskClient, name: str) -> None:
    answer = client.post("/v1/sweeps", json=SWEEP_EXAMPLES[name]["value"])
    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["state"] == "queued"
    assert answer.headers["Location"] == answer.json["links"]["self"]
    assert client.get(answer.headers["Location"]).json == answer.json


def test_a_grid_is_the_product_of_its_lists() -> None:
    """Against itertools' own product, the last field changing fastest."""
    lists = {"resolution": [8, 16, 24], "latent_dim": [4, 5], "channels": [1, 3]}
    sweep = sweep_from_document({"grid": lists, "verify": "none"})
    expected = [dict(zip(lists, row, strict=True)) for row in itertools.product(*lists.values())]
    assert [sweep.row(index) for index in range(len(sweep))] == [
        {"verify": "none"} | row for row in expected
    ]


def test_a_grid_varies_the_shape_of_r3gan(client: FlaskClient) -> None:
    """Each row is a design of its own, with the parameters of its 3×3 kernels by hand."""
    shapes = {"expansion": [1, 3], "group_width": [2, 16]}
    grid = {"resolution": [8], "base_channels": [4], "architecture": ["r3gan"], **shapes}
    answer = client.post("/v1/sweeps", json={"grid": grid, "verify": "none"})
    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["total"] == 4
    sweep = sweep_from_document({"grid": grid, "verify": "none"})
    for index, (expansion, group_width) in enumerate(itertools.product(*shapes.values())):
        made = design(brief_from_document(sweep.row(index)))
        modules = {each.name: each.module for each in made.gan.generator.placed_modules}
        wide = expansion * 8
        groups = -(-wide // group_width)
        assert modules["main.4.body.2"].parameters == wide * (wide // groups) * 9 + wide


def test_a_brief_keeps_a_level_of_its_own() -> None:
    designs = [BRIEF, BRIEF | {"verify": "full"}, BRIEF | {"verify": None}]
    sweep = sweep_from_document({"designs": designs, "verify": "none"})
    assert [sweep.row(index)["verify"] for index in range(3)] == ["none", "full", "none"]


LISTS = ("channels", "base_channels", "max_channels", "upsampling", "classes", "search", "budget")

REFUSALS: dict[str, tuple[object, str, str]] = {
    "nothing": ({}, "missing_field", ""),
    "no object": ([BRIEF], "not_an_object", ""),
    "both": ({"designs": [BRIEF], "grid": GRID}, "contradiction", ""),
    "unknown field": ({"designs": [BRIEF], "parallel": 4}, "unknown_field", "/parallel"),
    "no designs": ({"designs": []}, "wrong_length", "/designs"),
    "designs no list": ({"designs": BRIEF}, "not_a_list", "/designs"),
    "a design no object": ({"designs": [BRIEF, 3]}, "not_an_object", "/designs/1"),
    "empty grid": ({"grid": {}}, "missing_field", "/grid/resolution"),
    "empty list": ({"grid": {"resolution": []}}, "wrong_length", "/grid/resolution"),
    "grid no list": ({"grid": {"resolution": 8}}, "not_a_list", "/grid/resolution"),
    "grid's unknown field": ({"grid": GRID | {"seed": [1]}}, "unknown_field", "/grid/seed"),
    "level": ({"designs": [BRIEF], "verify": "yes"}, "not_a_choice", "/verify"),
    "level of another type": ({"designs": [BRIEF], "verify": 0}, "not_a_choice", "/verify"),
    "empty level": ({"designs": [BRIEF], "verify": ""}, "not_a_choice", "/verify"),
    "10,001 designs": ({"designs": [BRIEF] * (MAX_ROWS + 1)}, "too_many_rows", "/designs"),
    "10,001 of a grid": (
        {"grid": {"resolution": [8], "latent_dim": list(range(1, 138)), "channels": [1] * 73}},
        "too_many_rows",
        "/grid",
    ),
    "10,001 values of a field": (
        {"grid": GRID | {"latent_dim": [1] * (MAX_ROWS + 1)}},
        "too_many_rows",
        "/grid/latent_dim",
    ),
    "more of a grid than a length may say": (
        {"grid": dict.fromkeys(("resolution", "latent_dim", *LISTS), [1] * 200)},
        "too_many_rows",
        "/grid",
    ),
    "a row out of range": (
        {"designs": [BRIEF, BRIEF | {"latent_dim": 0}]},
        "out_of_range",
        "/designs/1/latent_dim",
    ),
    "a row's missing field": (
        {"designs": [BRIEF, {"latent_dim": 8}]},
        "missing_field",
        "/designs/1/resolution",
    ),
    "a value of the grid": (
        {"grid": GRID | {"resolution": [8, [16, 3]]}},
        "out_of_range",
        "/grid/resolution/1/1",
    ),
    "a field that the grid lacks": (
        {"grid": {"latent_dim": [8, 16]}},
        "missing_field",
        "/grid/resolution",
    ),
    "a row's own chain": (
        {"designs": [BRIEF | {"chain": [{"kernel_size": 4, "output_padding": 9}]}]},
        "illegal_layer",
        "/designs/0",
    ),
    "a contradiction of two values": (
        {
            "designs": [
                BRIEF,
                BRIEF | {"discriminator": {"output": "critic", "normalization": "batch"}},
            ]
        },
        "critic_with_batch_norm",
        "/designs/1",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_wrong_sweep_is_refused_whole(app: Flask, client: FlaskClient, name: str) -> None:
    """With a pointer into the request; nothing is stored or queued."""
    body, code, pointer = REFUSALS[name]
    job_service = app.extensions["job_service"]
    store = job_service.store
    before = store.unfinished(), read_queue_depth(job_service)
    answer = client.post("/v1/sweeps", json=body)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == code, answer.json
    (error,) = answer.json["errors"]
    assert error["pointer"].startswith(pointer)
    assert (error["pointer"] == pointer) or code == "critic_with_batch_norm"
    assert (store.unfinished(), read_queue_depth(job_service)) == before


def test_wrong_rows_are_reported_by_index(client: FlaskClient) -> None:
    """All invalid rows, each with its own error."""
    designs = [BRIEF | {"latent_dim": 4 if index % 3 else -index} for index in range(10)]
    answer = client.post("/v1/sweeps", json={"designs": designs})
    assert answer.json is not None
    assert answer.json["code"] == "invalid_request"
    assert [error["facts"]["index"] for error in answer.json["errors"]] == [0, 3, 6, 9]
    assert answer.json["errors"][1]["detail"].startswith("row 3: latent_dim must be")


def test_a_wrong_value_of_a_grid_is_reported_once(client: FlaskClient) -> None:
    """Even if a hundred rows have it."""
    body = {"grid": {"resolution": [8, 3], "latent_dim": list(range(4, 104))}}
    answer = client.post("/v1/sweeps", data=json.dumps(body), content_type="application/json")
    assert answer.json is not None
    assert [error["pointer"] for error in answer.json["errors"]] == ["/grid/resolution/1"]
    assert answer.json["errors"][0]["facts"]["index"] == 100


def test_the_maximum_number_of_rows_is_accepted(app: Flask, client: FlaskClient) -> None:
    """With one message, as any sweep."""
    before = read_queue_depth(app.extensions["job_service"])
    grid = {"resolution": [8], "latent_dim": list(range(1, 101)), "channels": list(range(1, 101))}
    answer = client.post("/v1/sweeps", json={"grid": grid, "verify": "none"})
    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["total"] == MAX_ROWS
    assert read_queue_depth(app.extensions["job_service"]) == before + 1
    job_service = app.extensions["job_service"]
    job_service.cancel(answer.json["id"], owner=ANONYMOUS_OWNER)


def test_an_idempotency_key_gives_the_same_job(app: Flask, client: FlaskClient) -> None:
    """Whether it has ended or not; another body with the same key is refused."""

    def post(body: object, key: str) -> TestResponse:
        return client.post("/v1/sweeps", json=body, headers={"Idempotency-Key": key})

    first = (post({"designs": [BRIEF]}, "night-1").json or {})["id"]
    depth = read_queue_depth(app.extensions["job_service"])
    put_row(app, first, 0)
    again = post({"designs": [BRIEF]}, "night-1").json or {}
    assert (again["id"], again["state"]) == (first, "succeeded")
    assert read_queue_depth(app.extensions["job_service"]) == depth
    other = post({"designs": [BRIEF, BRIEF]}, "night-1")
    assert (other.status_code, (other.json or {})["code"]) == (422, "idempotency_key_reused")
    assert (post({"designs": [BRIEF, BRIEF]}, "night-2").json or {})["id"] != first


@pytest.mark.parametrize("key", ["", "x" * 256, "n\u00e4chtlich"])
def test_a_bad_idempotency_key_is_refused(client: FlaskClient, key: str) -> None:
    headers = {"Idempotency-Key": key}
    answer = client.post("/v1/sweeps", json={"designs": [BRIEF]}, headers=headers)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["code"] == "bad_idempotency_key"


def test_a_grid_is_a_sweep_of_its_rows() -> None:
    """A grid equals the list of its rows."""
    by_grid = sweep_from_document({"grid": GRID})
    rows = [{"resolution": 8, "latent_dim": 4}, {"resolution": 16, "latent_dim": 4}]
    by_list = sweep_from_document({"designs": rows})

    def briefs(sweep: Sweep) -> list[object]:
        return [sweep.row(index) for index in range(len(sweep))]

    assert briefs(by_grid) == briefs(by_list)
