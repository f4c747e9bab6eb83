"""The markup of pictures: well formed, deterministic, accessible, escaped, limited in size."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import product
from xml.etree import ElementTree

import pytest

from designer.errors import InvalidLayer, TooLarge
from designer.geometry.layers import FeatureMap, Window
from designer.pictures.layer_picture import draw_layer
from designer.pictures.matrix_picture import draw_matrix
from designer.pictures.network_maps import CaptionedMap, draw_network_maps
from designer.pictures.overlap_heat_map import draw_overlap
from designer.pictures.theme import DARK, LIGHT, tap_colour
from tests.picture_gallery import DCGAN, GALLERY, conv, transposed
from tests.pictures.unet_gallery import UNET_GALLERY

PICTURES = GALLERY | UNET_GALLERY

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_well_formed_and_has_a_title_and_a_description(name: str) -> None:
    """Title and description are the first elements and label the picture."""
    root = ElementTree.fromstring(PICTURES[name]())
    title, description = root[0], root[1]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert title.text
    assert description.text
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {description.attrib['id']}"
    assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_no_script_and_no_external_reference(name: str) -> None:
    """Only known elements, no event handlers, no links and no URLs in styles."""
    root = ElementTree.fromstring(PICTURES[name]())
    assert {node.tag for node in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "style", "rect", "path", "text", "g")
    }
    attributes = {attribute for node in root.iter() for attribute in node.attrib}
    assert not {name for name in attributes if name.startswith("on") or "href" in name}
    assert "url(" not in PICTURES[name]()
    assert "@import" not in PICTURES[name]()


def test_equal_pictures_are_equal_bytes() -> None:
    """Two processes with different hash seeds write the same bytes."""
    program = (
        "import hashlib, json; from tests.picture_gallery import GALLERY;"
        "print(json.dumps({k: hashlib.sha256(d().encode()).hexdigest() for k, d in GALLERY.items()}))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0]) > 64 * len(GALLERY)


def test_two_pictures_on_a_page_keep_their_own_ids() -> None:
    """Pictures with different titles or descriptions have different ids."""
    found = [re.findall(r' id="([^"]+)"', draw()) for draw in PICTURES.values()]
    every = [identity for ids in found for identity in ids]
    assert len(every) == len(set(every)) == 2 * len(PICTURES)


def test_texts_are_escaped() -> None:
    """Markup in a name is shown as text."""
    stage = CaptionedMap(map=FeatureMap(channels=1, size=(1,)), caption_lines=('"><script>&',))
    svg = draw_network_maps([stage], title="<b>&'\"")
    root = ElementTree.fromstring(svg)
    assert "<script" not in svg
    assert root[0].text == "<b>&'\""
    assert '"><script>&' in {node.text for node in root.iter(f"{SVG}text")}


def cells_of(svg: str, kind: str) -> int:
    """The number of cells of a kind by area, without the swatches of the legend."""
    root = ElementTree.fromstring(svg)
    areas = [
        int(width) * int(height)
        for node in root.iter(f"{SVG}path")
        if node.attrib["class"] == kind
        for width, height in re.findall(r"h(\d+)v(\d+)", node.attrib["d"])
    ]
    return sum(area for area in areas if area != 14 * 14) // 28**2


@pytest.mark.parametrize(
    ("window", "size", "counts"),
    [
        (Window(kernel_size=3), 2, {"pad": 36 - 4, "zero": 0, "input": 4 + 4, "output": 16}),
        (Window(kernel_size=4, padding=2), 6, {"pad": 64 - 36, "input": 72, "output": 25}),
        (Window(kernel_size=3, padding=1), 5, {"pad": 49 - 25, "input": 50, "output": 25}),
        (Window(kernel_size=3, padding=2), 7, {"pad": 0, "input": 98, "output": 25}),
        (Window(kernel_size=3, stride=2), 2, {"pad": 49 - 9, "zero": 5, "input": 8, "output": 25}),
        (
            Window(kernel_size=3, stride=2, padding=1),
            3,
            {"pad": 49 - 25, "zero": 25 - 9, "input": 18, "output": 25},
        ),
        (
            Window(kernel_size=3, stride=2, padding=1, output_padding=1),
            3,
            {"pad": 24, "extra": 64 - 49, "zero": 16, "input": 18, "output": 36},
        ),
    ],
)
def test_a_transposed_figure_draws_what_the_literature_draws(
    window: Window, size: int, counts: dict[str, int]
) -> None:
    """The number of cells of each kind; the input is drawn twice, alone and with zeros and padding."""
    svg = draw_layer(transposed(window, window), (size, size))
    assert {kind: cells_of(svg, kind) for kind in counts} == counts


@pytest.mark.parametrize(
    ("window", "size", "counts"),
    [
        (Window(kernel_size=3), 4, {"pad": 0, "input": 16, "output": 4}),
        (Window(kernel_size=4, padding=2), 5, {"pad": 81 - 25, "input": 25, "output": 36}),
        (Window(kernel_size=3, padding=1), 5, {"pad": 24, "input": 25, "output": 25}),
        (Window(kernel_size=3, padding=2), 5, {"pad": 81 - 25, "input": 25, "output": 49}),
        (Window(kernel_size=3, stride=2), 5, {"pad": 0, "input": 25, "output": 4}),
        (Window(kernel_size=3, stride=2, padding=1), 5, {"pad": 24, "input": 25, "output": 9}),
        (Window(kernel_size=3, stride=2, padding=1), 6, {"pad": 28, "input": 36, "output": 9}),
        (Window(kernel_size=3, dilation=2), 7, {"pad": 0, "input": 49, "output": 9}),
    ],
)
def test_a_figure_draws_what_the_literature_draws(
    window: Window, size: int, counts: dict[str, int]
) -> None:
    """The number of cells of the padded input and of the output."""
    svg = draw_layer(conv(window, window), (size, size))
    assert {kind: cells_of(svg, kind) for kind in counts} == counts


def test_the_matrix_shows_each_tap_at_its_positions() -> None:
    """36 coloured cells for a 3×3 kernel on 4×4, four in each of nine colours."""
    svg = draw_matrix(conv(*(Window(kernel_size=3),) * 2), (4, 4))
    for tap in range(9):
        (matrix_area, kernel_area) = re.findall(
            rf'd="([^"]+)" style="fill:{re.escape(tap_colour(tap, 9))}"', svg
        )
        assert matrix_area.count("M") == 4
        assert kernel_area.count("M") == 1


def test_the_overlap_map_writes_every_count() -> None:
    """Counts per position of the DCGAN layer on 2×2, row by row, then the scale."""
    root = ElementTree.fromstring(draw_overlap(transposed(DCGAN, DCGAN), (2, 2)))
    numbers = [node.text for node in root.iter(f"{SVG}text") if (node.text or "").isdigit()]
    assert numbers == [*"1221244224421221", "1", "2", "4"]


def test_a_map_that_is_all_border_claims_no_evenness() -> None:
    """With a 1×1 input, every position is at the border."""
    svg = draw_overlap(transposed(Window(kernel_size=7), Window(kernel_size=5)), (1, 1))
    assert "7×5 positions, all of them at the border" in svg
    assert "even:" not in svg


@pytest.mark.parametrize(
    ("draw", "layer", "size", "facts"),
    [
        (draw_layer, conv(DCGAN), (400,), {"side": 402, "limit": 320}),
        (draw_layer, transposed(DCGAN, DCGAN), (120, 120), {"cells": 131049, "limit": 50000}),
        (draw_matrix, conv(DCGAN, DCGAN), (32, 32), {"side": 1024, "limit": 320}),
        (draw_overlap, transposed(Window(kernel_size=400)), (400,), {"side": 799, "limit": 320}),
    ],
)
def test_a_picture_that_is_too_large_is_refused(draw, layer, size, facts) -> None:  # noqa: ANN001
    """The facts contain the size and the limit."""
    with pytest.raises(TooLarge) as refused:
        draw(layer, size)
    assert refused.value.facts == facts


VAST = Window(kernel_size=65_536, stride=65_536, dilation=65_536)


@pytest.mark.parametrize("draw", [draw_layer, draw_overlap, draw_matrix])
def test_a_vast_layer_is_refused_before_it_is_measured(draw) -> None:  # noqa: ANN001
    """The limit is checked by arithmetic, before any cell is listed."""
    with pytest.raises(TooLarge, match="too large to draw; the limit is 320"):
        draw(transposed(VAST, VAST), (16_384, 16_384))


@pytest.mark.parametrize("draw", [draw_layer, draw_matrix, draw_overlap])
def test_an_illegal_layer_is_not_drawn(draw) -> None:  # noqa: ANN001
    """Drawing raises the error of the size calculation."""
    with pytest.raises(InvalidLayer, match="does not fit"):
        draw(conv(Window(kernel_size=9)), (4,))


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2), 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_have_enough_contrast(palette: dict[str, str]) -> None:
    """At least 4.5 to 1 for texts on the background and numbers on every kind of cell."""
    grounds = {"ink": ("bg", "input", "zero", "pad", "extra", "output", "heat"), "muted": ("bg",)}
    poor = [
        (ink, ground)
        for ink, below in grounds.items()
        for ink, ground in product([ink], below)
        if contrast(palette[ink], palette[ground]) < 4.5
    ]
    assert poor == []
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
