"""The sessions of the tests: they record faults, and leave nothing to each other in a shared page."""

from __future__ import annotations

from tests.page.browser_session import BrowserSession, SharedPages
from tests.service.servers import Server

LEFT = """async () => [
  localStorage.length,
  sessionStorage.length,
  innerWidth,
  matchMedia("(prefers-color-scheme: dark)").matches,
  matchMedia("(prefers-reduced-motion: reduce)").matches,
  (await navigator.permissions.query({ name: "clipboard-read" })).state,
]"""
"""What a test can leave behind."""


def test_a_session_has_nothing_of_an_earlier_one(pages: SharedPages, server: Server) -> None:
    """Neither storage, size, media and permissions, nor routes and a lost connection."""
    media = {"color_scheme": "dark", "reduced_motion": "reduce"}
    permissions = ["clipboard-read"]
    with BrowserSession.start(
        pages, server.url, width=375, permissions=permissions, **media
    ) as session:
        page = session.open("/?view=kitchen")
        page.evaluate("localStorage.setItem('scheme', 'dark'); sessionStorage.setItem('key', 'k')")
        assert page.evaluate(LEFT) == [1, 1, 375, True, True, "granted"]
        page.route("**/*", lambda route: route.abort())
        page.context.set_offline(True)
    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=kitchen")
        assert page.evaluate(LEFT) == [0, 0, 1280, False, False, "prompt"]
        assert session.console_errors == []


def test_a_session_records_faults_of_its_own_page_only(pages: SharedPages, server: Server) -> None:
    """Errors in the console, errors that no code catches, and requests to other hosts, which fail."""
    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=kitchen")
        page.locator("main > *").first.wait_for()  # now the page reports what no code catches
        page.evaluate("console.error('printed')")
        with page.context.expect_event("weberror"):
            page.evaluate("setTimeout(() => { throw new Error('thrown'); })")
        printed, reported, thrown = session.console_errors
        assert (printed, reported.split("\n")[0], thrown) == ("printed", "Error: thrown", "thrown")
        page.goto("about:blank")  # without the policy of the page, which refuses such requests
        with page.expect_event("requestfailed") as failed:
            page.evaluate("fetch('http://elsewhere.example/').catch(() => null)")
        assert failed.value.failure == "net::ERR_NAME_NOT_RESOLVED"
        assert session.external_requests == ["http://elsewhere.example/"]
    with BrowserSession.start(pages, server.url) as later:
        later.page.evaluate("console.error('printed later')")
        assert "printed later" not in session.console_errors
        assert later.console_errors == ["printed later"]
