"""/docs in headless Chromium: it works under its policy, without external files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service.servers import Server

pytestmark = [pytest.mark.slow]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page."""
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    yield page
    page.close()


def test_the_contract_can_be_read_and_tried(server: Server, page: Page) -> None:
    """Every operation is shown, one is called, without errors and external requests."""
    console_errors: list[str] = []
    requested_urls: list[str] = []
    page.on("console", lambda message: console_errors.append(message.text))
    page.on("pageerror", lambda error: console_errors.append(str(error)))
    page.on("request", lambda request: requested_urls.append(request.url))
    page.goto(f"{server.url}/docs")
    paths = page.request.get(f"{server.url}/openapi.json").json()["paths"].values()
    operations = sum(len({"get", "post", "delete"} & path.keys()) for path in paths)
    assert operations > 15
    expect(page.locator(".opblock")).to_have_count(operations)
    page.locator("#operations-operations-healthz .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute", exact=True).click()
    expect(page.locator(".live-responses-table .response-col_status").nth(1)).to_contain_text("200")
    assert console_errors == []
    assert [url for url in requested_urls if not url.startswith((server.url, "data:"))] == []
