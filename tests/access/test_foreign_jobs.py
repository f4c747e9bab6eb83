"""Jobs belong to a key: for other keys they do not exist."""

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
    """A test client of an application without workers; alice has two keys."""
    keys = (*KEYS, entry("alice", "her new key"))
    return client_of(api_keys=keys, state_folder=str(tmp_path))


def submit(client: FlaskClient, key: str, **headers: str) -> str:
    """The path of a job submitted with a key."""
    answer = client.post("/v1/sweeps", json=SWEEP, headers=bearer(key) | headers)
    assert answer.status_code == 202, answer.text
    return str(answer.headers["Location"])


@pytest.mark.parametrize(("method", "part"), PARTS)
def test_a_job_of_another_client_is_not_found(client: FlaskClient, method: str, part: str) -> None:
    """The response equals that for a missing job, for every request; the job continues."""
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
    """Guessing an idempotency key reveals nothing and creates a separate job."""
    hers, repeated, his = (
        submit(client, key, **{"Idempotency-Key": "monday"}) for key in (ALICE, ALICE, BOB)
    )
    assert hers == repeated != his
