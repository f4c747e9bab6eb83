"""Pages about problems and the page of a missing path, as the browser shows them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.test_accessibility import violations
from tests.page.test_layout import layout_faults
from tests.service.servers import Server


@pytest.mark.parametrize("path", ["/problems", "/problems/no_chain", "/nowhere"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_of_a_problem_looks_like_the_page(
    pages: SharedPages, server: Server, path: str, scheme: str
) -> None:
    """Its style, scheme and languages, at the width of a phone; axe finds nothing."""
    with BrowserSession.start(pages, server.url, width=375, color_scheme=scheme) as session:
        page = session.open("/?view=kitchen")
        ground = "getComputedStyle(document.body).backgroundColor"
        wanted = page.evaluate(ground)
        page.goto(session.url + path)
        assert page.evaluate(ground) == wanted
        assert violations(page) == []
        assert layout_faults(page) == {}
        page.get_by_role("link", name="中文").click()
        expect(page.locator("html[lang=zh-Hans]")).to_have_count(1)
        expect(page.get_by_role("link", name="English")).to_be_visible()
        assert violations(page) == []
        session.ignore_failed_requests()
        assert session.console_errors == []


def test_a_refusal_leads_to_its_page_in_the_language_of_the_page(
    pages: SharedPages, server: Server
) -> None:
    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?latent_dim=0")
        page.get_by_role("button", name="中文").click()
        page.get_by_role("link", name="out_of_range").click()
        expect(page.get_by_role("heading", name="数值超出范围")).to_be_visible()
        page.locator(".brand").click()
        expect(page.locator(".view.design")).to_be_visible()
