"""Write docs/licences.md: the packages that the service installs, and their licences.

`make licences` updates the page from the installed packages; a test compares. Packages for tests and
benchmarks are not listed, because the image does not contain them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
HEADER = """\
# Licences

gan-designer is under the MIT licence (`LICENSE`). These packages come with it when it is installed;
`make licences` renews the list. `service/static/swagger-ui` is a copy of swagger-ui-dist under
Apache-2.0, with its own `LICENSE` and `NOTICE`. Modules that the service writes are their
requester's: they contain text of this project's templates, which may be used without any condition.

| package | licence |
|---|---|
"""


def required_packages() -> set[str]:
    """The canonical names of all locked packages that the project requires, directly or indirectly."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = {
        line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    todo = [(Requirement(text), frozenset({""})) for text in project["dependencies"]]
    found: set[tuple[str, frozenset[str]]] = set()
    while todo:
        requirement, wanted = todo.pop()
        entry = (canonicalize_name(requirement.name), frozenset(requirement.extras) | {""})
        marker = requirement.marker
        applies = marker is None or any(marker.evaluate({"extra": extra}) for extra in wanted)
        if applies and entry not in found:
            found.add(entry)
            todo += [(Requirement(text), entry[1]) for text in requires(entry[0]) or []]
    return {name for name, _ in found} & {canonicalize_name(name) for name in locked}


def licences() -> dict[str, str]:
    """The licence of every installed package, by canonical name."""
    listed = subprocess.run(
        [Path(sys.executable).with_name("pip-licenses"), "--format=json", "--with-system"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {canonicalize_name(row["Name"]): row["License"] for row in json.loads(listed)}


def render_page() -> str:
    """The expected text of the page."""
    known = licences()
    return HEADER + "".join(f"| {name} | {known[name]} |\n" for name in sorted(required_packages()))


if __name__ == "__main__":
    PAGE.write_text(render_page())
