"""The pictures of docs/arithmetic.md are what the commands beside them write."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from designer.cli import main

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENTED_PICTURES = re.findall(
    r"^`gan-designer (layer [^`]* --draw [^`]*)`\n\n!\[[^\]]+\]\((pictures/[a-z-]+\.svg)\)$",
    (DOCS / "arithmetic.md").read_text(),
    flags=re.MULTILINE,
)
"""(command, picture) as the page has them."""


@pytest.mark.parametrize(("command", "picture"), DOCUMENTED_PICTURES)
def test_the_command_writes_the_picture(command: str, picture: str) -> None:
    """Byte for byte; to renew a picture, run its command with ``--output docs/pictures/…``."""
    done = CliRunner().invoke(main, shlex.split(command))
    assert done.exit_code == 0
    assert done.stdout == (DOCS / picture).read_text()


def test_every_picture_is_shown_with_its_command() -> None:
    """None is left over, and the page has one for each of its laws that can be drawn."""
    drawn = {path.name for path in (DOCS / "pictures").glob("*.svg")}
    assert drawn == {picture.removeprefix("pictures/") for _, picture in DOCUMENTED_PICTURES}
    assert len(drawn) == 6
