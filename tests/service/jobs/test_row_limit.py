"""The limit on unfinished rows of a client, over HTTP and on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.app import create_app
from service.jobs.sweep_request import MAX_ROWS
from service.settings.config import Config
from tests.access.keys import ALICE, BOB, entry
from tests.service.jobs.run_command import Command
from tests.service.jobs.test_sweeps import BRIEF, put_row

LIMIT = 5


def limited_app(folder: Path, *keys: str) -> Flask:
    """An application without a worker, whose clients may have five unfinished rows."""
    return create_app(Config(state_folder=str(folder), job_rows_per_client=LIMIT, api_keys=keys))


def post(app: Flask, rows: int, *, address: str = "192.0.2.1", **headers: str) -> TestResponse:
    """The response to a sweep from an address."""
    return app.test_client().post(
        "/v1/sweeps",
        json={"designs": [BRIEF] * rows},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        environ_base={"REMOTE_ADDR": address},
    )


def assert_refused(answer: TestResponse, *, queued: int, rows: int) -> None:
    """The problem, with all figures."""
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_queued_rows")
    assert answer.json["facts"] == {"queued": queued, "rows": rows, "maximum": LIMIT}
    assert all(str(figure) in answer.json["detail"] for figure in (queued, rows, LIMIT))


def test_no_single_sweep_reaches_the_default() -> None:
    """A client may have two of the longest sweeps."""
    assert Config().job_rows_per_client == 2 * MAX_ROWS


def test_a_sweep_beyond_the_limit_is_refused_whole(tmp_path: Path) -> None:
    """Nothing of it is stored, and a smaller one is accepted."""
    app = limited_app(tmp_path)
    assert post(app, 3).status_code == 202
    before = app.extensions["job_service"].store.unfinished()
    assert_refused(post(app, 3), queued=3, rows=3)
    assert app.extensions["job_service"].store.unfinished() == before
    assert post(app, 2).status_code == 202
    assert_refused(post(app, 1), queued=5, rows=1)


def test_rows_free_the_limit_as_they_finish(tmp_path: Path) -> None:
    app = limited_app(tmp_path)
    job = post(app, LIMIT).json or {}
    assert_refused(post(app, 2), queued=5, rows=2)
    put_row(app, job["id"], 0)
    assert_refused(post(app, 2), queued=4, rows=2)
    put_row(app, job["id"], 3, failed=True)
    assert post(app, 2).status_code == 202


def test_a_cancelled_job_frees_all_its_rows(tmp_path: Path) -> None:
    app = limited_app(tmp_path)
    job = post(app, LIMIT).json or {}
    assert app.test_client().delete(job["links"]["self"]).status_code == 200
    assert post(app, LIMIT).status_code == 202


def test_clients_without_keys_are_networks(tmp_path: Path) -> None:
    """As rate limits count them: the addresses of one /64 network share the limit."""
    app = limited_app(tmp_path)
    for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:0:1::1"):
        assert post(app, LIMIT, address=address).status_code == 202
    for address in ("192.0.2.1", "2001:db8::2"):
        assert_refused(post(app, 1, address=address), queued=5, rows=1)


def test_clients_with_keys_are_keys(tmp_path: Path) -> None:
    """From any address."""
    app = limited_app(tmp_path, entry("alice", ALICE), entry("bob", BOB))
    alice, bob = ({"Authorization": f"Bearer {key}"} for key in (ALICE, BOB))
    assert post(app, LIMIT, **alice).status_code == 202
    assert_refused(post(app, 1, address="192.0.2.9", **alice), queued=5, rows=1)
    assert post(app, LIMIT, **bob).status_code == 202


def test_a_repeated_sweep_is_not_refused(tmp_path: Path) -> None:
    """With its idempotency key it is the same job, which is counted once."""
    app = limited_app(tmp_path)
    first = post(app, LIMIT, Idempotency_Key="night")
    again = post(app, LIMIT, Idempotency_Key="night")
    assert (again.status_code, again.json) == (202, first.json)


def test_a_design_that_becomes_a_job_is_a_row(tmp_path: Path) -> None:
    app = limited_app(tmp_path)
    assert post(app, LIMIT).status_code == 202
    body, headers = BRIEF | {"verify": "full"}, {"Prefer": "respond-async"}
    base = {"REMOTE_ADDR": "192.0.2.1"}
    answer = app.test_client().post("/v1/designs", json=body, headers=headers, environ_base=base)
    assert_refused(answer, queued=5, rows=1)


@pytest.mark.slow
def test_the_command_reports_the_limit(tmp_path: Path) -> None:
    """In a sentence, with the exit status of what was not run."""
    command = Command(tmp_path, GAN_DESIGNER_JOB_ROWS_PER_CLIENT="3")
    status, out, err = command.run("--resolution", "8,12,16,20", "--latent-dim", "4")
    assert (status, out) == (3, "")
    assert err == (
        "not run: the client has 0 unfinished rows, and 4 more would exceed the maximum of 3\n"
    )
