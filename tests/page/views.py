"""The views in every state, for the accessibility and layout tests and for screenshots."""

from __future__ import annotations

from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from tests.page.browser_session import BrowserSession

VERIFIED = ".badge.good"

DECODER = """nn.Sequential(
    nn.ConvTranspose2d(64, 32, 4, 2, 1),
    nn.ReLU(),
    nn.ConvTranspose2d(32, 1, 3, 2, 1),
)
"""
"""Ends at side 27 instead of 28."""

CLASSIFIER = """[
  {"op": "conv", "in_channels": 3, "out_channels": 32, "kernel_size": 3, "stride": 2, "padding": 1},
  {"op": "flatten"},
  {"op": "linear", "in_features": 8192, "out_features": 10},
  {"op": "linear", "in_features": 10, "out_features": 1}
]
"""
"""Fails at its first linear layer."""


def audit_path(text: str, **fields: str) -> str:
    """The URL of an audit, with the pasted text in the fragment."""
    return f"/?{urlencode({'view': 'audit', **fields})}#{urlencode({'text': text})}"


VIEWS = {
    "design": ("/", VERIFIED),
    "design-oblong": ("/?resolution=50x150&upsampling=resize&classes=10&patch=34", VERIFIED),
    "design-volume": ("/?resolution=16&dimensions=3&channels=1&base_channels=8", VERIFIED),
    "design-sequence": ("/?resolution=1024&dimensions=1&base_channels=8", VERIFIED),
    "design-searched": (
        "/?resolution=45&kernel_sizes=3,5&overlap=any&max_channels=64&base_channels=16",
        VERIFIED,
    ),
    "design-residual": ("/?resolution=16&architecture=resnet&base_channels=8", VERIFIED),
    "design-r3gan": (
        "/?resolution=18x26&architecture=r3gan&base_channels=8&latent_dim=8&classes=3",
        VERIFIED,
    ),
    "design-refused": (
        "/?resolution=97&exact=require&output_padding=false&strides=2",
        ".suggestions",
    ),
    "code": ("/?view=code&resolution=32&base_channels=16", VERIFIED),
    "layer": ("/?view=layer", ".stage svg"),
    "layer-signal": ("/?view=layer&op=conv&dimensions=1&input_size=9&stride=5", ".stage svg"),
    "layer-stamped": (
        "/?view=layer&mode=stamp&input_size=9&kernel_size=9&stride=4&padding=3&output_padding=1",
        ".stage .paint",
    ),
    "layer-illegal": ("/?view=layer&output_padding=3", ".illegal"),
    "audit": ("/?view=audit", "form"),
    "audit-misses": (audit_path(DECODER, input_shape="64x7x7", wanted_shape="1x28x28"), ".diff"),
    "audit-breaks": (audit_path(CLASSIFIER, input_shape="3x28x28"), ".diff"),
    "sweep": ("/?view=sweep", "form"),
    "wrong": ("/?view=kitchen", ".failure"),
}
"""Name: path, and a selector that matches once the view is complete."""


def open_view(session: BrowserSession, name: str) -> Page:
    """Open a view and wait until it is complete."""
    path, complete = VIEWS[name]
    page = session.open(path)
    expect(page.locator(complete).first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    if name.startswith("design") and name != "design-refused":
        expect(page.locator(".scatter")).to_be_visible()
    return page


def open_details(page: Page) -> None:
    """Unfold all details of the view and wait for their pictures, also those far below."""
    page.evaluate(
        "document.querySelectorAll('main details').forEach(fold => { fold.open = true; })"
    )
    page.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager'; })")
    page.evaluate("() => Promise.all([...document.images].map(image => image.decode()))")


def open_fold(page: Page, group: str) -> None:
    """Unfold a group of settings of the Design view, as a click does."""
    page.locator(f"[data-group={group}] > summary").click()


def step_to(page: Page, place: int) -> None:
    """Set the slider of the player, as a drag does."""
    page.locator("#player-place").evaluate(
        "(node, place) => { node.value = place; node.dispatchEvent(new Event('input')); }", place
    )
