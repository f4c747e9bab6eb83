"""The service as its tests call it."""

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
    """The application; its verifying processes start with the first brief that is verified."""
    app = create_app(Config(state_folder=str(tmp_path_factory.mktemp("state"))))
    yield app
    app.extensions["design_service"].close()
    app.extensions["cache"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the application, without a server between."""
    return app.test_client()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real server of one worker, shared by all tests that only ask."""
    with serving(workers="1", threads="4", cors_origins="https://page.example") as running:
        yield running
