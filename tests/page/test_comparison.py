"""The chain beside its rivals, the checkerboard risk of each alternative, and rounded numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.browser_session import BrowserSession
from tests.service.servers import Server

pytestmark = [pytest.mark.slow]

SIDE = 97
QUERY = f"resolution={SIDE}&base_channels=16"

RANKS = {
    "Departure": ("departure",),
    "Checkerboard risk": ("uneven", "unread"),
    "Offsets": ("inexact", "offset_sum"),
    "Kernels": ("distance",),
    "First side": ("side",),
    "Layers, multiply-adds": ("layers", "multiply_adds"),
    "Output padding": ("output_padding_sum", "padding_sum"),
}
"""Row of the comparison: the facts that it compares, in the order of the reasons after the first."""


def chains_of(server: Server) -> dict[str, Any]:
    """The answer that the page compares."""
    body = json.dumps({"to": [SIDE, SIDE], "limit": 60, "base_channels": 16}).encode()
    headers = {"Content-Type": "application/json"}
    answer: dict[str, Any] = server.ask(
        "/v1/chains", method="POST", body=body, headers=headers
    ).json
    return answer


def deciding_row(best: dict[str, Any], rival: dict[str, Any]) -> str:
    """The first row in which two chains differ, from the facts of their reasons."""
    for row, (name, facts) in enumerate(RANKS.items(), start=1):
        ours, theirs = (each["reasons"][row]["facts"] for each in (best, rival))
        if [ours[fact] for fact in facts] != [theirs[fact] for fact in facts]:
            return name
    raise AssertionError("the chains differ in no row")


def column_texts(page: Page, row: str) -> list[str]:
    """The cells of a row."""
    rows = page.locator(".comparison tbody tr")
    return rows.filter(has=page.locator("th", has_text=row)).locator("td").all_inner_texts()


def test_each_rival_is_compared_by_every_criterion(session: BrowserSession, server: Server) -> None:
    """Numbers are those of the service, and the first that differs is marked for each rival."""
    page = session.open(f"/?{QUERY}")
    heads = page.locator(".comparison .roles")
    expect(heads).to_have_text(["Solver's choice, Textbook", "Cheapest", "Next in rank"])
    found = chains_of(server)
    every = [*found["chains"], *found["frontier"]]
    best, following = found["chains"][:2]
    cheapest = min(every, key=lambda chain: chain["multiply_adds"])
    compared = [best, cheapest, following]
    assert column_texts(page, "Exact multiples") == [
        f"{each['exact_steps']} of {len(each['windows'])} layers" for each in compared
    ]
    for each, text in zip(compared, column_texts(page, "Checkerboard risk"), strict=True):
        facts = each["reasons"][2]["facts"]
        wanted = f"uneven layers: {facts['uneven']}; leave positions unread: {facts['unread']}"
        assert text.startswith(wanted)
    for column, rival in enumerate((cheapest, following), start=1):
        marked = page.locator(f".comparison tbody tr:has(td:nth-of-type({column + 1}).deciding) th")
        expect(marked).to_have_count(1)
        expect(marked).to_contain_text(deciding_row(best, rival))
    expect(page.locator(".comparison .deciding")).to_have_count(2)


def test_a_rival_can_be_used_and_is_then_compared_as_yours(session: BrowserSession) -> None:
    page = session.open(f"/?{QUERY}")
    page.get_by_role("columnheader", name="Next in rank").get_by_role("button", name="Use").click()
    expect(page.locator(".note")).to_contain_text("You selected this chain")
    heads = page.locator(".comparison .roles")
    expect(heads).to_have_text(["Solver's choice, Textbook", "Yours, Next in rank", "Cheapest"])
    expect(page.locator(".comparison th.shown .roles")).to_have_text("Yours, Next in rank")
    page.get_by_role("columnheader", name="Solver's choice").get_by_role("button").click()
    expect(page.locator(".note")).to_have_count(0)


def test_points_say_what_they_cost_in_checkerboards(
    session: BrowserSession, server: Server
) -> None:
    """Uneven chains are drawn checkered and say so; even ones say that there is no risk."""
    page = session.open(f"/?{QUERY}")
    expect(page.locator(".scatter")).to_be_visible()
    found = chains_of(server)
    uneven = {
        (chain["parameters"], chain["multiply_adds"])
        for chain in found["frontier"]
        if not chain["even_overlap"]
    }
    points = page.locator(".point.frontier.uneven")
    assert 0 < points.count() == len(uneven)
    for point in points.all():
        assert "Checkerboard risk" in (point.get_attribute("aria-label") or "")
        filling = point.locator("path").last
        expect(filling).to_have_css("fill", 'url("#checkers")')
    even = page.locator(".point:not(.uneven)")
    for label in even.evaluate_all("all => all.map((point) => point.getAttribute('aria-label'))"):
        assert "No checkerboard risk" in label


@pytest.mark.parametrize(
    ("language", "rounded", "exact"),
    [("en", "16.39\u00a0M multiply-adds", "16,386,048"), ("zh", "1639万", "16,386,048")],
)
def test_large_numbers_are_rounded_and_exact_on_demand(
    session: BrowserSession, language: str, rounded: str, exact: str
) -> None:
    """By a press of the figures, which a keyboard reaches, and back."""
    page = session.open(f"/?{QUERY}")
    if language == "zh":
        page.get_by_role("button", name="中文").click()
    figures = page.locator(".network.generator .rounded")
    expect(figures).to_contain_text(rounded)
    figures.focus()
    page.keyboard.press("Enter")
    expect(figures).to_contain_text(exact)
    expect(figures).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(figures).to_contain_text(rounded)
