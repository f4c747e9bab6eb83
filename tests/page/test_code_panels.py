"""The panels of the code view: costs, tables of modules, pictures, the receipt in groups."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.service.servers import Server

PATH = "/?view=code&resolution=29&latent_dim=32&base_channels=8"


@pytest.fixture
def page(pages: SharedPages, server: Server) -> Iterator[Page]:
    """The code view of a small design."""
    with BrowserSession.start(pages, server.url) as session:
        page = session.open(PATH)
        expect(page.locator(".badge.good")).to_be_visible()
        yield page
        assert session.console_errors == []
        assert session.external_requests == []


def test_memory_is_that_of_the_batch(page: Page) -> None:
    """The figures of the API, times the batch; an empty field has no figures."""
    query = "resolution=29&latent_dim=32&base_channels=8&verify=none"
    design = page.request.get(f"{page.url.split('/?')[0]}/v1/designs?{query}").json()
    shown = page.locator(".networks-facts .facts").first
    for batch in (64, 5000):
        page.get_by_label("Batch size").fill(str(batch))
        for place, use in enumerate(("training", "inference")):
            memory = design["generator"]["memory"][use]
            number, unit = shown.locator("dd").nth(place).inner_text().split()
            scale = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}[unit]
            expected = memory["fixed_bytes"] + batch * memory["sample_bytes"]
            assert float(number) * scale == pytest.approx(expected, rel=5e-3)
            assert 1 <= float(number) < 1024
    expect(shown).to_contain_text("Receptive field, in positions of the first map")
    field = page.get_by_label("Batch size")
    field.fill("")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(shown.locator("dd").first).to_have_text("–")


TORCHINFO = """\
==========================================================================================
Layer (type:depth-idx)                   Output Shape              Param #
==========================================================================================
Discriminator                            [1]                       --
├─Sequential: 1-1                        [1, 1, 1, 1]              --
│    └─Conv2d: 2-1                       [1, 8, 14, 14]            384
│    └─LeakyReLU: 2-2                    [1, 8, 14, 14]            --
│    └─Conv2d: 2-3                       [1, 16, 7, 7]             2,048
│    └─BatchNorm2d: 2-4                  [1, 16, 7, 7]             32
│    └─LeakyReLU: 2-5                    [1, 16, 7, 7]             --
│    └─Conv2d: 2-6                       [1, 1, 1, 1]              784
│    └─Sigmoid: 2-7                      [1, 1, 1, 1]              --
==========================================================================================
Total params: 3,248
"""
"""What ``summary`` of torchinfo 1.8.0 prints first for the discriminator of ``page``."""

TORCHINFO_PROJECTION = """\
├─Conv2d: 1-2                            [1, 1, 1, 1]              256
├─Embedding: 1-3                         [1, 16]                   48
├─AvgPool2d: 1-4                         [1, 1, 1, 1]              --
├─Sigmoid: 1-5                           [1, 1, 1, 1]              --
"""
"""The same after the ``Sequential`` of a discriminator with classes."""


def test_the_modules_are_a_table_as_torchinfo_prints_it(session: BrowserSession) -> None:
    """Also for the modules beside ``main`` of a network with classes."""
    page = session.open(PATH)
    page.locator(".modules summary").nth(1).click()
    expect(page.locator(".modules").nth(1).locator("pre")).to_be_visible()
    assert page.locator(".modules").nth(1).locator("pre").inner_text().startswith(TORCHINFO)
    page = session.open("/?view=code&resolution=16&latent_dim=32&base_channels=8&classes=3")
    page.locator(".modules summary").nth(1).click()
    expect(page.locator(".modules").nth(1).locator("pre")).to_contain_text(TORCHINFO_PROJECTION)


def test_pictures_are_saved_as_svg_and_as_png(page: Page, tmp_path: Path) -> None:
    """The PNG has twice the size of the SVG, is not empty, and is light in the dark scheme, too."""
    page.emulate_media(color_scheme="dark")
    files = page.locator(".picture-files")
    for name in ("Generator", "Discriminator", "Overlap"):
        with page.expect_download() as download:
            files.get_by_role("link", name=f"{name}, SVG").click()
        download.value.save_as(tmp_path / "picture.svg")
        svg = (tmp_path / "picture.svg").read_text()
        width, height = map(int, re.findall(r'(?:width|height)="(\d+)"', svg)[:2])
        with page.expect_download() as download:
            files.get_by_role("button", name=f"{name}, PNG").click()
        assert download.value.suggested_filename == f"{name.lower()}.png"
        download.value.save_as(tmp_path / "picture.png")
        png = (tmp_path / "picture.png").read_bytes()
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", png[16:24]) == (2 * width, 2 * height)
        assert len(png) > 2000
        corner = page.evaluate(
            """async (base64) => {
                const bitmap = await createImageBitmap(new Blob([Uint8Array.fromBase64?.(base64) ??
                    Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]));
                const canvas = new OffscreenCanvas(1, 1);
                canvas.getContext("2d").drawImage(bitmap, 0, 0);
                return [...canvas.getContext("2d").getImageData(0, 0, 1, 1).data];
            }""",
            base64.b64encode(png).decode(),
        )
        assert min(corner) > 230


def test_a_picture_that_cannot_be_fetched_says_so(session: BrowserSession) -> None:
    page = session.open(PATH)
    page.route("**/generator.svg", lambda route: route.abort())
    button = page.locator(".picture-files").get_by_role("button", name="Generator, PNG")
    button.click()
    expect(page.locator(".picture-files").get_by_role("alert")).to_contain_text("cannot be reached")
    page.unroute("**/generator.svg")
    with page.expect_download():
        page.get_by_role("button", name="Try again").click()
    expect(page.locator(".picture-files").get_by_role("alert")).to_have_count(0)
    session.ignore_failed_requests()


def test_the_receipt_is_grouped_by_what_it_proves(page: Page) -> None:
    """Every check is in one group, which counts those that passed and says what they prove."""
    titles = page.locator(".receipt [data-group] > summary").all_inner_texts()
    assert [title.split(" ✓")[0] for title in titles] == [
        "The text",
        "Layers and sizes",
        "What the networks compute",
        "What training needs",
        "The start of training",
        "Costs",
    ]
    counts = [int(title.split(" ")[-1]) for title in titles]
    groups = page.locator(".receipt [data-group]")
    for place, count in enumerate(counts):
        expect(groups.nth(place).locator("tbody tr")).to_have_count(count)
        expect(groups.nth(place).locator("summary + p")).not_to_be_empty()
    passed = [int(re.findall(r"✓ (\d+)", title)[0]) for title in titles]
    badge = page.locator(".receipt .badge").inner_text()
    assert sum(passed) == sum(counts) == int(re.findall(r"(\d+) checks", badge)[0])
    text = groups.first.locator("tbody th").all_text_contents()
    assert all(name.startswith("text.") for name in text)
