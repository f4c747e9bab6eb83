"""Fixtures: the application, a test client and a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.settings.config import Config
from tests.service.servers import Server, serving


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application; its verifying processes start on first use."""
    app = create_app(Config(state_folder=str(tmp_path_factory.mktemp("state"))))
    yield app
    app.extensions["design_service"].close()
    app.extensions["cache"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A test client of the application."""
    return app.test_client()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real server of one web process, shared by tests that only send requests."""
    with serving(workers="1", threads="4", cors_origins="https://page.example") as running:
        yield running
