"""The design view: live results, the chain before its verification, every part of the view."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.page.browser_session import BrowserSession
from tests.page.views import open_fold


@pytest.fixture
def page(session: BrowserSession) -> Page:
    """The design view of a URL without fields, verified."""
    page = session.open()
    expect(page.locator(".badge.good")).to_be_visible()
    return page


def chain(page: Page) -> Locator:
    return page.locator(".chain")


@contextmanager
def hold_requests(page: Page, level: str) -> Iterator[list[Route]]:
    """Hold back every design request with this ``verify`` level until the block ends."""
    waiting: list[Route] = []

    def catch(route: Route) -> None:
        if (route.request.post_data_json or {}).get("verify") == level:
            waiting.append(route)
        else:
            route.continue_()

    page.route("**/v1/designs", catch)
    yield waiting
    for route in waiting:
        route.continue_()
    page.unroute("**/v1/designs", catch)


def test_the_default_design_is_the_dcgan(page: Page) -> None:
    expect(chain(page)).to_have_text("100 numbers4 × 48 × 816 × 1632 × 3264 × 64")
    expect(page.locator(".network")).to_have_count(2)
    expect(page.locator(".badge")).to_contain_text(
        re.compile(r"verified in torch 2\.\S+: \d+ checks")
    )


def test_the_chain_is_painted_before_any_verification_has_ended(page: Page) -> None:
    """While the receipt is held back, chain, networks, reasons and alternatives are shown."""
    with hold_requests(page, "standard") as waiting:
        with page.expect_request(
            lambda request: '"verify":"standard"' in (request.post_data or "")
        ):
            page.get_by_label("Side", exact=True).fill("97")
        expect(chain(page)).to_contain_text("97 × 97")
        expect(page.locator(".map[role=button]")).to_have_count(10)
        expect(page.locator(".reasons li")).to_have_count(8)
        expect(page.locator(".point.current")).to_have_count(1)
        expect(page.locator(".badge")).to_have_text("verifying …")
        assert len(waiting) == 1
    expect(page.locator(".badge.good")).to_be_visible()


def test_only_the_last_request_while_typing_is_shown(page: Page) -> None:
    """Quick key presses become one request; the response to an older request is never shown."""
    request_bodies: list[Any] = []
    page.on(
        "request",
        lambda request: (
            request_bodies.append(request.post_data_json) if "/v1/designs" in request.url else 0
        ),
    )
    page.get_by_label("Side", exact=True).press_sequentially("0", delay=20)
    page.get_by_label("Side", exact=True).press("Backspace")
    page.get_by_label("Side", exact=True).press_sequentially("8", delay=20)
    expect(chain(page)).to_contain_text("648 × 648")
    sides = [body["resolution"] for body in request_bodies if body["verify"] == "none"]
    assert sides[-1] == 648
    assert len(sides) < 4


def test_an_older_request_is_cancelled(page: Page) -> None:
    """The first request hangs; the second one cancels it."""

    def hang(route: Route) -> None:
        if (route.request.post_data_json or {}).get("resolution") != 40:
            route.continue_()

    def is_first(request: Request) -> bool:
        return '"resolution":40' in (request.post_data or "")

    page.route("**/v1/designs", hang)
    with page.expect_request(is_first):
        page.get_by_label("Side", exact=True).fill("40")
    with page.expect_event("requestfailed", is_first):  # those of the design before may fail, too
        page.get_by_label("Side", exact=True).fill("48")
    expect(chain(page)).to_contain_text("48 × 48")
    expect(page.locator(".badge.good")).to_be_visible()
    expect(chain(page)).to_contain_text("48 × 48")


def test_hovering_a_layer_shows_its_arithmetic(page: Page) -> None:
    """Arithmetic, cost and receptive field, which is framed on the picture."""
    layer = page.locator(".discriminator .map[role=button]").nth(1)
    layer.hover()
    detail = page.locator(".detail")
    expect(detail).to_contain_text("main.2 convolution: 64 → 128 channels")
    expect(detail).to_contain_text("⌊(32 + 2·1 − 4) / 2⌋ + 1 = 16")
    expect(detail).to_contain_text("131,328 (5 %)")
    expect(detail).to_contain_text("33,554,432")
    expect(detail).to_contain_text("covers 10 × 10 pixels of the picture")
    frame = page.locator(".discriminator .map.input .receptive-field").bounding_box()
    face = page.locator(".discriminator .map.input .face").bounding_box()
    assert frame
    assert face
    assert frame["width"] / face["width"] == pytest.approx(10 / 64, abs=0.02)


def test_maps_are_drawn_to_one_scale(page: Page) -> None:
    """Both networks have the same number of pixels per position."""
    faces = page.locator(".map .face").evaluate_all(
        "all => all.map(face => Number(face.getAttribute('width')))"
    )
    sides = [1, 4, 8, 16, 32, 64, 64, 32, 16, 8, 4, 1]
    scale = faces[5] / 64
    assert faces == [pytest.approx(max(2, side * scale)) for side in sides]


def test_a_click_takes_an_alternative_and_back_returns(page: Page) -> None:
    before = chain(page).inner_text()
    page.locator(".point.frontier:not(.current)").first.click()
    expect(chain(page)).not_to_have_text(before)
    expect(page).to_have_url(re.compile(r"\?chain=k"))
    expect(page.locator(".note")).to_contain_text("You selected this chain")
    expect(page.locator(".point.current")).to_have_count(1)
    expect(page.locator(".badge.good")).to_be_visible()
    page.go_back()
    expect(page.locator(".point.current")).to_have_count(1)
    expect(page.locator(".note")).to_have_count(0)
    assert chain(page).inner_text() == before
    page.go_forward()
    page.get_by_role("button", name="Back to the best chain").click()
    expect(page).to_have_url(re.compile(r"/$"))


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/", "No: in every layer the kernel size is a multiple of the stride"),
        ("/?kernel_sizes=3&strides=2", "Possibly: kernels overlap unevenly in "),
        ("/?upsampling=resize", "Values are repeated equally often"),
        ("/?upsampling=subpixel", "equal filters for all pixels of a block"),
    ],
)
def test_a_sentence_reports_checkerboards(
    session: BrowserSession, path: str, sentence: str
) -> None:
    page = session.open(path)
    expect(page.locator(".overlap")).to_contain_text(sentence)


def test_the_overlap_map_opens_on_click(page: Page) -> None:
    page.get_by_text("Show the overlap map of every layer").click()
    picture = page.get_by_alt_text("Number of contributions per position")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100


def test_the_form_covers_every_family(page: Page) -> None:
    """Three axes (which have one channel), other norms, a critic, search options."""
    page.get_by_label("volume").check()
    page.get_by_label("Side", exact=True).fill("16")
    for group in ("generator", "discriminator"):
        open_fold(page, group)
    page.get_by_label("Upsampling").select_option(label="resize + convolution")
    page.get_by_label("Norm").first.select_option(label="group")
    page.get_by_label("Output activation").select_option(label="sigmoid")
    page.get_by_label("Output", exact=True).select_option(label="critic")
    expect(page.get_by_label("Norm").nth(1)).to_have_value("layer")
    page.get_by_label("Base width", exact=True).fill("8")
    page.get_by_text("Search options").click()
    page.get_by_label("Max layers").fill("3")
    expect(page.locator(".badge.good")).to_be_visible()
    expect(chain(page)).to_contain_text("16 × 16 × 16")
    address = dict(part.split("=") for part in page.url.partition("?")[2].split("&"))
    assert address == {
        "resolution": "16",
        "dimensions": "3",
        "channels": "1",
        "upsampling": "resize",
        "normalization": "group",
        "output_activation": "sigmoid",
        "discriminator.output": "critic",
        "discriminator.normalization": "layer",
        "base_channels": "8",
        "search.max_layers": "3",
    }


def test_sides_may_differ(page: Page) -> None:
    page.get_by_label("All sides equal").uncheck()
    page.get_by_label("Width", exact=True).fill("48")
    expect(chain(page)).to_contain_text("64 × 48")
    page.get_by_label("sequence").check()
    expect(chain(page)).to_contain_text(re.compile(r"→?64$"))


def test_a_layer_opens_in_the_layer_view(page: Page) -> None:
    page.locator(".generator .map[role=button]").nth(1).click()
    page.get_by_role("link", name="Open in the Layer view").click()
    expect(page).to_have_url(re.compile("view=layer"))
    expect(page.locator(".view.layer")).to_contain_text("8")


def test_search_defaults_are_shown_for_each_number_of_axes(session: BrowserSession) -> None:
    """Sequences have other default kernels and strides than pictures, and only one side."""
    page = session.open("/?resolution=1024&dimensions=1&base_channels=8&classes=10")
    expect(page.locator(".badge.good")).to_be_visible()
    expect(page.get_by_label("Kernel sizes")).to_have_attribute("placeholder", "4,8,12,…,48")
    expect(page.get_by_label("All sides equal")).to_be_hidden()
    page.get_by_label("picture", exact=True).check()
    expect(page.get_by_label("Kernel sizes")).to_have_attribute("placeholder", "3,4,5,6,8,9")
    expect(page.get_by_label("All sides equal")).to_be_visible()


def test_one_chain_has_one_cost(session: BrowserSession) -> None:
    """The reasons and the alternatives include the cost of the labels."""
    page = session.open("/?resolution=32&base_channels=8&classes=10")
    expect(page.locator(".point.current")).to_have_count(1)
    (cost,) = re.findall(r"([\d,]+) multiply-adds", page.locator(".reasons").inner_text())
    expect(page.locator(".readout")).to_contain_text(f"{cost} multiply-adds")
