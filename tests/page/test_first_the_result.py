"""The Design view shows the answer beside the size; the other settings are folded and explained."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from service.web.form_fields import field_sentences, form_fields
from service.web.page_files import MESSAGES_FILE
from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.test_messages import CHINESE, served_module
from tests.page.views import open_details
from tests.service.servers import Server

SMALL = "resolution=32&base_channels=8"
PHONES = [(390, 844), (375, 667), (375, 380)]
"""The last one is the second with its keyboard."""
OWN_SENTENCES = {"resolution", "latent_dim", "discriminator"}
"""Fields whose sentence in the API is about JSON or repeats the label."""
SHOWN = [str(each["name"]) for each in form_fields() if "group" in each or "." in str(each["name"])]


def is_in_view(part: Locator) -> bool:
    """Whether all of an element is in the viewport."""
    box, screen = part.bounding_box(), part.page.viewport_size
    assert box
    assert screen
    return box["y"] >= 0 and box["y"] + box["height"] <= screen["height"]


def fold(page: Page, group: str) -> Locator:
    return page.locator(f"details[data-group={group}]")


def test_size_and_answer_come_first(session: BrowserSession) -> None:
    """In the order of reading: presets, size, latent length, chain, verdict, then the folds."""
    page = session.open("/?resolution=32")
    expect(page.locator(".badge.good")).to_be_visible()
    parts = [".presets", "#side-side", "#field-latent_dim", ".chain", ".badge", "[data-group]"]
    order = page.locator(", ".join(parts)).evaluate_all(
        "(found, parts) => found.map((node) => parts.findIndex((part) => node.matches(part)))",
        parts,
    )
    assert list(dict.fromkeys(order)) == sorted(set(order)) == list(range(len(parts)))
    assert page.locator(".form details[open]").count() == 0
    assert page.locator(".form details").count() == 7


def test_a_fold_with_a_changed_field_is_open(session: BrowserSession) -> None:
    """By its address, after a preset, after a change by hand; the others stay closed."""
    page = session.open(f"/?{SMALL}&discriminator.output=logit&budget.parameters=900000")
    expect(page.locator(".badge.good")).to_be_visible()
    opened = page.locator(".form details[open]")
    groups = opened.evaluate_all("all => all.map((each) => each.dataset.group)")
    assert groups == ["generator", "discriminator", "budget"]
    page.get_by_role("button", name="MNIST").click()
    expect(fold(page, "picture")).to_have_attribute("open", "")
    expect(fold(page, "search")).not_to_have_attribute("open", "")


def test_a_fold_with_an_invalid_field_is_open(session: BrowserSession) -> None:
    """Also if its user closed it before the refusal; the field has its sentence and its error."""
    page = session.open(f"/?{SMALL}")
    expect(page.locator(".badge.good")).to_be_visible()
    field = page.locator("#field-discriminator\\.patch")
    field.evaluate("""(input) => {
      input.value = "0";
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
      input.closest("details").open = false;
    }""")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(fold(page, "discriminator")).to_have_attribute("open", "")
    described = field.get_attribute("aria-describedby")
    assert described == "error-discriminator.patch about-discriminator.patch"
    session.ignore_failed_requests()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_sentence_explains_each_field(pages: SharedPages, server: Server, locale: str) -> None:
    """In the language of the page; it describes the control to screen readers, too."""
    with BrowserSession.start(pages, server.url, locale=locale) as session:
        page = session.open(f"/?{SMALL}")
        expect(page.locator(".badge.good")).to_be_visible()
        open_details(page)
        for control in ("side-side", *(f"field-{name}" for name in SHOWN)):
            about = page.locator(f"[id='{control}']").get_attribute("aria-describedby")
            sentence = page.locator(f"[id='{about}']")
            expect(sentence).to_be_visible()
            text = sentence.inner_text()
            assert text.endswith("." if locale == "en-GB" else "。"), control
            assert bool(CHINESE.search(text)) == (locale == "zh-CN"), control


def test_the_sentences_are_those_of_the_service() -> None:
    """In English, but for a few that the page words itself; each field of the form has one."""
    own = json.loads(MESSAGES_FILE.read_text(encoding="utf-8"))["fields"]
    english, chinese = (served_module(f"messages-{code}.mjs")["fields"] for code in ("en", "zh"))
    assert english.keys() == chinese.keys() == own.keys() == {"resolution", *SHOWN}
    assert {name for name, text in own.items() if isinstance(text, list)} == OWN_SENTENCES
    same = own.keys() - OWN_SENTENCES
    assert {name: english[name] for name in same} == {
        name: field_sentences()[name] for name in same
    }


@pytest.mark.parametrize(("width", "height"), PHONES)
def test_on_a_phone_the_answer_is_in_view_while_typing(
    pages: SharedPages, server: Server, width: int, height: int
) -> None:
    """Chain and verdict, from the first key to the receipt, for the size and the latent length."""
    with BrowserSession.start(pages, server.url, width=width) as session:
        session.page.set_viewport_size({"width": width, "height": height})
        page = session.open("/?base_channels=8&resolution=16")
        chain, verdict = page.locator(".chain"), page.locator(".badge")
        expect(page.locator(".badge.good")).to_be_visible()
        for label, keys, words in (
            ("Side", "28", "28\u00a0×\u00a028"),
            ("Latent vector", "12", "12 numbers"),
        ):
            page.evaluate("scrollTo(0, document.body.scrollHeight)")
            field = page.get_by_label(label, exact=True)
            field.click()
            page.keyboard.press("Control+A")
            page.keyboard.type(keys, delay=60)
            expect(chain).to_contain_text(words.replace("\u00a0", " "))
            expect(verdict).to_have_class(re.compile("good"))
            assert is_in_view(field)
            assert is_in_view(chain)
            assert is_in_view(verdict)


def hold(page: Page) -> list[Route]:
    """Hold back the verifications."""
    waiting: list[Route] = []

    def catch(route: Route) -> None:
        if (route.request.post_data_json or {}).get("verify") == "standard":
            waiting.append(route)
        else:
            route.continue_()

    page.route("**/v1/designs", catch)
    return waiting


def test_the_seconds_of_a_verification_are_counted(session: BrowserSession) -> None:
    """Without an estimate before the first one; afterwards beside it, also in a new page."""
    page = session.page
    waiting = hold(page)
    session.open(f"/?{SMALL}&classes=3")
    elapsed = page.locator(".elapsed")
    expect(elapsed).to_have_text("1 s")
    expect(elapsed).to_have_text("2 s")
    body = page.request.post(f"{session.url}/v1/designs", data=waiting[0].request.post_data_json)
    headers = body.headers | {"server-timing": "solve;dur=4.0, verify;dur=7200.000"}
    waiting[0].fulfill(response=body, headers=headers)
    expect(page.locator(".badge.good")).to_be_visible()
    expect(elapsed).to_have_count(0)
    session.open(f"/?{SMALL}&classes=4")
    expect(elapsed).to_have_text(re.compile(r"^\d s, estimated: 7 s$"))
    session.open(f"/?{SMALL}&resolution=64".replace("resolution=32&", ""))
    seconds = re.compile(r"^\d s, estimated: (\d+) s$")
    expect(elapsed).to_have_text(seconds)
    found = seconds.match(elapsed.inner_text())
    assert found
    assert 8 <= int(found[1]) <= 20
    for route in waiting[1:]:
        route.abort()
    session.ignore_failed_requests()


def test_a_kept_receipt_says_nothing_about_torch(session: BrowserSession) -> None:
    """Its milliseconds, which the service gives for a receipt that it had, are no estimate."""
    page = session.page
    waiting = hold(page)
    session.open(f"/?{SMALL}&classes=5")
    expect(page.locator(".elapsed")).to_be_visible()
    body = page.request.post(f"{session.url}/v1/designs", data=waiting[0].request.post_data_json)
    waiting[0].fulfill(response=body, headers=body.headers | {"server-timing": "verify;dur=3.1"})
    expect(page.locator(".badge.good")).to_be_visible()
    assert page.evaluate("localStorage.getItem('verifications')") is None


def test_the_first_digit_of_a_size_is_no_refusal(session: BrowserSession) -> None:
    """A number below the least one waits for the next key; if none comes, the service refuses it."""
    page = session.open("/?resolution=16&base_channels=8")
    expect(page.locator(".badge.good")).to_be_visible()
    page.locator("#side-side").select_text()
    page.keyboard.type("28")
    expect(page.locator(".chain li").last).to_have_text("28\u00a0×\u00a028")
    assert session.console_errors == []
    page.locator("#side-side").fill("2")
    expect(page.locator("#side-side")).to_have_attribute("aria-invalid", "true")
    session.ignore_failed_requests()


def test_torch_waits_for_the_end_of_typing(session: BrowserSession) -> None:
    """Each of four keys shows a chain; torch and the alternatives run once, for the last one."""
    page = session.open("/?resolution=16&base_channels=8")
    expect(page.locator(".badge.good")).to_be_visible()
    expect(page.locator(".scatter")).to_be_visible()
    sent: list[tuple[str, object]] = []
    page.on("request", lambda request: note(request.url, request.post_data_json))

    def note(url: str, body: dict[str, object] | None) -> None:
        if body and "/v1/" in url:
            sent.append((url.rpartition("/")[2], body.get("verify")))

    side = page.get_by_label("Side", exact=True)
    shown = page.locator(".chain li").last
    page.evaluate("""async () => {
      const input = document.querySelector("#side-side");
      for (const side of ["20", "24", "28", "30"]) {
        input.value = side;
        input.dispatchEvent(new InputEvent("input", { bubbles: true }));
        await new Promise((done) => setTimeout(done, 120));
      }
    }""")
    expect(shown).to_have_text("30\u00a0×\u00a030")
    expect(page.locator(".badge.good")).to_be_visible()
    expect(side).to_have_value("30")
    assert sent.count(("designs", "none")) == 4
    assert sent.count(("designs", "standard")) == 1
    assert sent.count(("chains", None)) == 1
