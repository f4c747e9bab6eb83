"""The repairs of the audit view: diffs that are copied, taken and undone."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.page.browser_session import BrowserSession
from tests.page.test_audit_view import paste
from tests.page.views import DECODER

pytestmark = [pytest.mark.slow]


def test_a_repair_is_copied_taken_and_undone(session: BrowserSession) -> None:
    """The copy is a diff that tools apply; undo brings the text back and audits it again."""
    session.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = session.open("/?view=audit")
    paste(page, DECODER, "64x7x7", "(1, 28, 28)")
    first = page.locator(".repairs li").first
    expect(first.locator(".why")).to_contain_text("(14 − 1)·2 − 2·1 + 3 + 1 = 28")
    first.get_by_role("button", name="Copy the diff").click()
    expect(first.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("--- source.py\n+++ source.py\n@@ ")
    undo = page.get_by_role("button", name="Undo the repair")
    expect(undo).to_have_count(0)
    first.get_by_role("button", name="Apply").click()
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("It fits")
    undo.click()
    expect(verdict).to_contain_text("misses")
    expect(page.get_by_role("textbox", name="Your network")).to_have_value(DECODER)
    expect(undo).to_have_count(0)


PAIR = """w = 4
a = nn.Sequential(nn.Conv2d(3, w, 3), nn.Conv2d(5, 2, 3))
b = nn.Sequential(nn.Conv2d(1, w, 3), nn.Conv2d(4, 2, 3))
"""


def test_taking_a_repair_audits_every_network_of_the_file(session: BrowserSession) -> None:
    """The other network is listed with its verdict, before and after."""
    page = session.open("/?view=audit")
    page.get_by_role("textbox", name="Your network").fill(PAIR)
    page.get_by_role("textbox", name="Input shape").fill("3x16x16")
    page.get_by_role("button", name="Audit", exact=True).click()
    expect(page.locator(".verdict")).to_contain_text("It breaks")
    page.locator(".repairs li").first.get_by_role("button", name="Apply").click()
    expect(page.locator(".verdict")).to_contain_text("It fits")
    expect(page.locator(".judged summary")).to_contain_text("Other networks in the source (1)")


def test_nearest_sizes_are_offered_beside_repairs(session: BrowserSession) -> None:
    """Two poolings at 22: a multiple of 4 fits."""
    page = session.open("/?view=audit")
    layers = [
        {"op": "max_pool", "kernel_size": 4},
        {"op": "upsample", "scale_factor": 4},
        {"op": "add_from", "from": -1},
    ]
    paste(page, json.dumps(layers), "3x22x22")
    expect(page.locator(".answer")).to_contain_text("All sizes that fit are multiples of 4 × 4.")
    page.get_by_role("button", name="Use 3 × 24 × 24").click()
    expect(page.locator(".verdict")).to_contain_text("It fits")
