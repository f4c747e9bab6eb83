"""API keys for tests, and applications configured with them."""

from __future__ import annotations

from hashlib import sha256

from flask.testing import FlaskClient

from service.app import create_app
from service.settings.config import Config
from tests.support import make_temporary_folder

CHEAP = "/v1/designs?resolution=16&latent_dim=1&verify=none"
"""A path that needs a key and is computed quickly."""

ALICE, BOB, SCRAPER = "alice-Key-1~", "bob.key/2+==", "scraper_3"


def entry(name: str, text: str, limit: str = "") -> str:
    """A key in the format of the settings."""
    return ":".join(filter(None, (name, sha256(text.encode()).hexdigest(), limit)))


KEYS = (entry("alice", ALICE), entry("bob", BOB), entry("metrics", SCRAPER))


def bearer(text: str) -> dict[str, str]:
    """The header with a key."""
    return {"Authorization": f"Bearer {text}"}


def client_of(**settings: object) -> FlaskClient:
    """A test client of an application with these settings and its own folder."""
    return create_app(
        Config(**({"state_folder": make_temporary_folder()} | settings))
    ).test_client()  # type: ignore[arg-type]
