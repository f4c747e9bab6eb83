"""Every view in the states in which people see it: for axe, for the layout, for the gallery."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.page.reader import Reader

PROVEN = ".badge.good"

VIEWS = {
    "design": ("/", PROVEN),
    "design-oblong": ("/?resolution=50x150&upsampling=resize&classes=10&patch=34", PROVEN),
    "design-volume": ("/?resolution=16&dimensions=3&channels=1&base_channels=8", PROVEN),
    "design-sequence": ("/?resolution=1024&dimensions=1&base_channels=8", PROVEN),
    "design-searched": (
        "/?resolution=45&kernel_sizes=3,5&overlap=any&max_channels=64&base_channels=16",
        PROVEN,
    ),
    "design-refused": ("/?resolution=97&exact=require&output_padding=false&strides=2", ".ways"),
    "code": ("/?view=code&resolution=32&base_channels=16", PROVEN),
    "layer": ("/?view=layer", ".stage svg, .stage .picture"),
    "wrong": ("/?view=kitchen", ".failure"),
}
"""Name: path, and what is there once the view is complete."""


def open_view(reader: Reader, name: str) -> Page:
    """The view, complete, with all that is folded laid open."""
    path, complete = VIEWS[name]
    page = reader.open(path)
    expect(page.locator(complete).first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    if name.startswith("design") and name != "design-refused":
        expect(page.locator(".scatter")).to_be_visible()
    return page


def unfold(page: Page) -> None:
    """Open every fold of the view, and wait for the pictures in them."""
    page.evaluate(
        "document.querySelectorAll('main details').forEach(fold => { fold.open = true; })"
    )
    page.evaluate("() => Promise.all([...document.images].map(image => image.decode()))")
