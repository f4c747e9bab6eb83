"""Everybody can use the page: axe finds nothing, and the keyboard alone goes all the way."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.page.browser_session import Reader
from tests.page.views import open_view
from tests.service.servers import Server

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"

LOOK = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}"""


def violations(page: Page) -> list[str]:
    """What axe finds. It comes by the debugger's way in, past the page's own policy."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(LOOK)
    return found


def test_axe_can_complain(browser: Browser, server: Server) -> None:
    """The check of the check: a field without a name and a text that cannot be read."""
    with Reader.reading(browser, server.url) as reader:
        page = open_view(reader, "wrong")
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
    """Press Tab until what is focused matches a selector."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", wanted):
            return
    raise AssertionError(f"{limit} times Tab do not lead to {wanted}")


def test_the_main_story_needs_no_mouse(reader: Reader) -> None:
    """A size is typed, layers and alternatives are walked through, the file is downloaded."""
    page = reader.open()
    expect(page.locator(".badge.good")).to_be_visible()
    tab_to(page, "#side-side")
    page.keyboard.press("Control+A")
    page.keyboard.type("28")
    expect(page.locator(".chain")).to_contain_text("28 × 28")
    tab_to(page, "#field-base_channels")
    page.keyboard.type("8")
    expect(page.locator(".badge.good")).to_be_visible()
    tab_to(page, ".map[role=button]")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".detail h3")).to_contain_text("main.3")
    expect(page.locator(".map.on")).to_be_focused()
    tab_to(page, ".point")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".point:not(.now):focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text("You took this chain")
    expect(page.locator(".point.now")).to_be_focused()
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


def test_whoever_wants_less_motion_gets_none(browser: Browser, server: Server) -> None:
    """The one thing that turns while torch is at work stands still."""
    with Reader.reading(browser, server.url, reduced_motion="reduce") as reader:
        page = reader.page
        page.route("**/v1/designs", lambda _: None)
        reader.open()
        expect(page.locator(".badge.running")).to_be_visible()
        assert page.evaluate("document.getAnimations().length") == 0
        page.unroute_all(behavior="ignoreErrors")


def test_what_changes_is_announced(reader: Reader) -> None:
    page = reader.open("/?resolution=32&base_channels=8")
    live = page.locator("#live")
    expect(live).to_contain_text("verified")
    page.get_by_role("link", name="Code", exact=True).click()
    expect(live).to_have_text("Code")
    assert live.get_attribute("aria-live") == "polite"
