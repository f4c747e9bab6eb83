"""The layer view while the service is busy or unreachable: an error and a retry."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.service.servers import Server


@pytest.mark.parametrize(("status", "words"), [(503, "The service is busy"), (429, "Too many")])
def test_a_busy_service_is_reported_and_can_be_retried(
    pages: SharedPages, server: Server, status: int, words: str
) -> None:
    with BrowserSession.start(pages, server.url) as session:
        page = session.page
        problem = '{"type":"/problems/overloaded","title":"t","status":503,"detail":"full",'
        body = problem + '"code":"overloaded","facts":{},"errors":[]}'

        def refuse(route: Route) -> None:
            headers = {"Content-Type": "application/problem+json", "Retry-After": "300"}
            route.fulfill(status=status, headers=headers, body=body)

        page.route("**/v1/layers/*", refuse)
        session.open("/?view=layer")
        expect(page.get_by_role("alert")).to_contain_text(words)
        page.unroute("**/v1/layers/*")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("figure")).to_have_count(4)


def test_a_lost_network_is_reported(pages: SharedPages, server: Server) -> None:
    """Pictures and settings stay, and a button retries."""
    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=layer")
        expect(page.locator("figure")).to_have_count(4)
        page.context.set_offline(True)
        page.get_by_role("slider", name="Stride").press("ArrowRight")
        expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
        expect(page.locator("figure")).to_have_count(4)
        page.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".sizes")).to_have_text("4 × 4 → 11 × 11")
