"""Headers of every response: compression, request id, policies, CORS."""

from __future__ import annotations

import gzip
import re

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings.config import Config

QUERY = "/v1/designs?resolution=64&latent_dim=100&verify=none"


@pytest.fixture
def path(client: FlaskClient) -> str:
    """The path of the default design."""
    return client.get(QUERY).headers["Content-Location"]


def test_large_responses_are_compressed_on_request(client: FlaskClient, path: str) -> None:
    """With another strong tag, as the bytes differ; deterministically."""
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip, br"})
    second = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.data == second.data
    assert packed.headers["ETag"] == plain.headers["ETag"][:-1] + '-gzip"'
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert client.get(path, headers=known).status_code == 304


@pytest.mark.parametrize("encodings", ["", "identity", "br", "gzip;q=0", "*;q=0"])
def test_responses_are_compressed_only_on_request(
    client: FlaskClient, path: str, encodings: str
) -> None:
    answer = client.get(path, headers={"Accept-Encoding": encodings})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("sent", ["abc", "A.b_c-9", "0" * 128])
def test_a_plain_request_id_is_kept(client: FlaskClient, sent: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": sent}).headers["X-Request-ID"] == sent


@pytest.mark.parametrize("sent", ["", "a b", "<b>", "é", "x" * 129, "-a", "a;b", '"'])
def test_another_request_id_is_replaced(client: FlaskClient, sent: str) -> None:
    """Only plain ids reach the log and the headers."""
    ids = {
        client.get("/healthz", headers={"X-Request-ID": sent}).headers["X-Request-ID"]
        for _ in range(2)
    }
    assert len(ids) == 2
    assert sent not in ids


def test_other_origins_are_allowed_by_configuration_only() -> None:
    """Without the setting, pages of other origins cannot read responses."""
    origin = {"Origin": "https://a.example"}
    silent = create_app().test_client().get("/healthz", headers=origin)
    assert "Access-Control-Allow-Origin" not in silent.headers
    client = create_app(Config(cors_origins=("https://a.example",))).test_client()
    answer = client.get("/nowhere", headers=origin)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert "Origin" in answer.vary
    stranger = client.get("/healthz", headers={"Origin": "https://b.example"})
    assert "Access-Control-Allow-Origin" not in stranger.headers
    preflight = {**origin, "Access-Control-Request-Method": "POST"}
    before = client.options(
        "/v1/designs", headers={**preflight, "Access-Control-Request-Headers": "content-type"}
    )
    assert before.status_code == 200
    assert "POST" in before.headers["Access-Control-Allow-Methods"]
    assert before.headers["Access-Control-Allow-Headers"] == "content-type"


def test_every_response_has_security_headers(client: FlaskClient, path: str) -> None:
    """No sniffing, nothing inline, nothing external, no frames."""
    for place in (path, "/nowhere", "/docs", "/problems", f"{path}/module.py"):
        headers = client.get(place).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_the_documentation_needs_nothing_from_elsewhere(client: FlaskClient) -> None:
    """Every script and style is a file of the service, and none is inline."""
    page = client.get("/docs").text
    icon, *sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert icon == "data:,"
    assert len(sources) == 3
    for source in sources:
        assert source.startswith("/static/")
        with client.get(source) as file:
            assert file.status_code == 200
    assert "<script>" not in page
    assert "style=" not in page
    assert 'data-document="/openapi.json"' in page
