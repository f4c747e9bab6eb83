"""Browser sessions that record console errors and external requests, in pages that they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, Request, WebError

TIMEOUT_MS = 60_000
"""Timeout of every wait; generous, for a busy machine."""


class SharedPages:
    """The pages of a browser, one for each language, made at its first use.

    A page that has shown the views keeps their files and its process: the next test in it takes
    a third of the time of one in a new page.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._by_locale: dict[str, Page] = {}

    def find_page(self, locale: str) -> Page:
        """The page of this language."""
        if locale not in self._by_locale:
            self._by_locale[locale] = self._browser.new_context(locale=locale).new_page()
            self._by_locale[locale].set_default_timeout(TIMEOUT_MS)
        return self._by_locale[locale]

    def close(self) -> None:
        """Close all pages and their contexts."""
        for page in self._by_locale.values():
            page.context.close()


@dataclass(kw_only=True)
class BrowserSession:
    """A page, the errors in its console, and its requests to other hosts."""

    page: Page
    url: str
    console_errors: list[str] = field(default_factory=list)
    external_requests: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def start(
        cls,
        pages: SharedPages,
        url: str,
        *,
        locale: str = "en-GB",
        width: int = 1280,
        permissions: Sequence[str] = (),
        **media: Any,  # noqa: ANN401
    ) -> Iterator[BrowserSession]:
        """A page without storage, routes and earlier permissions; ``_leave`` ends what a test left."""
        page = pages.find_page(locale)
        if permissions:
            page.context.grant_permissions(permissions)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(**{"color_scheme": "light", "reduced_motion": "no-preference"} | media)
        session = cls(page=page, url=url)
        page.context.on("request", session._record_request)
        page.context.on("console", session._record_message)
        page.context.on("weberror", session._record_error)
        try:
            yield session
        finally:
            page.context.remove_listener("request", session._record_request)
            page.context.remove_listener("console", session._record_message)
            page.context.remove_listener("weberror", session._record_error)
            session._leave()

    def open(self, path: str = "/") -> Page:
        """Open a path of the server."""
        self.page.goto(self.url + path)
        return self.page

    def ignore_failed_requests(self) -> None:
        """Drop console messages about failed requests, which the test causes."""
        self.console_errors[:] = [
            text for text in self.console_errors if "Failed to load resource" not in text
        ]

    def _leave(self) -> None:
        self.page.unroute_all(behavior="ignoreErrors")
        self.page.context.set_offline(False)
        self.page.context.clear_permissions()
        self.page.goto(self.url + "/healthz")
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")

    def _record_request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.external_requests.append(request.url)

    def _record_message(self, message: Any) -> None:  # noqa: ANN401
        if message.type in ("error", "warning"):
            self.console_errors.append(message.text)

    def _record_error(self, error: WebError) -> None:
        self.console_errors.append(str(error.error))
