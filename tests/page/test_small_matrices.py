"""Matrices that are scaled down show colours without numbers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.page.browser_session import BrowserSession

pytestmark = [pytest.mark.slow]


@pytest.mark.parametrize(("size", "readable"), [(4, False), (2, True)])
def test_numbers_too_small_to_read_are_left_out(
    session: BrowserSession, size: int, readable: bool
) -> None:
    """The kernel, which is never scaled down, shows the numbers."""
    page = session.open(f"/?view=layer&input_size={size}&kernel_size=4&stride=2")
    matrix = page.get_by_role("figure", name="Cᵀ")
    expect(page.locator(".kernel .dark-ink").first).to_be_visible()
    number = matrix.locator(".dark-ink").first
    expect(number).to_be_attached()
    expect(number).to_be_visible(visible=readable)
