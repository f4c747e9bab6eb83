"""A service that requires an API key: the page requests the key and uses it in every view."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.test_accessibility import violations
from tests.page.test_layout import layout_faults
from tests.service.servers import Server, serving

KEY = "a key for the tests of the page"


@pytest.fixture(scope="module")
def server_with_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that accepts one key."""
    digest = sha256(KEY.encode()).hexdigest()
    folder = str(tmp_path_factory.mktemp("locked"))
    settings = {"api_keys": f"alice:{digest}", "embedded_worker": "true", "workers": "1"}
    with serving(state_folder=folder, **settings) as running:
        yield running


def enter_key(page: Page, key: str) -> None:
    """Enter a key in the first box that requests it."""
    box = page.get_by_role("alert").filter(has_text="API key required").first
    box.get_by_label("API key").fill(key)
    box.get_by_role("button", name="Use this key").click()


def test_a_key_gives_access_to_every_view(pages: SharedPages, server_with_key: Server) -> None:
    """A wrong key is refused; the right one loads chain, map, file and sweep, and is not stored permanently."""
    with BrowserSession.start(pages, server_with_key.url) as session:
        page = session.open("/?resolution=16&base_channels=4&latent_dim=8")
        expect(page.get_by_role("alert")).to_contain_text("no_key")
        assert layout_faults(page) == {}
        assert violations(page) == []
        enter_key(page, "a guess")
        expect(page.get_by_role("alert")).to_contain_text("wrong_key")
        enter_key(page, KEY)
        expect(page.locator(".summary .badge.good")).to_be_visible()
        expect(page.locator(".scatter")).to_be_visible()
        page.get_by_text("Show the overlap map of every layer").click()
        expect(page.locator(".overlap img")).not_to_have_js_property("naturalWidth", 0)
        page.get_by_role("link", name="Code", exact=True).click()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download model.py").click()
        assert "class Generator" in Path(download.value.path()).read_text()
        page.get_by_role("link", name="Sweep", exact=True).click()
        page.locator("#sweep-resolution").fill("8, 16")
        page.locator("#sweep-latent_dim").fill("4")
        page.locator("#sweep-verify").select_option("none")
        page.get_by_role("button", name="Start the sweep").click()
        expect(page.locator(".progress strong")).to_have_text("Done")
        expect(page.locator(".sweep-rows tbody tr")).to_have_count(2)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download JSON lines").click()
        assert len(Path(download.value.path()).read_text().splitlines()) == 2
        page.reload()
        expect(page.locator(".sweep-rows tbody tr")).to_have_count(2)
        assert KEY not in page.url
        assert KEY not in page.evaluate("JSON.stringify(localStorage) + document.cookie")
        other = page.context.new_page()
        other.goto(server_with_key.url)
        expect(other.get_by_role("alert").first).to_contain_text("API key required")
        other.close()
        session.ignore_failed_requests()
        assert session.console_errors == []
