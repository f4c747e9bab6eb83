"""Update constraints.txt to the newest compatible versions that pyproject.toml allows.

torch keeps its pinned version: it is updated by hand, together with the facts about it in the tests.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "constraints.txt"
HEADER = """\
# Pinned versions for installation and tests: `make lock` updates this file.
# They constrain versions and install nothing; `pip install -c constraints.txt .` reads them.
"""


def resolve(*requirements: str) -> list[tuple[str, str]]:
    """Name and version of each package that pip would install for these."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
    report = subprocess.run(
        [*command, "--quiet", "--report", "-", *requirements],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    )
    found = [entry["metadata"] for entry in json.loads(report.stdout)["install"]]
    return sorted((entry["name"].lower(), entry["version"]) for entry in found)


def main() -> None:
    """Write constraints.txt, without this project and without local versions (2.13.0+cpu)."""
    torch = next(line for line in LOCK.read_text().splitlines() if line.startswith("torch=="))
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    rows = [
        f"{name}=={version.partition('+')[0]}\n"
        for name, version in resolve(torch, ".[test,export,bench]", *build)
        if name != "gan-designer"
    ]
    LOCK.write_text(HEADER + "".join(rows))


if __name__ == "__main__":
    main()
