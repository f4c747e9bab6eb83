"""Pointing at a cell of the layer view lights its partners; stamping paints one input after the other."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.test_layer_view import SETTINGS, connecting_tap
from tests.page.views import step_to
from tests.service.servers import Server

pytestmark = [pytest.mark.slow]

LIT = """
(selector) => {
  const svg = document.querySelector(`${selector} svg`);
  const [, , columns, rows] = svg.getAttribute('viewBox').split(' ').map(Number);
  const grid = svg.querySelector('path.grid').getBoundingClientRect();
  return [...svg.querySelectorAll('.partner')].map((cell) => {
    const box = cell.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    return Math.floor((y - grid.y) / grid.height * rows) * columns
      + Math.floor((x - grid.x) / grid.width * columns);
  }).sort((one, two) => one - two);
}
"""
"""The lit cells of a picture, measured in the browser, counted row by row."""


@pytest.fixture
def still(pages: SharedPages, server: Server) -> Any:  # noqa: ANN401
    """A session with reduced motion: nothing moves automatically."""
    with BrowserSession.start(pages, server.url, reduced_motion="reduce") as session:
        yield session
        assert session.console_errors == []


def point_at(page: Page, selector: str, place: int, *, columns: int, rows: int) -> None:
    """Move the pointer to the middle of a cell."""
    picture = page.locator(f"{selector} svg")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    row, column = divmod(place, columns)
    x = box["x"] + (column + 0.5) * box["width"] / columns
    page.mouse.move(x, box["y"] + (row + 0.5) * box["height"] / rows)


@pytest.mark.parametrize(("address", "side", "large", "window"), SETTINGS)
def test_a_cell_lights_its_partners_in_every_picture(
    still: BrowserSession, address: str, side: int, large: int, window: dict[str, int]
) -> None:
    """Of an output and of an input: cells of both maps and entries of both matrices.

    The partners are found by trying all taps. When the pointer leaves, the step is shown again.
    """
    page = still.open(f"/?view=layer{address}")
    expect(page.locator("figure")).to_have_count(4)
    transposed = "op=conv" not in address
    own = "conv_transpose" if transposed else "conv"
    maps = {"small": "input" if transposed else "output", "large": "output"}
    for big in (0, large + 1, large * large // 2 + 1, large * large - 1):
        partners = [
            small
            for small in range(side * side)
            if connecting_tap(small, big, side=side, large=large, window=window) is not None
        ]
        picture = f".drawn-conv_transpose .{maps['large']}"
        point_at(page, picture, big, columns=large, rows=large)
        expect(page.locator(".step-text")).to_contain_text("(nonzero terms: " if transposed else "")
        assert page.evaluate(LIT, f".drawn-{own} .{maps['small']}") == partners
        assert page.evaluate(LIT, ".drawn-conv .output") == partners
        assert page.evaluate(LIT, ".drawn-conv_transpose .output") == [big]
        entries = [small * large * large + big for small in partners]
        assert page.evaluate(LIT, ".matrix-conv") == entries
        turned = [big * side * side + small for small in partners]
        assert page.evaluate(LIT, ".matrix-conv_transpose") == turned
    page.mouse.move(2, 2)
    expect(page.locator(".step-text")).to_contain_text("Output (0, 0)")


def test_an_entry_of_a_matrix_lights_its_output_and_input(still: BrowserSession) -> None:
    """And says so if it is zero."""
    page = still.open("/?view=layer&input_size=2")
    expect(page.locator("figure")).to_have_count(4)
    point_at(page, ".matrix-conv_transpose", 5 * 4, columns=4, rows=16)
    expect(page.locator(".step-text")).to_contain_text("Output (1, 1) is row 5 of Cᵀ")
    expect(page.locator(".step-text")).to_contain_text("its output (0, 0)")
    assert page.evaluate(LIT, ".drawn-conv_transpose .output") == [5]
    point_at(page, ".matrix-conv_transpose", 3, columns=4, rows=16)
    expect(page.locator(".step-text")).to_have_text(
        "Row 0, column 3 of the matrix is zero: output (0,\u00a00) does not depend on input (1,\u00a01)."
    )


def test_each_input_paints_its_kernel(still: BrowserSession) -> None:
    """A step per input; paint adds up to the checkerboard of kernel 3 and stride 2."""
    page = still.open("/?view=layer&kernel_size=3&output_padding=1")
    expect(page.locator(".step-number")).to_have_text("step 1 of 64")
    page.get_by_role("radio", name="Stamp").check()
    expect(page).to_have_url(re.compile("mode=stamp"))
    expect(page.locator(".step-number")).to_have_text("step 1 of 16")
    step_to(page, 5)
    expect(page.locator(".step-text")).to_contain_text("Input (1, 1) paints the kernel")
    stamp = [row * 8 + column for row in (1, 2, 3) for column in (1, 2, 3)]
    assert page.evaluate(LIT, ".drawn-conv_transpose .output") == stamp
    taps = page.locator(".drawn-conv_transpose .output .lit text")
    assert taps.all_text_contents() == [str(tap) for tap in range(9)]
    step_to(page, 15)
    paint = page.locator(".drawn-conv_transpose .paint")
    counts = paint.evaluate_all(
        "all => all.map((path) => [Number(path.dataset.count), path.getAttribute('d').match(/M/g).length])"
    )
    assert sorted(counts) == [[1, 25], [2, 30], [4, 9]]
    page.go_back()
    expect(page.locator(".step-number")).to_have_text("step 1 of 64")


@pytest.mark.parametrize("name", ["layer", "layer&op=conv&input_size=8", "layer&kernel_size=9"])
def test_input_window_and_output_are_side_by_side_in_one_screen(
    still: BrowserSession, name: str
) -> None:
    """With the player, and with both matrices, at 1280 × 900."""
    page = still.open(f"/?view={name}")
    expect(page.locator("figure")).to_have_count(4)
    boxes = page.locator(
        "figure:first-of-type .feature-map svg, .player, .stage [class*=matrix] svg"
    )
    for box in [each.bounding_box() for each in boxes.all()]:
        assert box is not None
        assert box["y"] > 0
        assert box["y"] + box["height"] <= 900
    for width in (390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function("innerWidth => window.innerWidth === innerWidth", arg=width)
        maps = page.locator("figure:first-of-type .feature-map svg")
        page.wait_for_function(
            "maps => new Set(maps.map((map) => Math.round(map.getBoundingClientRect().y))).size === 1",
            arg=maps.element_handles(),
        )
