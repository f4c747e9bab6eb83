"""Somebody at a browser: a page, and what it complained of and whom it asked meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, Route

PATIENCE_MS = 60_000
"""How long a test waits for what must come, however busy the machine is."""


@dataclass(kw_only=True)
class Reader:
    """A page at an address, the errors in its console, and requests to strangers."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def reading(cls, browser: Browser, url: str, **options: Any) -> Iterator[Reader]:  # noqa: ANN401
        """A fresh context whose every request to another host is refused and noted."""
        settings = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | options
        context = browser.new_context(**settings)
        reader = cls(page=context.new_page(), url=url)
        context.route("**/*", reader._admit)
        reader.page.set_default_timeout(PATIENCE_MS)
        reader.page.on("console", reader._hear)
        reader.page.on("pageerror", lambda error: reader.complaints.append(str(error)))
        try:
            yield reader
        finally:
            context.close()

    def open(self, path: str = "/") -> Page:
        """The page at a path of the server."""
        self.page.goto(self.url + path)
        return self.page

    def forgive_refusals(self) -> None:
        """Leave out the browser's own lines about answers that are no 200: they were wanted."""
        self.complaints[:] = [
            text for text in self.complaints if "Failed to load resource" not in text
        ]

    def _admit(self, route: Route) -> None:
        if route.request.url.startswith((self.url, "data:", "blob:")):
            route.continue_()
            return
        self.strangers.append(route.request.url)
        route.abort()

    def _hear(self, message: Any) -> None:  # noqa: ANN401
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)
