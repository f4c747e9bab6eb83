"""Fixtures for tests in Chromium: all tests of this folder share one server and one browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.page.browser_session import TIMEOUT_MS, BrowserSession, SharedPages
from tests.service.servers import Server, serving

expect.set_options(timeout=TIMEOUT_MS)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one worker, torch loaded, and a temporary state folder."""
    folder: Path = tmp_path_factory.mktemp("page")
    settings = {"workers": "1", "threads": "8", "verify_timeout_s": "300"}
    with serving(state_folder=str(folder), **settings) as running:
        small = "/v1/designs?resolution=8&latent_dim=4&base_channels=4"
        assert any(running.ask(small).status == 200 for _ in range(5))
        yield running


@pytest.fixture(scope="session")
def pages(browser: Browser) -> Iterator[SharedPages]:
    """The pages that the tests of this folder share."""
    pages = SharedPages(browser)
    yield pages
    pages.close()


@pytest.fixture
def session(pages: SharedPages, server: Server) -> Iterator[BrowserSession]:
    """A browser session; console errors and external requests fail the test at its end."""
    with BrowserSession.start(pages, server.url) as session:
        yield session
        assert session.console_errors == []
        assert session.external_requests == []
