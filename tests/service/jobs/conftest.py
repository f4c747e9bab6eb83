"""Fixtures: stores of both kinds, and an application with its own state folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, g, request
from flask.testing import FlaskClient

from service.app import create_app
from service.jobs.store.protocol import JobStore
from service.jobs.store.redis import RedisStore
from service.jobs.store.sqlite import SqliteStore
from service.settings.config import Config
from tests.real_processes.redis import RedisServer, serving_redis


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 2_000_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One Redis for all tests that do not stop it."""
    with serving_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["sqlite", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> JobStore:
    """An empty store of each kind."""
    if request.param == "sqlite":
        return SqliteStore(tmp_path / "state" / "jobs.sqlite", clock=clock)
    server: RedisServer = request.getfixturevalue("shared_redis")
    with server.client as client:
        client.flushall()
    return RedisStore(server.url, timeout_s=5, clock=clock)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application that stores jobs but has no worker; `X-Test-Key` is the client's name."""
    folder = tmp_path_factory.mktemp("state")
    app = create_app(Config(state_folder=str(folder), job_listeners=2))

    def name_key() -> None:
        g.key_name = request.headers.get("X-Test-Key")

    app.before_request(name_key)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
