"""Applications for the tests of the cache, and requests to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from designer.verification import Pool, ProbeRunner
from service.app import create_app
from service.cache.cache import Cache
from service.settings.config import Config

BRIEF: dict[str, Any] = {"resolution": 16, "latent_dim": 8, "base_channels": 4}
SIZES = range(8, 48, 4)
"""Resolutions of quick designs."""


class CountingRunner:
    """Runs jobs in a pool and counts them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.runs = 0

    def __call__(self, job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        """The measurements of the probe."""
        self.runs += 1
        return self._pool.run(job, discard=discard)


def settings(folder: Path, **others: Any) -> Config:  # noqa: ANN401 - of any type
    """Settings with a state folder of the test."""
    return Config(state_folder=str(folder), **others)


@contextmanager
def application(config: Config, runner: ProbeRunner | None = None) -> Iterator[Flask]:
    """The application of a new web process; its cache is closed afterwards."""
    app = create_app(config, runner=runner)
    try:
        yield app
    finally:
        cache_of(app).close()
        app.extensions["design_service"].close()


def cache_of(app: Flask) -> Cache:
    """The cache of an application."""
    cache: Cache = app.extensions["cache"]
    return cache


def stages(answer: TestResponse) -> list[str]:
    """The stages that ran for a response."""
    timing = answer.headers.get("Server-Timing", "")
    return [entry.split(";")[0] for entry in timing.split(", ") if entry]


def essence(answer: TestResponse) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and all headers except those specific to the request."""
    own = ("Server-Timing", "X-Request-ID")
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    return answer.status_code, answer.data, headers


def ask_everything(app: Flask, brief: dict[str, Any]) -> list[tuple[int, bytes, dict[str, str]]]:
    """Every representation of a brief's design, by every path."""
    client = app.test_client()
    made = client.post("/v1/designs", json=brief)
    path = made.json["links"]["self"]
    accepted: list[dict[str, str]] = [
        {},
        {"Accept": "text/x-python"},
        {"Accept": "application/zip"},
        {"Accept-Encoding": "gzip"},
        {"If-None-Match": made.headers["ETag"]},
    ]
    answers = [made]
    for headers in accepted:
        answers.append(client.post("/v1/designs", json=brief, headers=headers))
        answers.append(client.get("/v1/designs", query_string=brief, headers=headers))
        answers.append(client.get(path, headers=headers))
    parts = json.loads(made.data)["links"].values()
    return [essence(answer) for answer in [*answers, *map(client.get, parts)]]
