"""Jobs over HTTP: state, events, result and cancellation."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.jobs.job import new_job_id
from service.settings.config import Config
from tests.access.keys import ALICE, BOB, entry
from tests.service.jobs.test_sweeps import BRIEF, put_row, start_job


@pytest.fixture
def job(client: FlaskClient) -> dict[str, Any]:
    """A job of four rows, without a worker."""
    answer = client.post("/v1/sweeps", json={"designs": [BRIEF] * 4})
    assert answer.json is not None
    return dict(answer.json)


def events(client: FlaskClient, path: str, **headers: str) -> list[dict[str, str]]:
    """The fields of each event until the stream ends, parsed as the standard requires."""
    with client.get(path, headers=headers) as answer:
        assert answer.mimetype == "text/event-stream"
        text = answer.text
    blocks = [block for block in text.split("\n\n") if block and not block.startswith(":")]
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


def finish(app: Flask, job: dict[str, Any], order: tuple[int, ...] = (2, 0, 3, 1)) -> None:
    for index in order:
        put_row(app, job["id"], index)


def test_a_job_reports_its_state(app: Flask, client: FlaskClient, job: dict[str, Any]) -> None:
    path = job["links"]["self"]
    assert (job["state"], job["done"], job["total"], job["started_at"]) == ("queued", 0, 4, None)
    start_job(app, job["id"])
    put_row(app, job["id"], 2, failed=True)
    now = client.get(path).json
    assert now is not None
    assert (now["state"], now["done"], now["failed"], now["finished_at"]) == ("running", 1, 1, None)
    finish(app, job, (0, 3, 1))
    now = client.get(path).json
    assert now is not None
    assert (now["state"], now["done"], now["failed"]) == ("succeeded", 4, 1)
    assert job["created_at"] <= now["started_at"] <= now["finished_at"] < now["expires_at"]


@pytest.mark.parametrize("part", ["", "/events", "/result"])
@pytest.mark.parametrize(
    "job_id", ["hajcYm2sRvBVqK1p0SQh6A", "x", "a" * 500, "..", "%00", "%2e%2e%2f"]
)
def test_an_unknown_id_is_no_job(client: FlaskClient, job_id: str, part: str) -> None:
    answer = client.get(f"/v1/jobs/{job_id}{part}")
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["code"] in ("no_job", "not_found")
    assert client.delete(f"/v1/jobs/{new_job_id()}").status_code == 404


@pytest.mark.parametrize("stranger", [{"X-Test-Key": "other"}, {}], ids=["another", "anonymous"])
def test_another_clients_job_is_not_found(client: FlaskClient, stranger: dict[str, str]) -> None:
    """With keys enabled: it looks like a job that never existed, and is not affected."""
    mine = {"X-Test-Key": "mine"}
    job = client.post("/v1/sweeps", json={"designs": [BRIEF]}, headers=mine).json
    assert job is not None
    links = job["links"]
    refused = [client.get(path, headers=stranger) for path in links.values()]
    refused.append(client.delete(links["self"], headers=stranger))
    assert {answer.status_code for answer in refused} == {404}
    assert {(answer.json or {}).get("code") for answer in refused} == {"no_job"}
    assert client.get(links["self"], headers=mine).json == job


def test_a_job_belongs_to_the_key_that_made_it(tmp_path: Path) -> None:
    """With an operator's keys: 404 for another key, 401 without a key."""
    keys = (entry("alice", ALICE), entry("bob", BOB))
    client = create_app(Config(state_folder=str(tmp_path), api_keys=keys)).test_client()
    alice, bob = ({"Authorization": f"Bearer {key}"} for key in (ALICE, BOB))
    made = client.post("/v1/sweeps", json={"designs": [BRIEF]}, headers=alice)
    for path in (made.json or {})["links"].values():
        assert client.get(path).status_code == 401
        assert client.get(path, headers=bob).status_code == 404
    assert client.delete(made.headers["Location"], headers=bob).status_code == 404
    found = client.get(made.headers["Location"], headers=alice)
    assert (found.json or {})["state"] == "queued"


def test_an_idempotency_key_is_its_owners(client: FlaskClient) -> None:
    """Two clients may use the same key."""

    def post(name: str) -> str:
        headers = {"X-Test-Key": name, "Idempotency-Key": "night"}
        answer = client.post("/v1/sweeps", json={"designs": [BRIEF]}, headers=headers)
        assert answer.json is not None
        return str(answer.json["id"])

    assert post("a") == post("a") != post("b")


def test_a_result_is_the_rows_in_request_order(
    app: Flask, client: FlaskClient, job: dict[str, Any]
) -> None:
    """The stored rows, one JSON object per line."""
    path = job["links"]["result"]
    assert client.get(path).data == b""
    finish(app, job, (2, 0))
    assert [json.loads(line)["index"] for line in client.get(path).data.splitlines()] == [0, 2]
    finish(app, job, (3, 1))
    answer = client.get(path)
    assert [json.loads(line)["index"] for line in answer.data.splitlines()] == [0, 1, 2, 3]
    assert answer.mimetype == "application/jsonl"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content_length is None, "it is streamed"


def test_a_result_is_compressed_where_the_client_takes_it(
    app: Flask, client: FlaskClient, job: dict[str, Any]
) -> None:
    finish(app, job)
    plain = client.get(job["links"]["result"])
    packed = client.get(job["links"]["result"], headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data


def test_events_are_the_rows_in_order_of_arrival(
    app: Flask, client: FlaskClient, job: dict[str, Any]
) -> None:
    """Numbered, followed by the end event with the job."""
    finish(app, job)
    sent_events = events(client, job["links"]["events"])
    assert [event["event"] for event in sent_events] == ["row"] * 4 + ["end"]
    assert [event.get("id") for event in sent_events] == ["1", "2", "3", "4", None]
    assert [json.loads(event["data"])["index"] for event in sent_events[:4]] == [2, 0, 3, 1]
    assert json.loads(sent_events[-1]["data"])["state"] == "succeeded"


@pytest.mark.parametrize("seen", range(4))
def test_events_go_on_after_the_last_one_seen(
    app: Flask, client: FlaskClient, job: dict[str, Any], seen: int
) -> None:
    finish(app, job)
    sent_events = events(client, job["links"]["events"], **{"Last-Event-ID": str(seen)})
    assert [event.get("id") for event in sent_events[:-1]] == ["1", "2", "3", "4"][seen:]


def test_a_listener_who_has_every_event_gets_204(
    app: Flask, client: FlaskClient, job: dict[str, Any]
) -> None:
    """204 keeps a browser from reconnecting."""
    finish(app, job)
    answer = client.get(job["links"]["events"], headers={"Last-Event-ID": "4"})
    assert (answer.status_code, answer.data) == (204, b"")


@pytest.mark.parametrize("given", ["", "x", "-1", "1.0", "5", "99999999999", "1;2", "１"])
def test_an_invalid_event_id_is_refused(
    app: Flask, client: FlaskClient, job: dict[str, Any], given: str
) -> None:
    finish(app, job)
    headers = {"Last-Event-ID": given.encode().decode("latin-1")}
    answer = client.get(job["links"]["events"], headers=headers)
    assert answer.status_code == 400
    assert answer.json is not None
    assert (answer.json["code"], answer.json["facts"]["maximum"]) == ("bad_event_id", 4)


def test_a_client_has_a_limited_number_of_streams(client: FlaskClient, job: dict[str, Any]) -> None:
    """Two in this application; closing a stream frees its slot at once."""
    path = job["links"]["events"]
    first, second = (client.get(path, buffered=False) for _ in range(2))
    refused = client.get(path)
    assert refused.status_code == 429
    assert refused.json is not None
    assert (refused.json["code"], refused.json["facts"]) == ("too_many_listeners", {"maximum": 2})
    first.close()
    third = client.get(path, buffered=False)
    assert third.status_code == 200
    second.close()
    third.close()


def test_a_cancelled_job_keeps_what_was_done(
    app: Flask, client: FlaskClient, job: dict[str, Any]
) -> None:
    """Cancelling again changes nothing."""
    finish(app, job, (3,))
    first = client.delete(job["links"]["self"])
    assert first.json is not None
    assert (first.status_code, first.json["state"], first.json["done"]) == (200, "cancelled", 1)
    assert client.delete(job["links"]["self"]).json == first.json
    assert len(client.get(job["links"]["result"]).data.splitlines()) == 1
    assert events(client, job["links"]["events"])[-1]["event"] == "end"


def test_an_ended_job_stays_as_it_is(app: Flask, client: FlaskClient, job: dict[str, Any]) -> None:
    finish(app, job)
    answer = client.delete(job["links"]["self"])
    assert answer.json is not None
    assert answer.json["state"] == "succeeded"


def test_a_full_design_may_become_a_job(app: Flask, client: FlaskClient) -> None:
    """If the client prefers it; the result is then the design or its problem."""
    body = BRIEF | {"verify": "full"}
    answer = client.post("/v1/designs", json=body, headers={"Prefer": "wait=1, respond-async"})
    assert answer.status_code == 202
    assert answer.headers["Preference-Applied"] == "respond-async"
    assert answer.json is not None
    assert (answer.json["kind"], answer.json["total"]) == ("design", 1)
    path = answer.json["links"]["result"]
    early = client.get(path)
    assert early.json is not None
    assert (early.status_code, early.json["code"]) == (409, "job_not_done")
    put_row(app, answer.json["id"], 0, failed=True)
    assert client.get(path).mimetype == "application/problem+json"
    state = client.get(answer.headers["Location"]).json
    assert state is not None
    assert state["state"] == "failed"


UNREACHABLE = {"kernel_sizes": [2], "strides": [2], "max_layers": 2}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"resolution": 97, "search": UNREACHABLE}, "no_chain"),
        ({"budget": {"parameters": 10}}, "no_chain"),
        ({"resolution": 8192, "base_channels": 8192, "max_channels": 8192}, "too_many_parameters"),
    ],
)
def test_a_refused_design_becomes_no_job(
    client: FlaskClient, more: dict[str, Any], code: str
) -> None:
    """It is refused at once, with the same problem as without the preference."""
    body = BRIEF | {"verify": "full"} | more
    waited = client.post("/v1/designs", json=body)
    refused = client.post("/v1/designs", json=body, headers={"Prefer": "respond-async"})
    assert (refused.status_code, refused.json) == (422, waited.json)
    assert code in str(refused.json)
    assert "Preference-Applied" not in refused.headers


def test_a_short_design_is_answered_at_once(client: FlaskClient) -> None:
    """The preference is ignored for a design that is not fully verified."""
    body = BRIEF | {"verify": "none"}
    answer = client.post("/v1/designs", json=body, headers={"Prefer": "respond-async"})
    assert answer.status_code == 200
    assert "Preference-Applied" not in answer.headers
