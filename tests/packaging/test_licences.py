"""docs/licences.md lists the packages of the image, and no license is copyleft."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / ".ci" / "licences.py"))
PAGE = (ROOT / "docs" / "licences.md").read_text()


def rows(page: str) -> set[str]:
    return {line for line in page.splitlines() if line.startswith("| ")}


def test_the_licences_page_matches_the_installed_packages() -> None:
    """`make licences` has run since a package or its license changed."""
    assert SCRIPT["render_page"]() == PAGE


def test_no_package_has_a_copyleft_licence() -> None:
    """No license imposes conditions on services or programs that use the package."""
    assert len(rows(PAGE)) > 30
    assert [row for row in rows(PAGE) if re.search("GPL|AGPL|SSPL|UNKNOWN|Commons", row)] == []
