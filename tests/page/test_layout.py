"""Layout: no text overlaps, is cut off or leaves the page, from phone to wide screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.views import open_view
from tests.service.servers import Server

WIDTHS = (375, 1024, 1680)

MEASURE = """() => {
  const wide = document.documentElement.clientWidth;
  const shown = [...document.body.querySelectorAll("*")].filter((node) =>
    node.checkVisibility({ opacityProperty: true, visibilityProperty: true }));
  const name = (node) => `${node.tagName}.${node.getAttribute("class") ?? ""} ${node.textContent.slice(0, 40)}`;
  const scrolled = (node) => {
    for (let up = node.parentElement; up; up = up.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  const outside = shown.filter((node) => {
    const box = node.getBoundingClientRect();
    return box.width && box.right > wide + 1 && !scrolled(node) && !node.closest(".visually-hidden, .skip");
  }).map(name);
  const cut = shown.filter((node) => {
    const { overflowX } = getComputedStyle(node);
    const hides = ["hidden", "clip"].includes(overflowX) && !node.closest(".visually-hidden, svg");
    const field = node.matches("button, .button, legend, label, dt, dd, h1, h2, h3, .chain li");
    return (hides || field) && !node.closest(".visually-hidden") && node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0
      && getComputedStyle(node).display !== "inline";
  }).map(name);
  const inputs = shown.filter((node) => node.matches("select, input:not([type])," +
    "input[type=text], input[type=number]")).filter((node) => {
      const canvas = document.createElement("canvas").getContext("2d");
      const style = getComputedStyle(node);
      canvas.font = style.font;
      const text = node.matches("select") ? node.selectedOptions[0].textContent : node.value || node.placeholder;
      const available = node.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      return canvas.measureText(text).width > available - (node.matches("select") ? 16 : 0);
  }).map((node) => `${node.id} is too narrow for its text`);
  const clipped = shown.filter((node) => getComputedStyle(node).clipPath !== "none");
  const leaves = shown.filter((node) => !node.closest(".visually-hidden, .skip, canvas")
    && !clipped.some((hidden) => hidden.contains(node))
    && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
  const boxes = leaves.flatMap((node) => {
    const range = document.createRange();
    return [...node.childNodes].filter((child) => child.nodeType === 3 && child.data.trim())
      .flatMap((child) => {
        range.selectNodeContents(child);
        return [...range.getClientRects()].map((box) => ({ node, box }));
      });
  }).filter(({ node, box }) => {
    for (let up = node.parentElement; up; up = up.parentElement) {
      const around = up.getBoundingClientRect();
      const { overflowX, overflowY } = getComputedStyle(up);
      if (overflowX !== "visible" && (box.left > around.right - 1 || box.right < around.left + 1)) return false;
      if (overflowY !== "visible" && (box.top > around.bottom - 1 || box.bottom < around.top + 1)) return false;
    }
    return true;
  }).sort((one, two) => one.box.top - two.box.top);
  const overlapping = [];
  for (const [at, one] of boxes.entries())
    for (let next = at + 1; next < boxes.length && boxes[next].box.top < one.box.bottom - 4; next += 1) {
      const two = boxes[next];
      const across = Math.min(one.box.right, two.box.right) - Math.max(one.box.left, two.box.left);
      const down = Math.min(one.box.bottom, two.box.bottom) - two.box.top;
      if (one.node !== two.node && across > 2 && down > 4) overlapping.push(`${name(one.node)} | ${name(two.node)}`);
    }
  return { sideways: document.documentElement.scrollWidth - wide, outside, cut, inputs, overlapping, texts: boxes.length };
}"""
"""Layout faults by kind."""


def layout_faults(page: Page) -> dict[str, object]:
    """The layout faults of the page by kind."""
    found = page.evaluate(MEASURE)
    assert found.pop("texts") > 5
    return {kind: what for kind, what in found.items() if what}


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("<div style='width:900px'>wide</div>", "sideways"),
        ("<h2 style='width:40px;overflow:hidden'>incomprehensible</h2>", "cut"),
        ("<div>one</div><div style='margin-top:-14px'>two</div>", "overlapping"),
        ("<input value='a long text in a short field' style='width:50px'>", "inputs"),
    ],
)
def test_the_layout_check_finds_each_fault(browser: Browser, markup: str, kind: str) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 600})
    page.set_content(f"<!doctype html><body>{'<p>text</p>' * 8}{markup}")
    assert kind in layout_faults(page)
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_moves_when_the_verification_arrives(
    pages: SharedPages, server: Server, width: int
) -> None:
    """Panels keep their positions from the first paint of the chain to the receipt."""
    with BrowserSession.start(pages, server.url, width=width) as session:
        page = session.page
        held_routes = []
        page.route(
            "**/v1/designs",
            lambda route: (
                held_routes.append(route)
                if (route.request.post_data_json or {}).get("verify") == "standard"
                else route.continue_()
            ),
        )
        session.open("/?resolution=32&base_channels=8")
        expect(page.locator(".scatter")).to_be_visible()
        tops = "() => [...document.querySelectorAll('.panel')].map(panel => panel.getBoundingClientRect().top)"
        before = page.evaluate(tops)
        for route in held_routes:
            route.continue_()
        expect(page.locator(".badge.good")).to_be_visible()
        assert page.evaluate(tops) == pytest.approx(before, abs=1)


def test_the_kernel_keeps_its_numbers_readable(pages: SharedPages, server: Server) -> None:
    """The kernel is the legend of the matrices; it is not scaled down with them."""
    with BrowserSession.start(pages, server.url) as session:
        page = open_view(session, "layer")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            heights = page.locator(".kernel text").evaluate_all(
                "texts => texts.map((text) => text.getBoundingClientRect().height)"
            )
            assert len(heights) == 16
            assert min(heights) >= 5.5


@pytest.mark.parametrize("width", [1024, 1680])
def test_shapes_and_sliders_stay_in_line(pages: SharedPages, server: Server, width: int) -> None:
    """On a wide screen, a shape is on one line, and the sliders of a row are aligned."""
    with BrowserSession.start(pages, server.url, width=width) as session:
        page = open_view(session, "audit-misses")
        lines = """all => all.map((cell) => {
            const range = document.createRange();
            range.selectNodeContents(cell);
            return new Set([...range.getClientRects()].map((box) => box.top)).size;
        })"""
        assert set(page.locator(".trace .number").evaluate_all(lines)) == {1}
        page = open_view(session, "layer")
        gaps = """all => all.map((slider) => Math.round(
            slider.querySelector("input").getBoundingClientRect().top
            - slider.querySelector("label").getBoundingClientRect().bottom))"""
        found = page.locator(".slider").evaluate_all(gaps)
        assert max(found) - min(found) <= 2, found


CONTRAST = """() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll("input[placeholder]")].map((field) => {
    const both = [getComputedStyle(field, "::placeholder").color, getComputedStyle(field).backgroundColor];
    const [dim, bright] = both.map(light).sort((one, two) => one - two);
    return (bright + 0.05) / (dim + 0.05);
  });
}"""
"""Contrast ratio of each placeholder (WCAG 2.2)."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_placeholders_have_enough_contrast(pages: SharedPages, server: Server, scheme: str) -> None:
    """Axe does not check placeholders."""
    with BrowserSession.start(pages, server.url, color_scheme=scheme) as session:
        found = open_view(session, "design-refused").evaluate(CONTRAST)
        assert len(found) > 10
        assert min(found) >= 4.5
