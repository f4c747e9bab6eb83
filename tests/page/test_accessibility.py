"""Accessibility: axe finds no violation, and the keyboard is sufficient."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.views import open_view
from tests.service.servers import Server

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"

RUN_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}"""


def violations(page: Page) -> list[str]:
    """The violations that axe finds; the debugger injects it, so the page's policy does not apply."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(RUN_AXE)
    return found


def test_axe_finds_a_planted_violation(pages: SharedPages, server: Server) -> None:
    """Axe reports a field without a name and a text with low contrast."""
    with BrowserSession.start(pages, server.url) as session:
        page = open_view(session, "wrong")
        page.evaluate("""() => {
          const field = document.createElement("input");
          const text = document.createElement("p");
          text.textContent = "hardly to be seen";
          text.style.color = "#f4f4f4";
          document.querySelector("main").append(field, text);
        }""")
        found = " ".join(violations(page))
        assert "label" in found
        assert "color-contrast" in found


def tab_to(page: Page, wanted: str, limit: int = 60) -> None:
    """Press Tab until the focused element matches a selector."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", wanted):
            return
    raise AssertionError(f"{wanted} is not reached by pressing Tab {limit} times")


def test_a_design_is_made_and_downloaded_by_keyboard_alone(session: BrowserSession) -> None:
    """Type a size, unfold a setting, move through layers and alternatives, download the file."""
    page = session.open()
    expect(page.locator(".badge.good")).to_be_visible()
    tab_to(page, "#side-side")
    page.keyboard.press("Control+A")
    page.keyboard.type("28")
    expect(page.locator(".chain")).to_contain_text("28 × 28")
    tab_to(page, "[data-group=generator] > summary")
    page.keyboard.press("Enter")
    tab_to(page, "#field-base_channels")
    page.keyboard.type("8")
    expect(page.locator(".badge.good")).to_be_visible()
    tab_to(page, ".map[role=button]")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".detail h3")).to_contain_text("main.3")
    expect(page.locator(".map.selected")).to_be_focused()
    tab_to(page, ".point")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".point:not(.current):focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text("You selected this chain")
    expect(page.locator(".point.current")).to_be_focused()
    expect(page.locator(".badge.good")).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.to-code')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".listing")).to_be_visible()
    tab_to(page, "a[download='model.py']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert "class Generator" in Path(download.value.path()).read_text()


def test_reduced_motion_stops_every_animation(pages: SharedPages, server: Server) -> None:
    """With reduced motion, the progress badge is not animated."""
    with BrowserSession.start(pages, server.url, reduced_motion="reduce") as session:
        page = session.page
        page.route("**/v1/designs", lambda _: None)
        session.open()
        expect(page.locator(".badge.running")).to_be_visible()
        assert page.evaluate("document.getAnimations().length") == 0
        page.unroute_all(behavior="ignoreErrors")


def test_changes_are_announced_to_screen_readers(session: BrowserSession) -> None:
    page = session.open("/?resolution=32&base_channels=8")
    live = page.locator("#live")
    expect(live).to_contain_text(re.compile(r"verified in torch 2\.\S+: \d+ checks passed"))
    page.get_by_role("link", name="Code", exact=True).click()
    expect(live).to_have_text("Code")
    assert live.get_attribute("aria-live") == "polite"
