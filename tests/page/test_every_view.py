"""Layout and accessibility of every view in every state, with all details unfolded."""

from __future__ import annotations

import pytest

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.test_accessibility import violations
from tests.page.test_layout import WIDTHS, layout_faults
from tests.page.views import VIEWS, open_details, open_view
from tests.service.servers import Server
from tests.support import SOAK

PAIRS = [(name, locale) for name in VIEWS for locale in ("en-GB", "zh-CN")]
IN_TURN = [PAIRS[2 * index + index % 2] for index in range(len(VIEWS))]
"""Each view in one language: English and Chinese in turn."""


@pytest.mark.parametrize(("name", "locale"), PAIRS if SOAK else IN_TURN)
def test_nothing_overlaps_or_sticks_out_and_axe_finds_no_violation(
    pages: SharedPages, server: Server, name: str, locale: str
) -> None:
    """Layout at three widths, axe in both colour schemes."""
    with BrowserSession.start(pages, server.url, locale=locale, color_scheme="light") as session:
        page = open_view(session, name)
        open_details(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(
                "() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 60)))"
            )
            assert (width, layout_faults(page)) == (width, {})
        assert violations(page) == []
        page.emulate_media(color_scheme="dark")
        assert violations(page) == []
        session.ignore_failed_requests()
        assert session.console_errors == []
