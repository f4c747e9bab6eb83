"""The page in Debian's Chromium: one server and one browser for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.page.browser_session import TIMEOUT_MS, BrowserSession
from tests.service.servers import Server, serving

expect.set_options(timeout=TIMEOUT_MS)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server of one worker, with torch loaded; its state is in a folder of its own."""
    folder: Path = tmp_path_factory.mktemp("page")
    settings = {"workers": "1", "threads": "8", "verify_timeout_s": "300"}
    with serving(state_folder=str(folder), **settings) as running:
        small = "/v1/designs?resolution=8&latent_dim=4&base_channels=4"
        assert any(running.ask(small).status == 200 for _ in range(5))
        yield running


@pytest.fixture
def session(browser: Browser, server: Server) -> Iterator[BrowserSession]:
    """Somebody who reads the page, cut off from everybody but this server.

    What the page complains of in its course fails the test at its end.
    """
    with BrowserSession.start(browser, server.url) as session:
        yield session
        assert session.console_errors == []
        assert session.external_requests == []
