"""The examples of docs/calling.md give the documented output, in every language."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.servers import ROOT, Server, serving

pytestmark = [pytest.mark.torch, pytest.mark.slow]

TEXT = (ROOT / "docs" / "calling.md").read_text()
EXAMPLES = re.findall(r"^```(sh|python|js)\n(.*?)^```\n+^```text\n(.*?)^```$", TEXT, re.M | re.S)


def program(language: str, file: Path) -> list[str]:
    """The command that runs an example; a missing language is a failure, not a skip."""
    commands = {"sh": "bash", "python": sys.executable, "js": "node"}
    found = shutil.which(commands[language])
    assert found, f"{commands[language]} is needed to run the examples"
    return [found, str(file)]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with a job worker."""
    with serving(workers="1", embedded_worker="true") as running:
        yield running


def test_every_example_is_known() -> None:
    """Each block of code is followed by its output."""
    assert len(EXAMPLES) == len(re.findall(r"^```(?:sh|python|js)$", TEXT, re.M))
    assert {language for language, _, _ in EXAMPLES} == {"sh", "python", "js"}


@pytest.mark.parametrize(
    ("language", "code", "printed"),
    EXAMPLES,
    ids=[f"{language}{index}" for index, (language, _, _) in enumerate(EXAMPLES)],
)
def test_an_example_prints_what_it_says(
    server: Server, tmp_path: Path, language: str, code: str, printed: str
) -> None:
    """Copied from the page, with the address of the test server."""
    file = tmp_path / f"example.{'mjs' if language == 'js' else language}"
    file.write_text(code.replace("http://127.0.0.1:8000", server.url))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        program(language, file),
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == printed.strip()
