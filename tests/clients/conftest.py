"""Fixture: a real server."""

from tests.service.conftest import server as server
