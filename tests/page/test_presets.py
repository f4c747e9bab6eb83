"""The presets of the Design view, and the channels that follow from the axes."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.page.browser_session import BrowserSession
from tests.page.test_messages import messages

PRESETS = {
    "mnist": ("28 × 28", {"resolution": "28", "channels": "1"}),
    "cifar": ("32 × 32", {"resolution": "32"}),
    "celeba": ("218 × 178", {"resolution": "218x178"}),
    "64": ("64 × 64", {}),
    "128": ("128 × 128", {"resolution": "128"}),
    "256": ("256 × 256", {"resolution": "256"}),
    "speech": ("16384", {"resolution": "16384", "dimensions": "1", "channels": "1"}),
    "volume": ("32 × 32 × 32", {"resolution": "32", "dimensions": "3", "channels": "1"}),
}


def fields(page: Page) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(page.url).query))


@pytest.mark.parametrize(
    "before", ["base_channels=4", "base_channels=4&resolution=40x48&channels=2"]
)
def test_a_preset_sets_size_and_channels(session: BrowserSession, before: str) -> None:
    """And leaves the rest; the button of the current one is pressed."""
    page = session.open(f"/?{before}")
    for name, (last, wanted) in PRESETS.items():
        button = page.locator(f"[data-preset='{name}']")
        button.click()
        expect(page.locator(".chain li").last).to_have_text(last.replace(" × ", "\u00a0×\u00a0"))
        assert fields(page) == {"base_channels": "4", **wanted}, name
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(page.locator("[data-preset][aria-pressed=true]")).to_have_count(1)
    order = page.locator("[data-preset]").evaluate_all("all => all.map((b) => b.dataset.preset)")
    assert order == list(PRESETS)
    shown = {key.removeprefix("presets.") for key in messages("page") if key[:8] == "presets."}
    assert shown == {*PRESETS, "label"}


def test_signals_and_volumes_have_one_channel_by_default(session: BrowserSession) -> None:
    """On the form; channels that were chosen stay."""
    page = session.open("/?resolution=16&base_channels=4")
    channels = page.get_by_label("Channels", exact=True)
    page.get_by_label("sequence").check()
    expect(channels).to_have_value("1")
    page.get_by_label("volume").check()
    expect(channels).to_have_value("1")
    page.get_by_label("picture", exact=True).check()
    expect(channels).to_have_value("")
    assert fields(page) == {"resolution": "16", "base_channels": "4"}
    channels.fill("2")
    page.get_by_label("sequence").check()
    expect(channels).to_have_value("2")
    expect(page.locator(".badge.good")).to_be_visible()
