"""The pictures in the documentation are the output of the commands next to them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from designer.brief.model import Brief
from designer.cli import main
from designer.networks import assemble_gan
from designer.pictures.design_pictures import draw_design
from designer.pipeline.solve_brief import solve_brief

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENTED_PICTURES = re.findall(
    r"^`gan-designer (layer [^`]* --draw [^`]*)`\n\n!\[[^\]]+\]\((pictures/[a-z-]+\.svg)\)$",
    (DOCS / "arithmetic.md").read_text(),
    flags=re.MULTILINE,
)
"""(command, picture) pairs of docs/arithmetic.md."""


README_PICTURE = "pictures/generator-100.svg"


@pytest.mark.parametrize(("command", "picture"), DOCUMENTED_PICTURES)
def test_the_command_writes_the_picture(command: str, picture: str) -> None:
    """Byte for byte; to regenerate a picture, run its command with ``--output docs/pictures/…``."""
    done = CliRunner().invoke(main, shlex.split(command))
    assert done.exit_code == 0
    assert done.stdout == (DOCS / picture).read_text()


def test_the_readme_shows_the_generator_of_its_example() -> None:
    """Byte for byte the generator of a 100×100 design; write this text to renew the picture."""
    brief = Brief(resolution=100, latent_dim=128)
    picture = draw_design(assemble_gan(solve_brief(brief).chain, brief.widths))["generator.svg"]
    assert picture == (DOCS / README_PICTURE).read_text()
    assert f"(docs/{README_PICTURE})" in (DOCS.parent / "README.md").read_text()


def test_every_picture_is_shown_with_its_command() -> None:
    """Every picture in docs/pictures is shown with its command or in the README."""
    drawn = {path.name for path in (DOCS / "pictures").glob("*.svg")}
    documented = [picture for _, picture in DOCUMENTED_PICTURES] + [README_PICTURE]
    assert drawn == {picture.removeprefix("pictures/") for picture in documented}
    assert len(drawn) == 7
