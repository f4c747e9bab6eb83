"""Failures and slow responses of the service: each shows a message and an action on the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from service.problems.registry import PROBLEMS
from tests.page.browser_session import BrowserSession, SharedPages
from tests.service.servers import Server

Handler = Callable[[Route], None]


def problem(code: str, headers: dict[str, str] | None = None) -> Handler:
    """A handler that answers with the problem of this code."""
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


def rate_limited(route: Route) -> None:
    """Answer as the rate limit does."""
    route.fulfill(
        status=429,
        headers={"Content-Type": "application/problem+json", "Retry-After": "2"},
        body='{"code": "rate_limited", "detail": "at most 10 a minute"}',
    )


def connection_refused(route: Route) -> None:
    """Refuse the connection."""
    route.abort("connectionrefused")


def bad_gateway(route: Route) -> None:
    """Answer with the error page of a proxy."""
    route.fulfill(status=502, headers={"Content-Type": "text/html"}, body="<h1>Bad gateway</h1>")


@pytest.fixture
def page(pages: SharedPages, server: Server) -> Any:  # noqa: ANN401
    """A page without a view; console messages about failed requests are ignored."""
    with BrowserSession.start(pages, server.url) as session:
        session.open("/problems")
        yield session.page
        session.ignore_failed_requests()
        assert session.console_errors == []


def verify_level(route: Route) -> str:
    return (route.request.post_data_json or {}).get("verify", "")


FAILURES = {
    "limited": (rate_limited, "Too many requests"),
    "busy": (problem("overloaded", {"Retry-After": "2"}), "The service is busy"),
    "network": (connection_refused, "The service cannot be reached"),
    "broken": (bad_gateway, "Service error"),
}


@pytest.mark.parametrize("view", ["design", "code"])
@pytest.mark.parametrize("kind", FAILURES)
def test_each_failure_shows_a_message_and_can_be_retried(page: Page, kind: str, view: str) -> None:
    """The message, a retry button, and the design once the service responds."""
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
def test_the_page_retries_after_the_seconds_of_retry_after(page: Page, kind: str) -> None:
    """The page counts Retry-After down."""
    handler, _ = FAILURES[kind]
    page.route("**/v1/designs", handler, times=1)
    page.goto(page.url.replace("/problems", "/?resolution=32&base_channels=8"))
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"automatically in [12] s"))
    expect(page.locator(".badge.good")).to_be_visible()


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failed_verification_leaves_the_chain_shown(page: Page, kind: str) -> None:
    """Only the verification request fails: chain, networks and the link to the code stay."""
    handler, words = FAILURES[kind]

    def spoil(route: Route) -> None:
        handler(route) if verify_level(route) == "standard" else route.continue_()

    page.route("**/v1/designs", spoil)
    page.goto(page.url.replace("/problems", "/?resolution=32&base_channels=8"))
    expect(page.locator(".summary .failure")).to_contain_text(words)
    expect(page.locator(".chain")).to_contain_text("32 × 32")
    expect(page.locator(".badge.warn")).to_have_text("not verified yet")
    page.unroute("**/v1/designs", spoil)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".badge.good")).to_be_visible()


def test_failed_alternatives_leave_the_rest_shown(page: Page) -> None:
    page.route("**/v1/chains", connection_refused)
    page.goto(page.url.replace("/problems", "/?resolution=32&base_channels=8"))
    expect(page.locator(".alternatives .failure")).to_contain_text("cannot be reached")
    expect(page.locator(".badge.good")).to_be_visible()
    page.unroute("**/v1/chains", connection_refused)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".scatter")).to_be_visible()


@pytest.mark.parametrize("view", ["design", "code"])
def test_a_refuted_design_shows_a_warning(page: Page, view: str) -> None:
    """The warning names the failed checks and an alternative."""

    def refute(route: Route) -> None:
        answer = route.fetch()
        design = answer.json()
        if verify_level(route) == "standard":
            design["verification"]["verdict"] = "refuted"
            checks = design["verification"]["checks"]
            next(each for each in checks if each["name"] == "generator.layers")["passed"] = False
        route.fulfill(response=answer, json=design)

    page.route("**/v1/designs", refute)
    page.goto(page.url.replace("/problems", f"/?view={view}&resolution=32&base_channels=8"))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Do not use this module. These checks failed: generator.layers.")
    expect(page.locator(".badge.bad")).to_contain_text("refuted by torch")


def test_a_size_without_a_chain_offers_nearest_sizes_and_relaxations(
    session: BrowserSession,
) -> None:
    """The refusal, the previous results dimmed, and buttons with suggestions."""
    page = session.open(
        "/?resolution=96&base_channels=8&exact=require&output_padding=false&strides=2"
    )
    expect(page.locator(".badge.good")).to_be_visible()
    page.get_by_label("Side", exact=True).fill("97")
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("no chain leads to 97×97")
    expect(page.locator(".results.stale")).to_be_visible()
    page.get_by_role("button", name="Use 104").click()
    expect(page.locator(".chain")).to_contain_text("104 × 104")
    page.go_back()
    page.get_by_role("button", name="Relax: Exact steps").click()
    expect(page.locator(".chain")).to_contain_text("97 × 97")
    session.ignore_failed_requests()


def test_an_invalid_field_is_marked(session: BrowserSession) -> None:
    page = session.open()
    field = page.get_by_label("Latent vector")
    field.fill("0")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#error-latent_dim")).to_have_text("latent_dim must be 1 to 65536, got 0")
    expect(page.get_by_role("link", name="What out_of_range means")).to_be_visible()
    field.fill("12")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".chain")).to_contain_text("12 numbers")
    session.ignore_failed_requests()


def test_a_slow_service_shows_progress(page: Page) -> None:
    """Before the response, the results are marked as busy and the form stays editable."""
    page.route("**/v1/designs", lambda _: None)
    page.goto(page.url.replace("/problems", "/?resolution=32&base_channels=8"))
    expect(page.locator(".results[aria-busy=true]")).to_be_visible()
    expect(page.get_by_text("Computing …")).to_be_visible()
    expect(page.get_by_label("Side", exact=True)).to_be_editable()
    page.unroute_all(behavior="ignoreErrors")
