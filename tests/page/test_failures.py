"""A slow and broken service: each failure has its words on the page, and a way on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from service.problems.registry import PROBLEMS
from tests.page.browser_session import Reader
from tests.service.servers import Server

Handler = Callable[[Route], None]


def problem(code: str, headers: dict[str, str] | None = None) -> Handler:
    """Answer with the problem of this code."""
    kind = PROBLEMS[code]
    body = {"type": kind.address, "title": kind.title, "status": kind.status, "code": code}
    text = json.dumps(body | {"detail": kind.meaning, "facts": {}, "errors": []})

    def answer(route: Route) -> None:
        route.fulfill(
            status=kind.status,
            headers={"Content-Type": "application/problem+json", **(headers or {})},
            body=text,
        )

    return answer


def limited(route: Route) -> None:
    """What a limit of requests answers."""
    route.fulfill(
        status=429,
        headers={"Content-Type": "application/problem+json", "Retry-After": "2"},
        body='{"code": "rate_limited", "detail": "at most 10 a minute"}',
    )


def gone(route: Route) -> None:
    """Nobody answers."""
    route.abort("connectionrefused")


def nonsense(route: Route) -> None:
    """A page of some proxy."""
    route.fulfill(status=502, headers={"Content-Type": "text/html"}, body="<h1>Bad gateway</h1>")


@pytest.fixture
def page(browser: Browser, server: Server) -> Any:  # noqa: ANN401
    """An empty page; the browser's own line about a failed request is no complaint of ours."""
    with Reader.reading(browser, server.url) as reader:
        reader.open("/problems")
        yield reader.page
        reader.forgive_refusals()
        assert reader.complaints == []


def levels(route: Route) -> str:
    return (route.request.post_data_json or {}).get("verify", "")


FAILURES = {
    "limited": (limited, "Too many questions at once"),
    "busy": (problem("overloaded", {"Retry-After": "2"}), "The service is busy"),
    "network": (gone, "The service cannot be reached"),
    "broken": (nonsense, "The service made a mistake"),
}


@pytest.mark.parametrize("view", ["design", "code"])
@pytest.mark.parametrize("kind", FAILURES)
def test_each_failure_has_its_words_and_a_way_on(page: Page, kind: str, view: str) -> None:
    """The words, a button that tries again, and the design once the service is well."""
    handler, words = FAILURES[kind]
    page.route("**/v1/designs", handler)
    page.goto(page.url.replace("/problems", f"/?view={view}&resolution=32&base_channels=8"))
    failure = page.get_by_role("alert")
    expect(failure).to_contain_text(words)
    page.unroute("**/v1/designs", handler)
    failure.get_by_role("button", name="Try again").click()
    expect(page.locator(".badge.good").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("kind", ["limited", "busy"])
def test_where_the_service_says_when_the_page_comes_back_by_itself(page: Page, kind: str) -> None:
    """Retry-After is counted down in sight."""
    handler, _ = FAILURES[kind]
    page.route("**/v1/designs", handler, times=1)
    page.goto(page.url.replace("/problems", "/?resolution=32&base_channels=8"))
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"by itself in [12] s"))
    expect(page.locator(".badge.good")).to_be_visible()


@pytest.mark.parametrize("kind", FAILURES)
def test_a_proof_that_fails_leaves_the_chain_where_it_stands(page: Page, kind: str) -> None:
    """Only the question for the proof fails: chain, networks and the link to the code stay."""
    handler, words = FAILURES[kind]

    def spoil(route: Route) -> None:
        handler(route) if levels(route) == "standard" else route.continue_()

    page.route("**/v1/designs", spoil)
    page.goto(page.url.replace("/problems", "/?resolution=32&base_channels=8"))
    expect(page.locator(".summary .failure")).to_contain_text(words)
    expect(page.locator(".chain")).to_contain_text("32 × 32")
    expect(page.locator(".badge.warn")).to_have_text("not verified yet")
    page.unroute("**/v1/designs", spoil)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".badge.good")).to_be_visible()


def test_alternatives_that_fail_spoil_nothing_else(page: Page) -> None:
    page.route("**/v1/chains", gone)
    page.goto(page.url.replace("/problems", "/?resolution=32&base_channels=8"))
    expect(page.locator(".others .failure")).to_contain_text("cannot be reached")
    expect(page.locator(".badge.good")).to_be_visible()
    page.unroute("**/v1/chains", gone)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".scatter")).to_be_visible()


@pytest.mark.parametrize("view", ["design", "code"])
def test_a_refuted_design_is_named_so(page: Page, view: str) -> None:
    """The checks that failed are named, and what to do instead."""

    def refute(route: Route) -> None:
        answer = route.fetch()
        design = answer.json()
        if levels(route) == "standard":
            design["verification"]["verdict"] = "refuted"
            failed = design["verification"]["checks"][6]
            failed["passed"] = False
        route.fulfill(response=answer, json=design)

    page.route("**/v1/designs", refute)
    page.goto(page.url.replace("/problems", f"/?view={view}&resolution=32&base_channels=8"))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Do not use this module. These checks failed: generator.layers.")
    expect(page.locator(".badge.bad")).to_contain_text("refuted by torch")


def test_a_size_without_a_chain_offers_the_nearest_and_what_to_give_up(reader: Reader) -> None:
    """The service's refusal, what was there before dimmed, and buttons that lead on."""
    page = reader.open(
        "/?resolution=96&base_channels=8&exact=require&output_padding=false&strides=2"
    )
    expect(page.locator(".badge.good")).to_be_visible()
    page.get_by_label("Side", exact=True).fill("97")
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("no chain leads to 97×97")
    expect(page.locator(".results.stale")).to_be_visible()
    page.get_by_role("button", name="Take 104").click()
    expect(page.locator(".chain")).to_contain_text("104 × 104")
    page.go_back()
    page.get_by_role("button", name="Give up: Exact multiples").click()
    expect(page.locator(".chain")).to_contain_text("97 × 97")
    reader.forgive_refusals()


def test_a_wrong_field_is_marked_where_it_stands(reader: Reader) -> None:
    page = reader.open()
    field = page.get_by_label("Latent vector")
    field.fill("0")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#error-latent_dim")).to_have_text("latent_dim must be 1 to 65536, got 0")
    expect(page.get_by_role("link", name="What out_of_range means")).to_be_visible()
    field.fill("12")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".chain")).to_contain_text("12 numbers")
    reader.forgive_refusals()


def test_a_slow_service_says_that_it_is_at_work(page: Page) -> None:
    """Nothing has come yet: the results say that they are busy, the form stays in use."""
    page.route("**/v1/designs", lambda _: None)
    page.goto(page.url.replace("/problems", "/?resolution=32&base_channels=8"))
    expect(page.locator(".results[aria-busy=true]")).to_be_visible()
    expect(page.get_by_text("The service is at work")).to_be_visible()
    expect(page.get_by_label("Side", exact=True)).to_be_editable()
    page.unroute_all(behavior="ignoreErrors")
