"""The settings of the layer view: number fields, presets, the line of Python, and the speed."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect
from torch import nn

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.test_messages import messages
from tests.service.servers import Server

pytestmark = [pytest.mark.slow]

PRESETS = {
    "stem": ("1 × 1 → 4 × 4", {"input_size": "1", "stride": "1", "padding": "0"}),
    "fourfold": (
        "4 × 4 → 16 × 16",
        {"kernel_size": "9", "stride": "4", "padding": "3", "output_padding": "1"},
    ),
    "odd": ("4 × 4 → 8 × 8", {"kernel_size": "5", "padding": "2", "output_padding": "1"}),
    "uneven": ("4 × 4 → 8 × 8", {"kernel_size": "3", "output_padding": "1"}),
    "tiles": ("4 × 4 → 8 × 8", {"kernel_size": "2", "padding": "0"}),
    "holes": ("4 × 4 → 11 × 11", {"kernel_size": "2", "stride": "3", "padding": "0"}),
    "halving": ("8 × 8 → 4 × 4", {"op": "conv", "input_size": "8"}),
    "same": ("4 × 4 → 4 × 4", {"op": "conv", "kernel_size": "3", "stride": "1"}),
    "dilated": (
        "4 × 4 → 4 × 4",
        {"op": "conv", "kernel_size": "3", "stride": "1", "padding": "2", "dilation": "2"},
    ),
    "dcgan": ("4 × 4 → 8 × 8", {}),
}
"""Preset: its sizes, and the fields of its URL."""


def test_a_preset_sets_the_whole_layer(pages: SharedPages, server: Server) -> None:
    """Every preset is a layer, its button is pressed, and its line is torch's layer."""
    with BrowserSession.start(pages, server.url, reduced_motion="reduce") as session:
        page = session.open("/?view=layer&kernel_size=7&dilation=2")
        for name, (sizes, fields) in PRESETS.items():
            button = page.locator(f"[data-preset='{name}']")
            button.click()
            expect(page.locator(".sizes")).to_have_text(sizes)
            expect(button).to_have_attribute("aria-pressed", "true")
            expect(page.locator(".presets [aria-pressed=true]")).to_have_count(1)
            found = dict(parse_qsl(urlsplit(page.url).query))
            assert found == {"view": "layer", **fields}
        labels = {key for key in messages("page") if key.startswith("layer.preset.")}
        assert labels == {f"layer.preset.{name}" for name in PRESETS}
        assert session.console_errors == []


def test_the_line_of_python_can_be_copied(pages: SharedPages, server: Server) -> None:
    """It is the layer of torch with the sizes shown."""
    granted = ["clipboard-read", "clipboard-write"]
    with BrowserSession.start(pages, server.url, permissions=granted) as session:
        page = session.open("/?view=layer")
        page.get_by_role("button", name="Fourfold").click()
        line = "nn.ConvTranspose2d(in_channels, out_channels, kernel_size=9, stride=4, padding=3, output_padding=1)"
        expect(page.locator(".torch pre")).to_have_text(line)
        page.locator(".torch button").click()
        expect(page.locator(".torch button")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == line
        layer = eval(line, {"nn": nn, "in_channels": 2, "out_channels": 3})
        assert layer.output_padding == (1, 1)
        page = session.open(
            "/?view=layer&op=conv&dimensions=1&input_size=8&dilation=2&padding=0&stride=1"
        )
        line = "nn.Conv1d(in_channels, out_channels, kernel_size=4, dilation=2)"
        expect(page.locator(".torch pre")).to_have_text(line)


def test_a_number_field_goes_beyond_its_slider(session: BrowserSession) -> None:
    """Up to kernels that the solver chooses; the slider follows, and a number beyond is limited."""
    page = session.open("/?view=layer&input_size=3")
    expect(page.locator(".sizes")).to_have_text("3 × 3 → 6 × 6")
    kernel = page.get_by_role("spinbutton", name="Kernel")
    kernel.fill("26")
    expect(page.locator(".sizes")).to_have_text("3 × 3 → 28 × 28")
    expect(page).to_have_url(re.compile("kernel_size=26"))
    expect(page.get_by_role("slider", name="Kernel")).to_have_value("26")
    kernel.fill("")
    expect(page.locator(".sizes")).to_have_text("3 × 3 → 28 × 28")
    kernel.fill("99")
    kernel.blur()
    expect(kernel).to_have_value("64")
    expect(page.locator(".sizes")).to_have_text("3 × 3 → 66 × 66")
    expect(page.locator(".matrix-conv")).to_contain_text("sampled")


def test_a_slow_speed_steps_later_than_a_fast_one(session: BrowserSession) -> None:
    """Steps in the same time, at a quarter and at four times the speed."""
    page = session.open("/?view=layer&input_size=10")
    where = page.locator(".step-number")
    expect(where).to_have_text(re.compile("^step [2-9] of 400$"))
    delays = page.evaluate(
        """() => {
          const delays = [];
          const { setInterval } = window;
          window.setInterval = (work, delay) => (delays.push(delay), setInterval(work, delay));
          const speeds = document.querySelector('.player select');
          for (const speed of ['0.25', '4']) {
            speeds.value = speed;
            speeds.dispatchEvent(new Event('change'));
          }
          window.setInterval = setInterval;
          return delays;
        }"""
    )
    assert delays == [600, 37.5]
    expect(where).to_have_text(re.compile(r"^step \d\d of 400$"))
