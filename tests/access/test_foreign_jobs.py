"""A job is its key's: for everybody else it is not there, and nothing tells it from one that never was."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.access.keys import ALICE, BOB, KEYS, bearer, client_of, entry

SWEEP = {"grid": {"resolution": [16, 32], "latent_dim": [4]}, "verify": "none"}
MADE_UP = "/v1/jobs/AAAAAAAAAAAAAAAAAAAAAA"
PARTS = [("GET", ""), ("GET", "/events"), ("GET", "/result"), ("DELETE", "")]


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """A client of an application whose jobs nobody works on; alice has two keys."""
    keys = (*KEYS, entry("alice", "her new key"))
    return client_of(api_keys=keys, state_folder=str(tmp_path))


def submit(client: FlaskClient, key: str, **headers: str) -> str:
    """The path of a job that the owner of a key asked for."""
    answer = client.post("/v1/sweeps", json=SWEEP, headers=bearer(key) | headers)
    assert answer.status_code == 202, answer.text
    return str(answer.headers["Location"])


@pytest.mark.parametrize(("method", "part"), PARTS)
def test_a_job_of_another_client_is_not_found(client: FlaskClient, method: str, part: str) -> None:
    """To the byte as one that never was, whatever is asked of it; and it goes on."""
    job = submit(client, ALICE)
    foreign, none = (
        client.open(path + part, method=method, headers=bearer(BOB)) for path in (job, MADE_UP)
    )
    assert (foreign.status_code, foreign.json["code"]) == (404, "no_job")
    assert foreign.data == none.data
    assert list(foreign.headers.keys()) == list(none.headers.keys())
    for key in (ALICE, "her new key"):
        assert client.get(job, headers=bearer(key)).json["state"] == "queued"


def test_the_same_idempotency_key_of_another_client_is_another(client: FlaskClient) -> None:
    """Who guesses it learns nothing of the job, and gets one of his own."""
    hers, repeated, his = (
        submit(client, key, **{"Idempotency-Key": "monday"}) for key in (ALICE, ALICE, BOB)
    )
    assert hers == repeated != his
