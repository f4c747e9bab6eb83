"""Reasons in Chinese: chosen by code, whatever the sentences of the service say."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.page.browser_session import BrowserSession
from tests.service.servers import Server

pytestmark = [pytest.mark.slow]

NONSENSE = "Qwert zuiop asdfg"

NO_CHAIN = (
    "/?resolution=97&exact=require&strides=2%2C3",
    "/?resolution=64&max_parameters=1000",
)


def replace_sentences(document: Any) -> Any:  # noqa: ANN401 - JSON
    """The document with nonsense for each sentence of its reasons."""
    if isinstance(document, dict):
        return {
            name: NONSENSE
            if name in ("sentence", "detail", "title")
            else [NONSENSE for _ in value]
            if name == "why"
            else replace_sentences(value)
            for name, value in document.items()
        }
    return [*map(replace_sentences, document)] if isinstance(document, list) else document


def spoil_json(route: Route) -> None:
    """Answer with the service's JSON, its sentences replaced."""
    answer = route.fetch()
    route.fulfill(response=answer, json=replace_sentences(answer.json()))


def spoil_picture(route: Route) -> None:
    """Answer with the service's picture, the words of its texts replaced by as many letters."""
    answer = route.fetch()
    text = re.sub(
        r"(<text[^>]*>|<title[^>]*>|<desc[^>]*>)([^<]*)",
        lambda found: found[1] + re.sub(r"[A-Za-z](?![^&]{0,5};)", "q", found[2]),
        answer.text(),
    )
    assert "qqqqq" in text
    route.fulfill(response=answer, body=text)


@pytest.fixture
def chinese(browser: Browser, server: Server) -> Any:  # noqa: ANN401 - a generator
    """A page in Chinese whose service says nonsense, with the right codes and shapes."""
    with BrowserSession.start(
        browser, server.url, locale="zh-CN", reduced_motion="reduce"
    ) as session:
        session.page.route(re.compile("/v1/(designs|chains)"), spoil_json)
        session.page.route("**/v1/layers/*.svg?*", spoil_picture)
        yield session
        session.page.unroute_all(behavior="ignoreErrors")
        session.ignore_failed_requests()
        assert session.console_errors == []


def assert_chinese(page: Page, selector: str, figures: list[str]) -> None:
    """The texts are Chinese, are declared so, and have these figures."""
    texts = page.locator(selector).all_inner_texts()
    assert texts
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in texts), texts
    assert NONSENSE not in page.locator("main").inner_text()
    for figure in figures:
        assert any(figure in text for text in texts), (figure, texts)
    languages = page.locator(selector).evaluate_all(
        "nodes => nodes.map(node => node.closest('[lang]').lang)"
    )
    assert set(languages) == {"zh-Hans"}


def test_reasons_are_chinese_whatever_their_sentences(chinese: BrowserSession) -> None:
    """Each of the eight, with its numbers: sizes with a cross, counts with commas."""
    page = chinese.open("/?resolution=97&base_channels=8")
    expect(page.locator(".reasons li")).to_have_count(8)
    assert_chinese(page, ".reasons li", ["4\u00a0×\u00a04, 4\u00a0×\u00a04"])
    assert re.search(r"\d,\d{3},\d{3} 次乘加", page.locator(".reasons").inner_text())


@pytest.mark.parametrize("address", NO_CHAIN)
def test_a_refusal_is_chinese_whatever_its_sentence(chinese: BrowserSession, address: str) -> None:
    page = chinese.open(address)
    expect(page.get_by_role("alert").locator(".service-text li")).not_to_have_count(0)
    figure = "97 = 2·48 + 1" if "97" in address else "1,000"
    assert_chinese(page, "[role=alert] .service-text li", [figure])


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        (
            "input_size=3&kernel_size=2&stride=3&padding=1&dimensions=1&output_padding=2",
            {
                "输入，3",
                "插零后，9",
                "输出，8",
                "输入",
                "插入的零",
                "输出填充",
                "输出",
                "未收到贡献",
                "窗口",
            },
        ),
        (
            "op=conv&kernel_size=2&stride=3&padding=1&dimensions=2",
            {"填充", "未被读取", "输出", "窗口", "卷积核的权重"},
        ),
        ("kernel_size=2&stride=2&padding=2&dimensions=2", {"裁去", "插入的零"}),
    ],
)
def test_pictures_are_chinese_whatever_their_words(
    chinese: BrowserSession, query: str, labels: set[str]
) -> None:
    """Labels of maps and of the legend, and titles, are those of the page."""
    page = chinese.open(f"/?view=layer&{query}")
    expect(page.locator("figure")).to_have_count(4)
    texts = page.evaluate(
        "[...document.querySelectorAll('.picture')].flatMap(host =>"
        " [...host.shadowRoot.querySelectorAll('text, title, desc')].map(n => n.textContent))"
    )
    assert [text for text in texts if "q" in text] == []
    assert labels <= set(texts)


def test_an_unknown_code_shows_its_sentence(chinese: BrowserSession) -> None:
    """A page that is older than the service shows what it cannot translate, as English."""
    page = chinese.page

    def rename_codes(route: Route) -> None:
        answer = route.fetch()
        document = replace_sentences(answer.json())
        document["reasons"][0]["code"] = "a_new_code"
        route.fulfill(response=answer, json=document)

    page.route("**/v1/designs", rename_codes)
    chinese.open("/?resolution=32&base_channels=8")
    first = page.locator(".reasons li").first
    expect(first).to_have_text(NONSENSE)
    expect(first).to_have_attribute("lang", "en")
