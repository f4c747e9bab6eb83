"""Reasons in Chinese: chosen by code, whatever the sentences of the service say."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from designer.brief.options import Level
from designer.reasons import SENTENCE_GROUPS, SENTENCES, make_reason, template_fields
from designer.verification import Check, Verification, receipt_json
from tests.page.browser_session import BrowserSession, SharedPages
from tests.service.servers import Server

pytestmark = [pytest.mark.slow]

NONSENSE = "Qwert zuiop asdfg"

REFUSED = {
    "/?resolution=97&exact=require&strides=2%2C3": "97 = 2·48 + 1",
    "/?resolution=64&max_parameters=1000": "1,000",
    "/?resolution=64&latent_dim=0": "65,536",
    "/?resolution=3000000": "16,384",
    "/?resolution=64&discriminator_output=critic&discriminator_normalization=batch": "layer、instance",
    "/?resolution=64&kernel_sizes=2&strides=3,4": "3、4",
    "/?design=1AAAA": "校验和",
    "/?view=sweep&job=nothing": "没有此任务",
}
"""URLs of requests that the service refuses: no chain, a field, a combination, an id and a job."""

DECODER = """nn.Sequential(
    nn.ConvTranspose2d(64, 32, 4, 2, 1),
    nn.BatchNorm2d(32),
    nn.ReLU(),
    nn.ConvTranspose2d(32, 1, 3, 2, 1),
    nn.Tanh(),
)
"""

BROKEN_LAYER = '[{"op": "conv", "in_channels": 64, "out_channels": 3, "kernel_size": 3}, {"op": "linear", "in_features": 9, "out_features": 1}]'

AUDITS = {
    "a miss": ({"text": DECODER, "input_shape": "64x7x7", "wanted_shape": "1x28x28"}, "27"),
    "a layer that fails": ({"text": BROKEN_LAYER, "input_shape": "64x7x7"}, "9"),
    "a message about something else": (
        {"text": DECODER, "input_shape": "64x7x7", "error": "CUDA out of memory"},
        "内存",
    ),
}
"""Audits: the fields of the form, and words of the diagnosis."""

REFUSED_AUDITS = {
    "an unknown field": ('[{"op": "linear", "in_chanels": 9}]', "in_chanels"),
    "a line": ("import torch\nnn.Sequential(nn.Linear(k, 3))", "第 2 行引发 NameError"),
    "no network": ("x = 3", "未找到网络"),
}
"""Networks that cannot be read, and words of the refusal."""


SENTENCE_FIELDS = ("sentence", "detail", "title", "reason", "about_error", "summary")


def replace_sentences(document: Any) -> Any:  # noqa: ANN401 - JSON
    """The document with nonsense for each sentence of its reasons; ``why`` of a repair has formulas."""
    if isinstance(document, dict):
        listed = ("warnings",) if "costs" in document else ("why", "warnings")
        return {
            name: NONSENSE
            if name in SENTENCE_FIELDS and isinstance(value, str)
            else [NONSENSE for _ in value]
            if name in listed and isinstance(value, list)
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
def chinese(pages: SharedPages, server: Server) -> Any:  # noqa: ANN401 - a generator
    """A page in Chinese whose service says nonsense, with the right codes and shapes."""
    with BrowserSession.start(
        pages, server.url, locale="zh-CN", reduced_motion="reduce"
    ) as session:
        json_resources = re.compile(r"/v1/(designs|chains|audits|jobs|layers/[\w-]+$)")
        session.page.route(json_resources, spoil_json)
        session.page.route("**/v1/layers/*.svg?*", spoil_picture)
        yield session
        session.page.unroute_all(behavior="ignoreErrors")
        session.ignore_failed_requests()
        assert session.console_errors == []


def audit(session: BrowserSession, **fields: str) -> Page:
    """Fill and send the form of an audit."""
    page = session.open("/?view=audit")
    page.locator("details").first.evaluate("fold => { fold.open = true; }")
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("form button.main").click()
    return page


def assert_chinese(page: Page, selector: str, figures: list[str]) -> None:
    """The texts are Chinese, are declared so, and have these figures."""
    texts = page.locator(selector).all_text_contents()
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


@pytest.mark.parametrize(("address", "figure"), REFUSED.items())
def test_a_refusal_is_chinese_whatever_its_sentence(
    chinese: BrowserSession, address: str, figure: str
) -> None:
    page = chinese.open(address)
    expect(page.get_by_role("alert").locator(".service-text li")).not_to_have_count(0)
    assert_chinese(page, "[role=alert] .service-text li", [figure])


def test_the_error_at_a_field_is_chinese_whatever_its_sentence(chinese: BrowserSession) -> None:
    page = chinese.open("/?resolution=64&latent_dim=0")
    expect(page.locator("#error-latent_dim")).to_have_text(
        "latent_dim 必须在 1 至 65,536 之间，收到 0"
    )
    assert_chinese(page, "#error-latent_dim", [])


@pytest.mark.parametrize(
    ("query", "figure"),
    [("output_padding=4", "4"), ("op=conv&kernel_size=8&input_size=2&padding=0", "跨度为 8")],
)
def test_an_illegal_layer_is_chinese_whatever_its_sentence(
    chinese: BrowserSession, query: str, figure: str
) -> None:
    page = chinese.open(f"/?view=layer&{query}")
    expect(page.locator(".illegal")).to_be_visible()
    assert_chinese(page, ".illegal > p:nth-child(2)", [figure])


@pytest.mark.parametrize("name", AUDITS)
def test_an_audit_is_chinese_whatever_its_sentences(chinese: BrowserSession, name: str) -> None:
    """Diagnosis, explanation of the message seen, warnings and repairs."""
    fields, figure = AUDITS[name]
    page = audit(chinese, **fields)
    expect(page.locator(".verdict")).to_be_visible()
    assert_chinese(page, ".verdict > p", [figure])
    if name != "a layer that fails":
        assert_chinese(page, ".warning", ["3", "2"])
    if "something else" not in name:
        assert_chinese(page, ".summary", ["第 5 行" if name == "a miss" else "层（"])


@pytest.mark.parametrize("name", REFUSED_AUDITS)
def test_a_refused_audit_is_chinese_whatever_its_sentence(
    chinese: BrowserSession, name: str
) -> None:
    text, words = REFUSED_AUDITS[name]
    page = audit(chinese, text=text, input_shape="9")
    expect(page.get_by_role("alert")).to_be_visible()
    assert_chinese(page, "[role=alert] .service-text li", [words])


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
            {"填充", "未被读取", "输出", "窗口", "卷积核，2\u00a0×\u00a02"},
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
    texts = page.locator(".stage").locator("text, .label, .legend li").all_text_contents()
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


def receipt_checks() -> list[dict[str, Any]]:
    """A check for each statement that a receipt can make, all with facts of the right types."""
    inner = make_reason("not_measured")
    facts: dict[str, Any] = {
        **dict.fromkeys(("reason", "first", "figure", "axis"), inner),
        **{name: ["main.3 weight"] for name in ("places", "packages", "parts", "activations")},
    }
    checks = []
    for code in SENTENCE_GROUPS["receipt"]:
        names = template_fields(SENTENCES[code])
        reason = make_reason(code, **{name: facts.get(name, 1234) for name in names})
        checks.append(Check(name=f"text.{code}", passed=None, reason=reason))
    receipt = Verification(
        level=Level.STANDARD,
        checks=tuple(checks),
        width=None,
        torch_version=None,
        seed=0,
        source_sha256="0" * 64,
    )
    listed: list[dict[str, Any]] = receipt_json(receipt)["checks"]
    return listed


def test_a_receipt_is_chinese_whatever_its_sentences(chinese: BrowserSession) -> None:
    """Each statement of a check, which the page translates as it translates a refusal."""
    checks = receipt_checks()

    def replace_checks(route: Route) -> None:
        answer = route.fetch()
        document = answer.json()
        document["verification"]["checks"] = checks
        route.fulfill(response=answer, json=replace_sentences(document))

    chinese.page.route("**/v1/designs", replace_checks)
    page = chinese.open("/?view=code&resolution=28&latent_dim=8&base_channels=4")
    expect(page.locator("table.checks th p")).to_have_count(len(checks))
    assert_chinese(page, "table.checks th p", ["1,234 次乘加", "第 1,234 行", "main.3 weight"])
