"""The scripts in .ci handle failures."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def ci_run_with(makefile: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """.ci/run in a project with this `make test`."""
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", folder / ".ci/run")
    (folder / "Makefile").write_text(makefile)
    return subprocess.run(
        [folder / ".ci/run"], capture_output=True, text=True, check=False, cwd="/"
    )


@pytest.mark.parametrize(
    ("makefile", "last", "passed"),
    [
        ("test:\n\t@echo '== 3 passed in 1s =='\n", "== 3 passed in 1s ==", True),
        ("test:\n\t@echo '== 1 failed in 1s =='; exit 1\n", "== 1 failed in 1s ==", False),
        ("test: checks\n\t@echo never\nchecks:\n\t@echo 'E501'; exit 1\n", "E501", False),
    ],
)
def test_ci_run_ends_with_the_summary_of_the_tests(
    tmp_path: Path, makefile: str, last: str, passed: bool
) -> None:
    """The last line is pytest's, and a failure is reported as a failure."""
    done = ci_run_with(makefile, tmp_path)
    assert done.stdout.splitlines()[-1] == last
    assert (done.returncode == 0) is passed


def test_a_missing_system_package_is_named_with_the_command_that_brings_it(
    tmp_path: Path,
) -> None:
    """If it cannot be installed, the script prints the command and fails."""
    for tool in ("sh", "sort", "tr", "id"):  # what the script itself needs; no apt-get, no sudo
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    done = subprocess.run(
        [tmp_path / "sh", ROOT / ".ci/system-packages", "test"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert re.search(r"apt-get install -y --no-install-recommends .*\bcurl\b", done.stderr)
