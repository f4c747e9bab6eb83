"""An application of each test's own: its figures begin with none, and its cache is empty."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings.config import Config


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """A client of the application, without a server between."""
    return create_app(Config(state_folder=str(tmp_path))).test_client()
