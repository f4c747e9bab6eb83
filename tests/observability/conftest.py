"""A new application per test, with empty metrics and an empty cache."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings.config import Config


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """A test client of the application."""
    return create_app(Config(state_folder=str(tmp_path))).test_client()
