"""The pictures of the layer view: their language, their colors, and errors in their place."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.views import step_to
from tests.service.servers import Server

pytestmark = [pytest.mark.slow]


def test_in_chinese_the_pictures_are_chinese_too(pages: SharedPages, server: Server) -> None:
    """The texts of the pictures contain no English word."""
    with BrowserSession.start(
        pages, server.url, locale="zh-CN", reduced_motion="reduce"
    ) as session:
        page = session.open(
            "/?view=layer&kernel_size=2&stride=3&padding=1&dimensions=1&output_padding=2"
        )
        expect(page.locator("figure")).to_have_count(4)
        texts = page.locator(".stage").locator("text, .label, .legend li").all_text_contents()
        assert len(texts) > 20
        assert [text for text in texts if re.search("[A-Za-z]{2,}", text)] == []
        assert session.console_errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_follow_the_pages_colours(pages: SharedPages, server: Server, scheme: str) -> None:
    """The setting of the page overrides the system setting."""
    inks = {"light": "rgb(27, 31, 36)", "dark": "rgb(230, 234, 239)"}
    other = {"light": "dark", "dark": "light"}[scheme]
    ink = "getComputedStyle(document.querySelector('.stage .window text')).fill"
    with BrowserSession.start(pages, server.url, color_scheme=scheme) as session:
        page = session.open("/?view=layer")
        expect(page.locator("figure")).to_have_count(4)
        assert page.evaluate(ink) == inks[scheme]
        page.locator("#scheme").click()
        assert page.evaluate(ink) == inks[other]
        assert session.console_errors == []


def test_a_large_matrix_is_sampled(pages: SharedPages, server: Server) -> None:
    """A matrix of 4,225 rows is drawn as a sample, whose cells stand for several entries."""
    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=layer&input_size=10&stride=5&kernel_size=8&dilation=3")
        expect(page.locator("figure")).to_have_count(4)
        matrix = page.locator(".matrix-conv_transpose")
        expect(matrix).to_contain_text("4225 × 100, sampled: a cell stands for 22 × 1 entries")
        assert matrix.locator("svg").get_attribute("viewBox") == "0 0 100 193"
        assert matrix.locator("path.entry").count() == 64
        page.get_by_role("button", name="Pause").click()
        step_to(page, 700)
        expect(page.locator(".step-text")).to_contain_text("connects the two")
