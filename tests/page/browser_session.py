"""A browser session that records console errors and external requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, Route

TIMEOUT_MS = 60_000
"""Timeout of every wait; generous, for a busy machine."""


@dataclass(kw_only=True)
class BrowserSession:
    """A page, the errors in its console, and its requests to other hosts."""

    page: Page
    url: str
    console_errors: list[str] = field(default_factory=list)
    external_requests: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def start(cls, browser: Browser, url: str, **options: Any) -> Iterator[BrowserSession]:  # noqa: ANN401
        """A new context that records and aborts requests to other hosts."""
        settings = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | options
        context = browser.new_context(**settings)
        session = cls(page=context.new_page(), url=url)
        context.route("**/*", session._filter_request)
        session.page.set_default_timeout(TIMEOUT_MS)
        session.page.on("console", session._record_message)
        session.page.on("pageerror", lambda error: session.console_errors.append(str(error)))
        try:
            yield session
        finally:
            context.close()

    def open(self, path: str = "/") -> Page:
        """Open a path of the server."""
        self.page.goto(self.url + path)
        return self.page

    def ignore_failed_requests(self) -> None:
        """Drop console messages about failed requests, which the test causes."""
        self.console_errors[:] = [
            text for text in self.console_errors if "Failed to load resource" not in text
        ]

    def _filter_request(self, route: Route) -> None:
        if route.request.url.startswith((self.url, "data:", "blob:")):
            route.continue_()
            return
        self.external_requests.append(route.request.url)
        route.abort()

    def _record_message(self, message: Any) -> None:  # noqa: ANN401
        if message.type in ("error", "warning"):
            self.console_errors.append(message.text)
