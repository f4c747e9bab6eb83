"""A complete response is cached for equal requests only."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.cache.applications import BRIEF, application, cache_of, essence, settings

QUICK = BRIEF | {"verify": "none"}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application that has responded to the brief."""
    with application(settings(tmp_path)) as app:
        client = app.test_client()
        client.post("/v1/designs", json=QUICK)
        client.get("/v1/designs", query_string=QUICK)
        yield app


def hits(app: Flask) -> int:
    """The number of responses from the cache."""
    return cache_of(app).hit_counts.counts["answers"]["hit"]


def test_everything_a_response_depends_on_is_in_the_cache_key(app: Flask) -> None:
    """Each of these requests has its own response, although they differ little."""
    client = app.test_client()
    calls: list[tuple[str, dict[str, Any], int, str]] = [
        ("POST", {"json": QUICK, "headers": {"Accept": "text/x-python"}}, 200, "text/x-python"),
        ("POST", {"json": QUICK, "headers": {"Accept": "image/png"}}, 406, "problem"),
        ("POST", {"data": json.dumps(QUICK), "content_type": "text/plain"}, 415, "problem"),
        ("POST", {"data": json.dumps(QUICK)[:-1], "content_type": "application/json"}, 400, ""),
        ("POST", {"json": QUICK, "headers": {"Content-Encoding": "gzip"}}, 415, "problem"),
        ("POST", {"json": QUICK | {"latent_dim": 3}}, 200, "json"),
        ("GET", {"query_string": QUICK | {"latent_dim": 3}}, 200, "json"),
        ("GET", {"query_string": QUICK | {"unknown": 3}}, 422, "problem"),
        ("PUT", {"json": QUICK}, 405, "problem"),
    ]
    for method, request, status, kind in calls:
        answer = client.open("/v1/designs", method=method, **request)
        assert (answer.status_code, kind in answer.mimetype) == (status, True), (method, request)
    assert hits(app) == 0


def test_each_content_coding_is_cached_separately(app: Flask) -> None:
    client = app.test_client()
    for _ in range(2):
        packed = client.post("/v1/designs", json=QUICK, headers={"Accept-Encoding": "gzip"})
        plain = client.post("/v1/designs", json=QUICK)
        assert gzip.decompress(packed.data) == plain.data
        assert packed.headers["ETag"] != plain.headers["ETag"]
    assert hits(app) == 3


def test_a_cached_response_differs_only_in_its_request_id(app: Flask) -> None:
    """GET, HEAD and conditional requests."""
    client = app.test_client()
    second = client.get("/v1/designs", query_string=QUICK)
    with application(settings(Path("/proc/nowhere"))) as fresh:
        made = fresh.test_client().get("/v1/designs", query_string=QUICK)
    assert essence(second) == essence(made)
    assert second.headers["X-Request-ID"] != made.headers["X-Request-ID"]
    head = client.head("/v1/designs", query_string=QUICK)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(made.data))
    tag = made.headers["ETag"]
    for known in (tag, f'"other", {tag}', "*", f"W/{tag}"):
        seen = client.get("/v1/designs", query_string=QUICK, headers={"If-None-Match": known})
        assert (seen.status_code, seen.data, seen.headers["ETag"]) == (304, b"", tag), known
        assert "Content-Length" not in seen.headers
    assert hits(app) == 6


def test_problems_are_not_cached(app: Flask) -> None:
    client = app.test_client()
    for _ in range(2):
        assert client.get("/v1/designs?resolution=3&latent_dim=1").status_code == 422
        assert client.get("/v1/designs/1damaged").status_code in (404, 422)
    assert hits(app) == 0


def test_a_long_body_bypasses_the_cache(app: Flask) -> None:
    """Whitespace makes it long: it is served, but not looked up."""
    client = app.test_client()
    text = json.dumps(QUICK) + " " * 70_000
    for _ in range(2):
        answer = client.post("/v1/designs", data=text, content_type="application/json")
        assert answer.status_code == 200
    assert hits(app) == 0


def test_the_response_cache_is_bounded(tmp_path: Path) -> None:
    """Hundreds of responses within one mebibyte."""
    with application(settings(tmp_path, cache_memory_mib=1)) as app:
        client = app.test_client()
        for latent_dim in range(1, 120):
            query = QUICK | {"latent_dim": latent_dim}
            assert client.get("/v1/designs", query_string=query).status_code == 200
            assert app.extensions["response_cache"]._memory.size <= 2**19
            assert cache_of(app)._memory.size <= 2**19
