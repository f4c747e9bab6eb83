"""The service as its tests call it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service.app import create_app


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    """A client of the application, without a server between."""
    return create_app().test_client()
