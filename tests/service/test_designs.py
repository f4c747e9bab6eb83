"""Designs over HTTP: by brief and by id, in several formats."""

from __future__ import annotations

import ast
import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from designer.errors import Accident, Overloaded, ProbeFailed
from service.app import create_app
from service.http.representation import CACHED_FOR_AN_HOUR, IMMUTABLE
from service.openapi.examples import BRIEF_EXAMPLES
from service.settings.config import Config

BRIEF: dict[str, Any] = {"resolution": 64, "latent_dim": 100, "verify": "none"}
QUERY = "/v1/designs?resolution=64&latent_dim=100&verify=none"


@pytest.fixture
def made(client: FlaskClient) -> TestResponse:
    """The default design, without verification."""
    return client.post("/v1/designs", json=BRIEF)


@pytest.fixture
def path(made: TestResponse) -> str:
    """The path of its id."""
    return str(made.headers["Content-Location"])


@pytest.mark.torch
def test_the_dcgan_comes_back_verified(client: FlaskClient) -> None:
    """The main use: from a resolution and a latent size to verified source."""
    answer = client.post("/v1/designs", json={"resolution": 64, "latent_dim": 100})
    assert answer.status_code == 200
    body = answer.json
    assert body["chain"]["sizes"] == [[4, 4], [8, 8], [16, 16], [32, 32], [64, 64]]
    assert body["generator"]["parameters"] == 3_576_704
    assert body["discriminator"]["parameters"] == 2_765_568
    assert body["generator"]["multiply_adds"] == 104_628_224
    assert body["verification"]["verdict"] == "verified"
    assert body["verification"]["source_sha256"] == body["source"]["sha256"]
    stages = [entry.split(";")[0] for entry in answer.headers["Server-Timing"].split(", ")]
    assert stages == ["cache", "solve", "assemble", "render", "verify"]


@pytest.mark.torch
@pytest.mark.parametrize("name", BRIEF_EXAMPLES)
def test_every_example_of_the_contract_works(client: FlaskClient, name: str) -> None:
    answer = client.post("/v1/designs", json=BRIEF_EXAMPLES[name]["value"])
    assert answer.status_code == 200, answer.text
    wanted = "not_run" if BRIEF_EXAMPLES[name]["value"].get("verify") == "none" else "verified"
    assert answer.json["verification"]["verdict"] == wanted


def test_all_routes_to_a_design_give_the_same_bytes(
    client: FlaskClient, made: TestResponse, path: str
) -> None:
    """Body, query string and id give one design with one tag."""
    by_query, by_id = client.get(QUERY), client.get(path)
    assert made.data == by_query.data == by_id.data
    assert made.headers["ETag"] == by_query.headers["ETag"] == by_id.headers["ETag"]
    assert by_query.headers["Content-Location"] == by_id.headers["Content-Location"] == path
    assert path == f"/v1/designs/{made.json['id']}"
    assert made.json["links"]["self"] == path


def test_a_tag_is_strong_and_of_the_content(client: FlaskClient, made: TestResponse) -> None:
    other = client.post("/v1/designs", json=BRIEF | {"latent_dim": 101})
    tag, weak = made.get_etag()
    assert tag
    assert not weak
    assert other.headers["ETag"] != made.headers["ETag"]


@pytest.mark.parametrize("part", ["", "/module.py", "/bundle.zip"])
def test_a_matching_etag_is_304(client: FlaskClient, path: str, part: str) -> None:
    """304 without a body, with the ETag and the caching headers."""
    first = client.get(path + part)
    second = client.get(path + part, headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.data) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert second.headers[name] == first.headers[name]
    changed = client.get(path + part, headers={"If-None-Match": '"another"'})
    assert (changed.status_code, changed.data) == (200, first.data)


@pytest.mark.parametrize("part", ["", "/module.py", "/bundle.zip"])
def test_head_gives_the_headers_alone(client: FlaskClient, path: str, part: str) -> None:
    whole, head = client.get(path + part), client.head(path + part)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Content-Length", "Content-Type", "Cache-Control"):
        assert head.headers[name] == whole.headers[name]


def test_resources_named_by_an_id_are_immutable(
    client: FlaskClient, made: TestResponse, path: str
) -> None:
    """A later release may choose another chain for a brief, never for an id."""
    assert (
        made.headers["Cache-Control"]
        == client.get(QUERY).headers["Cache-Control"]
        == CACHED_FOR_AN_HOUR
    )
    assert client.get(path).headers["Cache-Control"] == IMMUTABLE
    assert "immutable" in IMMUTABLE


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        ("text/x-python", "text/x-python"),
        ("text/*", "text/x-python"),
        ("application/zip", "application/zip"),
        ("application/zip;q=0.5, text/x-python;q=0.9", "text/x-python"),
        ("image/png, */*;q=0.1", "application/json"),
    ],
)
def test_the_accept_header_chooses_the_media_type(
    client: FlaskClient, path: str, accept: str | None, media_type: str
) -> None:
    """For all three requests."""
    headers = {"Accept": accept} if accept else {}
    calls = [
        client.post("/v1/designs", json=BRIEF, headers=headers),
        client.get(QUERY, headers=headers),
        client.get(path, headers=headers),
    ]
    assert [call.status_code for call in calls] == [200, 200, 200]
    assert [call.mimetype for call in calls] == [media_type] * 3
    assert {"Accept", "Accept-Encoding"} <= set(calls[0].vary)
    assert len({call.data for call in calls}) == 1


@pytest.mark.parametrize("accept", ["image/png", "text/html", "application/json;q=0", "nonsense"])
@pytest.mark.parametrize("part", ["", "/module.py", "/bundle.zip"])
def test_other_media_types_are_refused(
    client: FlaskClient, path: str, part: str, accept: str
) -> None:
    answer = client.get(path + part, headers={"Accept": accept})
    assert (answer.status_code, answer.json["code"]) == (406, "not_acceptable")
    assert answer.mimetype == "application/problem+json"
    assert answer.json["facts"]["available"]


def test_the_module_is_the_source(client: FlaskClient, made: TestResponse, path: str) -> None:
    module = client.get(f"{path}/module.py")
    assert module.text == made.json["source"]["text"]
    assert module.headers["Content-Disposition"] == 'attachment; filename="model.py"'
    assert module.headers["Content-Type"] == "text/x-python; charset=utf-8"
    assert {
        node.name for node in ast.parse(module.text).body if isinstance(node, ast.ClassDef)
    } == {
        "Generator",
        "Discriminator",
    }


def test_the_links_lead_to_the_parts(client: FlaskClient, made: TestResponse) -> None:
    links = made.json["links"]
    assert [client.get(link).mimetype for link in links.values()] == [
        "application/json",
        "text/x-python",
        "application/zip",
        *["image/svg+xml"] * 3,
    ]


def test_the_bundle_holds_the_bytes_served_over_http(
    client: FlaskClient, made: TestResponse, path: str
) -> None:
    """design.json is the body, receipt.json its verification, model.py its source."""
    answer = client.get(f"{path}/bundle.zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bundle.zip"'
    with ZipFile(BytesIO(answer.data)) as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    assert texts["design.json"] == made.data
    assert json.loads(texts["receipt.json"]) == made.json["verification"]
    assert texts["model.py"].decode() == made.json["source"]["text"]


def test_a_post_is_never_304(client: FlaskClient) -> None:
    """304 is only for GET and HEAD (RFC 9110, 13.1.2), with one tag or a list."""
    brief = {"resolution": 16, "latent_dim": 1, "verify": "none"}
    tag = client.post("/v1/designs", json=brief).headers["ETag"]
    for known in (tag, f'"x", {tag}', "*"):
        answer = client.post("/v1/designs", json=brief, headers={"If-None-Match": known})
        assert (answer.status_code, bool(answer.data)) == (200, True)


@pytest.mark.parametrize(
    "accident",
    [Overloaded("9 requests wait already", waiting=9), ProbeFailed("out of time", wall_s=120)],
)
def test_an_accident_is_reported_and_not_cached(accident: Accident, tmp_path: Path) -> None:
    """The brief is valid: the next request may succeed."""

    def fail(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        raise accident

    client = create_app(Config(state_folder=str(tmp_path)), runner=fail).test_client()
    answer = client.get("/v1/designs?resolution=16&latent_dim=8")
    assert (answer.status_code, answer.json["code"]) == (503, accident.code)
    assert answer.json["facts"] == accident.facts
    assert answer.headers["Cache-Control"] == "no-store"
    assert int(answer.headers["Retry-After"]) > 0
    assert "ETag" not in answer.headers
    assert "verify;dur=" in answer.headers["Server-Timing"]
    assert client.get("/v1/designs?resolution=16&latent_dim=8&verify=none").status_code == 200


SCALARS: dict[str, Any] = {
    "architecture": "dcgan",
    "dimensions": 2,
    "latent_dim": 5,
    "channels": 1,
    "base_channels": 6,
    "max_channels": 8,
    "upsampling": "subpixel",
    "normalization": "group",
    "output_activation": "sigmoid",
    "encoder": True,
    "variational": True,
    "classes": 3,
    "verify": "none",
    "initialization": "variance",
}


def test_every_scalar_field_of_a_brief_is_a_query_parameter(client: FlaskClient) -> None:
    """With the same result as in a body."""
    posted = client.post("/v1/designs", json={"resolution": 16} | SCALARS)
    nested = {"resolution", "factor", "initial_map", "discriminator", "search", "chain", "budget"}
    nested |= {
        "blocks",
        "attention",
        "expansion",
        "group_width",
    }  # of blocks; these have no encoder
    nested |= {"skips", "input_channels", "any_size"}  # these have no latent vector
    assert set(posted.json["brief"]) - nested == set(SCALARS)  # type: ignore[index]
    words = {name: str(value).lower() for name, value in SCALARS.items()}
    got = client.get("/v1/designs", query_string={"resolution": "16x16"} | words)
    assert got.status_code == 200
    assert got.json == posted.json


def test_a_flag_of_a_query_string_is_true_or_false(client: FlaskClient) -> None:
    answer = client.get(f"{QUERY}&encoder=1")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["code"] == "not_a_boolean"  # type: ignore[index]
