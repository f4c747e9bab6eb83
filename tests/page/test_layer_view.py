"""The layer view: a layer and its adjoint as maps and as matrices, stepping together."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.views import step_to
from tests.service.servers import Server

pytestmark = [pytest.mark.slow]

PLACES = """
name => {
  const root = document.querySelector(`.${name}`);
  return [...root.querySelectorAll('.feature-map')].filter(map => map.querySelector('.window')).map(map => {
    const grid = map.querySelector('path.grid').getBoundingClientRect();
    const window = map.querySelector('.tap').getBoundingClientRect();
    const shown = getComputedStyle(map.querySelector('.window')).visibility === 'visible';
    return [(window.y - grid.y) / window.height, (window.x - grid.x) / window.width]
      .map(Math.round).concat(shown);
  });
}
"""
"""Row and column of the window's first cell on each map of a picture, and its visibility."""

MARKS = """
([name, rows, columns]) => {
  const root = document.querySelector(`.${name}`);
  const grid = root.querySelector('path.grid').getBoundingClientRect();
  const [row, column] = [...root.querySelectorAll('.mark')].map(m => m.getBoundingClientRect());
  return [(row.y - grid.y) / grid.height * rows, (column.x - grid.x) / grid.width * columns]
    .map(Math.round);
}
"""
"""The framed row and column of a matrix with the given shape."""


@pytest.fixture
def reduced_motion_session(pages: SharedPages, server: Server) -> Any:  # noqa: ANN401
    """A session with reduced motion: nothing moves automatically."""
    with BrowserSession.start(pages, server.url, reduced_motion="reduce") as session:
        yield session
        assert session.console_errors == []
        assert session.external_requests == []


def connecting_tap(
    small: int, big: int, *, side: int, large: int, window: dict[str, int]
) -> int | None:
    """The tap that connects a pixel of the small map and one of the large map, by trying all taps."""
    taps = range(window["kernel_size"])
    rows, columns = divmod(small, side), divmod(big, large)
    for down, across in product(taps, taps):
        reached = [
            y * window["stride"] + t * window["dilation"] - window["padding"]
            for y, t in zip(rows, (down, across), strict=True)
        ]
        if reached == list(columns):
            return down * window["kernel_size"] + across
    return None


SETTINGS = [
    ("", 4, 8, {"kernel_size": 4, "stride": 2, "padding": 1, "dilation": 1}),
    (
        "&input_size=3&kernel_size=3&dilation=3&padding=2",
        3,
        7,
        {"kernel_size": 3, "stride": 2, "padding": 2, "dilation": 3},
    ),
    (
        "&input_size=3&output_padding=1",
        3,
        7,
        {"kernel_size": 4, "stride": 2, "padding": 1, "dilation": 1},
    ),
    (
        "&op=conv&input_size=7&kernel_size=3",
        4,
        7,
        {"kernel_size": 3, "stride": 2, "padding": 1, "dilation": 1},
    ),
]
"""URL parameters, side of the small map, side of the large map, their common window."""


@pytest.mark.parametrize(("address", "side", "large", "window"), SETTINGS)
def test_all_four_pictures_step_together(
    reduced_motion_session: BrowserSession,
    address: str,
    side: int,
    large: int,
    window: dict[str, int],
) -> None:
    """At each step, both windows and the marks in C and Cᵀ show the same product.

    The positions are measured in the browser; the connecting tap is found by trying all taps.
    """
    page = reduced_motion_session.open(f"/?view=layer{address}")
    expect(page.locator("figure")).to_have_count(4)
    own, other = ("conv", "conv_transpose") if "op=conv" in address else ("conv_transpose", "conv")
    outputs, width = (side**2, side) if own == "conv" else (large**2, large)
    for place in {0, 1, outputs // 3, outputs // 2 + 1, outputs - 1}:
        step_to(page, place)
        expect(page.locator(".step-number")).to_have_text(f"step {place + 1} of {outputs}")
        *_, output = page.evaluate(PLACES, f"drawn-{own}")
        assert output == [*divmod(place, width), True]
        partner = page.evaluate(PLACES, f"drawn-{other}")[-1]
        small, big = (output, partner) if own == "conv" else (partner, output)
        flat_small, flat_big = small[0] * side + small[1], big[0] * large + big[1]
        shape = [side**2, large**2]
        assert page.evaluate(MARKS, ["matrix-conv", *shape]) == [flat_small, flat_big]
        assert page.evaluate(MARKS, ["matrix-conv_transpose", *shape[::-1]]) == [
            flat_big,
            flat_small,
        ]
        tap = connecting_tap(flat_small, flat_big, side=side, large=large, window=window)
        expect(page.locator(".step-text")).to_contain_text(f"tap {tap} connects the two")


def test_an_output_without_contributions_has_no_partner(
    reduced_motion_session: BrowserSession,
) -> None:
    """Kernel 2 with stride 3 contributes to two of three pixels; the page reports the third."""
    page = reduced_motion_session.open(
        "/?view=layer&kernel_size=2&stride=3&padding=0&dimensions=1&output_padding=1"
    )
    expect(page.locator("figure")).to_have_count(4)
    expect(page.locator(".drawings")).to_contain_text("Pixels that no window covers: 4")
    step_to(page, 2)
    expect(page.locator(".step-text")).to_contain_text("Output (2) receives no contribution")
    assert page.evaluate(PLACES, "drawn-conv")[-1][-1] is False


def test_sliders_work_by_keyboard_and_back_undoes_them(
    reduced_motion_session: BrowserSession,
) -> None:
    """An arrow key moves a slider; sizes, arithmetic, pictures and URL follow; Back undoes it."""
    page = reduced_motion_session.open("/?view=layer")
    expect(page.locator(".sizes")).to_have_text("4 × 4 → 8 × 8")
    kernel = page.get_by_role("slider", name="Kernel")
    kernel.press("ArrowRight")
    expect(page.locator(".sizes")).to_have_text("4 × 4 → 9 × 9")
    expect(page).to_have_url(re.compile(r"\?view=layer&kernel_size=5$"))
    page.get_by_role("slider", name="Output padding").press("ArrowRight")
    expect(page.locator(".sizes")).to_have_text("4 × 4 → 10 × 10")
    expect(page.locator(".result .mono")).to_have_text("(4 − 1)·2 − 2·1 + 5 + 1 = 10")
    page.go_back()
    expect(page.locator(".sizes")).to_have_text("4 × 4 → 9 × 9")
    page.go_back()
    expect(page.locator(".sizes")).to_have_text("4 × 4 → 8 × 8")
    expect(kernel).to_have_value("4")
    page.go_forward()
    expect(kernel).to_have_value("5")
    page.get_by_role("radio", name="Convolution", exact=True).check()
    expect(page.locator(".sizes")).to_have_text("4 × 4 → 1 × 1")


def test_the_whole_view_can_be_walked_by_keyboard(reduced_motion_session: BrowserSession) -> None:
    """Tab reaches every control in visual order."""
    page = reduced_motion_session.open("/?view=layer")
    expect(page.locator("figure")).to_have_count(4)
    page.get_by_role("radio", name="Transposed convolution").focus()
    names = ["input_size", "kernel_size", "stride", "padding", "dilation", "output_padding"]
    for focused in ["dimensions", *(each for name in names for each in (name, f"{name}_value"))]:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == focused
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Copy")).to_be_focused()
    for act in ("first", "back", "play", "next"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.dataset.act") == act
    page.keyboard.press("Enter")
    expect(page.locator(".step-number")).to_have_text("step 2 of 64")


ILLEGAL = [
    ("output_padding=2", "output_padding 2 must be below the larger of stride 2 and dilation 1"),
    ("op=conv&input_size=1&kernel_size=6", "a kernel spanning 6 px does not fit an input of 1 px"),
    ("input_size=1&padding=8", "would leave -12 px"),
    ("op=conv&output_padding=1", "a convolution has no output_padding"),
]


@pytest.mark.parametrize(("address", "sentence"), ILLEGAL)
def test_illegal_settings_are_explained_with_their_rule(
    pages: SharedPages, server: Server, address: str, sentence: str
) -> None:
    """The error, the violated rule and an action, in both languages."""
    with BrowserSession.start(pages, server.url) as session:
        page = session.open(f"/?view=layer&{address}")
        expect(page.locator(".illegal")).to_contain_text(sentence)
        expect(page.locator(".illegal")).to_contain_text("Rule:")
        page.get_by_role("button", name="中文").click()
        expect(page.locator(".illegal")).to_contain_text("规则")
        page.get_by_role("button", name="从有效设置开始").click()
        expect(page.locator("figure")).to_have_count(4)


def test_an_illegal_setting_dims_the_last_picture_and_can_be_undone(
    pages: SharedPages, server: Server
) -> None:
    """The slider keeps its value; the previous pictures stay, inert."""
    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=layer")
        expect(page.locator("figure")).to_have_count(4)
        slider = page.get_by_role("slider", name="Output padding")
        slider.press("End")
        expect(page.locator(".illegal")).to_contain_text("output_padding 4 must be below")
        expect(page.locator(".facts div")).to_have_text(["output_padding4", "stride2", "dilation1"])
        expect(slider).to_have_value("4")
        expect(page.locator("figure")).to_have_count(4)
        assert page.locator(".drawings").evaluate("node => node.inert")
        page.get_by_role("button", name="Back to the last valid settings").click()
        expect(slider).to_have_value("0")
        expect(page.locator(".illegal")).to_have_count(0)
        assert not page.locator(".drawings").evaluate("node => node.inert")
        assert [text for text in session.console_errors if "422" not in text] == []


def test_it_plays_and_can_be_stopped(session: BrowserSession) -> None:
    """Without reduced motion, playback starts at once; the button stops it."""
    page = session.open("/?view=layer")
    where = page.locator(".step-number")
    expect(where).to_have_text(re.compile("^step [3-9] of 64$"))
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.get_by_role("button", name="Previous step").click()
    stopped = where.text_content()
    page.wait_for_timeout(1500)
    assert where.text_content() == stopped


def test_reduced_motion_does_not_autoplay(reduced_motion_session: BrowserSession) -> None:
    """Nothing moves automatically; single steps still work."""
    page = reduced_motion_session.open("/?view=layer")
    expect(page.locator(".step-number")).to_have_text("step 1 of 64")
    page.wait_for_timeout(1500)
    expect(page.locator(".step-number")).to_have_text("step 1 of 64")
    page.get_by_role("button", name="Next step").click()
    expect(page.locator(".step-number")).to_have_text("step 2 of 64")
    assert page.evaluate("document.getAnimations().length") == 0


def test_an_invalid_address_shows_an_error(reduced_motion_session: BrowserSession) -> None:
    """Unknown fields and invalid values are named; the other fields of the URL apply."""
    page = reduced_motion_session.open("/?view=layer&kernel_size=99&stride=x&color=red&padding=2")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("kernel_size is “99”; allowed: 1–64")
    expect(alert).to_contain_text("stride is “x”; allowed: 1–32")
    expect(alert).to_contain_text("Unknown parameter: color")
    expect(page.get_by_role("slider", name="Padding", exact=False).first).to_have_value("2")
    page.get_by_role("slider", name="Kernel").press("ArrowLeft")
    expect(alert).to_have_count(0)
