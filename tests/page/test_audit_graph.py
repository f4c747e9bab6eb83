"""The graph of an audit: branches in lanes, the failing call in its place, all networks of a file."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.page.browser_session import BrowserSession
from tests.page.test_accessibility import violations
from tests.page.test_layout import WIDTHS, layout_faults
from tests.page.views import audit_path

BRANCHES = """import torch
from torch import nn

class Skips(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.side = nn.Conv2d(3, 8, 1)
        self.down = nn.Conv2d(8, 8, 3, 2, 1)
        self.up = nn.ConvTranspose2d(8, 8, 4, 2, 1)
        self.last = nn.Conv2d(16, LAST, 3, padding=1)

    def forward(self, x):
        y = self.first(x)
        z = y + self.side(x)
        return self.last(torch.cat((self.up(self.down(z)), z), 1)) * y[:, :3]

class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(10, 2)

    def forward(self, x):
        return self.head(x)
"""
GOOD = BRANCHES.replace("LAST", "3")
BROKEN = BRANCHES.replace("LAST", "5")


def open_audit(session: BrowserSession, text: str) -> Page:
    page = session.open(audit_path(text, input_shape="3x16x16", network="Skips()"))
    expect(page.locator(".panel.verdict")).to_be_visible()
    return page


def centres(page: Page) -> dict[int, tuple[float, float]]:
    """The centre of each node by its id; -1 is the input."""
    found = page.locator(".graph .node").evaluate_all("""nodes => nodes.map((node) => {
        const circle = node.querySelector("circle");
        return [node.dataset.node, circle.cx.baseVal.value, circle.cy.baseVal.value].map(Number);
    })""")
    return {int(number): (x, y) for number, x, y in found}


def test_branches_have_lanes_of_their_own(session: BrowserSession) -> None:
    """Every edge of the answer is drawn, and none runs through a call that it passes."""
    page = open_audit(session, GOOD)
    body = {"source": GOOD, "input_shape": [3, 16, 16], "network": "Skips()"}
    answer = page.request.post(f"{session.url}/v1/audits", data=body).json()
    assert answer["verdict"] == "fits"
    edges = {(edge["from"], edge["to"]) for edge in answer["graph"]["edges"]}
    drawn = page.locator(".graph .edge").evaluate_all("all => all.map((line) => line.dataset.edge)")
    assert {tuple(map(int, text.split())) for text in drawn} == edges
    at = centres(page)
    assert set(at) == {-1, *range(len(answer["graph"]["nodes"]))}
    assert [at[number][1] for number in sorted(at)] == sorted(y for _, y in at.values())
    assert len({x for x, _ in at.values()}) >= 3
    for start, end in edges:
        passed = [number for number in at if start < number < end]
        assert at[start][0] not in {at[number][0] for number in passed}
    texts = page.locator(".graph text").all_text_contents()
    assert texts[1].split("  ") == ["Conv2d", "first", "8 × 16 × 16"]


def test_the_failing_call_is_marked_in_its_place(session: BrowserSession) -> None:
    page = open_audit(session, BROKEN)
    failing = page.locator(".graph .fails")
    expect(failing).to_have_count(1)
    expect(failing).to_contain_text("fails here")
    at = centres(page)
    number = int(str(failing.get_attribute("data-node")))
    assert number == max(at) > 4


@pytest.mark.parametrize("text", [GOOD, BROKEN], ids=["good", "broken"])
def test_a_graph_looks_right(session: BrowserSession, text: str) -> None:
    page = open_audit(session, text)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(200)
        assert (width, layout_faults(page)) == (width, {})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []


def test_another_network_of_the_file_is_one_click_away(session: BrowserSession) -> None:
    """On an input that is proposed for it."""
    page = open_audit(session, GOOD)
    page.get_by_text("Other networks in the source (1)").click()
    page.get_by_role("button", name="Audit this network: Other()").click()
    expect(page.locator(".judged code").first).to_have_text("Other()")
    expect(page.locator(".judged")).to_contain_text("Proposed input")
    expect(page.locator(".panel.verdict")).to_have_class("panel verdict fits")
