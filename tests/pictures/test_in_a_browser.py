"""Every kind of picture in headless Chromium: no overlapping texts, no shape outside the frame."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.picture_gallery import GALLERY
from tests.pictures.unet_gallery import UNET_GALLERY

PICTURES = GALLERY | UNET_GALLERY

MEASURE = """
() => {
  const svg = document.querySelector('svg');
  const frame = svg.getBoundingClientRect();
  const inside = box => box.left >= frame.left && box.top >= frame.top
    && box.right <= frame.right + 0.01 && box.bottom <= frame.bottom + 0.01;
  const name = node => `${node.tagName}.${node.getAttribute('class')} ${node.textContent}`.trim();
  const drawn = [...svg.querySelectorAll('text,rect,path')];
  const outside = drawn.filter(node => !inside(node.getBoundingClientRect())).map(name);
  const texts = [...svg.querySelectorAll('text')].map(node => {
    const box = node.getBBox(), at = node.getCTM();
    return {text: node.textContent, left: box.x + at.e, top: box.y + at.f,
            right: box.x + box.width + at.e, bottom: box.y + box.height + at.f};
  }).sort((a, b) => a.left - b.left);
  const overlapping = [];
  for (const [index, one] of texts.entries())
    for (let next = index + 1; next < texts.length && texts[next].left < one.right - 0.5; next++) {
      const other = texts[next];
      if (one.top < other.bottom - 0.5 && other.top < one.bottom - 0.5)
        overlapping.push(`${one.text} | ${other.text}`);
    }
  return {outside, overlapping, texts: texts.length, drawn: drawn.length};
}
"""
"""Shapes outside the frame, and pairs of overlapping texts."""

PAUSE_AT_SHARE = "share => document.getAnimations().forEach(moving => { moving.pause(); \
moving.currentTime = share * moving.effect.getComputedTiming().duration; })"
"""Pause every animation at a share of its duration."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page that is wide enough for any picture; each test replaces its content."""
    page = browser.new_page(viewport={"width": 1600, "height": 1200})
    yield page
    page.close()


def show(page: Page, svg: str) -> None:
    """Show a picture as inline SVG."""
    page.set_content(f"<!doctype html><body style='margin:0'>{svg}")


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_overlaps_and_nothing_leaves_the_frame(page: Page, name: str) -> None:
    """Measured at the start and at several times of the animation."""
    svg = PICTURES[name]()
    show(page, svg)
    moving = page.evaluate("document.getAnimations().length")
    assert bool(moving) == ("@keyframes" in svg)
    for share in (0, 0.31, 0.64, 0.999) if moving else (0,):
        page.evaluate(PAUSE_AT_SHARE, share)
        seen = page.evaluate(MEASURE)
        assert (seen["outside"], seen["overlapping"]) == ([], [])
        assert seen["texts"] >= 2
        assert seen["drawn"] > seen["texts"]


@pytest.mark.parametrize(
    ("svg", "fault"),
    [
        ('<text x="5" y="20">one</text><text x="9" y="22">two</text>', "overlapping"),
        ('<text x="90" y="20">far out</text>', "outside"),
        ('<rect x="5" y="5" width="96" height="9"/>', "outside"),
        ('<g transform="translate(0,60)"><path d="M5 5h9v60z"/></g>', "outside"),
    ],
)
def test_the_browser_check_finds_each_fault(page: Page, svg: str, fault: str) -> None:
    """Overlapping texts and shapes outside the frame are reported."""
    show(page, f'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">{svg}</svg>')
    assert page.evaluate(MEASURE)[fault]


@pytest.mark.parametrize(
    ("scheme", "ground", "ink"),
    [
        ("light", "rgb(255, 255, 255)", "rgb(27, 31, 36)"),
        ("dark", "rgb(13, 17, 23)", "rgb(230, 237, 243)"),
    ],
)
def test_colours_follow_the_readers_scheme(
    browser: Browser, scheme: str, ground: str, ink: str
) -> None:
    """The style sheet of the picture follows the system setting without a script."""
    page = browser.new_page(color_scheme=scheme)
    show(page, GALLERY["layer on two axes"]())
    fill = "name => getComputedStyle(document.querySelector(name)).fill"
    assert page.evaluate(fill, "rect.bg") == ground
    assert page.evaluate(fill, "text.ink") == ink
    page.close()


def test_reduced_motion_stops_the_animation(browser: Browser) -> None:
    """``prefers-reduced-motion`` disables the animation."""
    page = browser.new_page(reduced_motion="reduce")
    show(page, GALLERY["layer stepping"]())
    assert page.evaluate("document.getAnimations().length") == 0
    page.close()


def test_the_window_steps_through_every_position(page: Page) -> None:
    """Row by row on both maps: a 6×8 output has 48 steps with 48 different positions."""
    show(page, GALLERY["layer stepping"]())
    where = """() => ['tap', 'span'].map(kind => {
      const all = [...document.querySelectorAll('rect.span')];
      return all.map(node => { const b = node.getBoundingClientRect(); return [b.x, b.y]; });
    })[0]"""
    places = []
    for step in range(48):
        page.evaluate(
            "step => document.getAnimations().forEach(moving => { moving.pause();"
            " moving.currentTime = (step + 0.5) * 700; })",
            step,
        )
        places.append(page.evaluate(where))
    for moving in zip(*places, strict=True):
        cells = [(round(x), round(y)) for x, y in moving]
        assert len(set(cells)) == 48
        assert cells == sorted(cells, key=lambda cell: (cell[1], cell[0]))
        assert {
            b - a
            for a, b in zip(
                sorted({x for x, _ in cells}), sorted({x for x, _ in cells})[1:], strict=False
            )
        } == {28}
