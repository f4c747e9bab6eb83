"""Update the files that pin what is installed, to the newest versions that pyproject.toml allows.

constraints.txt          one version of everything that an environment contains
requirements/image.txt   the wheels of the image, by hash
requirements/build.txt   the wheels that build this project's own wheel for it, by hash

torch keeps its pinned version: it is updated by hand, together with the facts about it in the tests.
The image has torch's CPU build, which pip finds through its own settings or in the index that
TORCH_INDEX_URL names. A wheel of it that pip does not find keeps its row in the file; if the
version is a new one, its row has no hash and pip refuses to build the image on that machine.

--keep-versions updates the hashes alone.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "constraints.txt"
IMAGE = ROOT / "requirements" / "image.txt"
BUILD = ROOT / "requirements" / "build.txt"
MACHINES = ("aarch64", "x86_64")
IMAGE_GLIBC_MINOR = 36  # of Debian 12, as its Python
IMAGE_ENVIRONMENT = {
    "implementation_name": "cpython",
    "implementation_version": "3.11.2",
    "os_name": "posix",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.11.2",
    "python_version": "3.11",
    "sys_platform": "linux",
}
CPU_BUILD = "+cpu"

LOCK_HEADER = """\
# Pinned versions for installation and tests: `make lock` updates this file.
# They constrain versions and install nothing; `pip install -c constraints.txt .` reads them.
"""
HEADERS = {
    IMAGE: """\
# The wheels of the image, by hash, with the versions of constraints.txt: `make lock` updates this
# file. pip refuses any other file. torch's CPU build comes from the index in TORCH_INDEX_URL.
""",
    BUILD: """\
# The wheels that build this project's own wheel for the image, by hash: `make lock` updates this file.
""",
}
ROW = re.compile(
    r"# (?P<file>\S+)\n"
    r"(?P<name>\S+)==(?P<version>[^\s;]+)"
    r'(?:; platform_machine == "(?P<machine>\w+)")?'
    r"(?: --hash=sha256:(?P<sha256>[0-9a-f]{64}))?\n"
)


class Wheel(NamedTuple):
    """One file that pip may choose; without a hash, pip refuses it."""

    name: str
    version: str
    file: str
    sha256: str | None


def resolve(*arguments: str) -> list[dict[str, Any]]:
    """What pip would install for these arguments: the entries of its report."""
    index = os.environ.get("TORCH_INDEX_URL")
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
    command += ["--extra-index-url", index] if index else []
    report = subprocess.run(
        [*command, "--quiet", "--report", "-", *arguments],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    )
    entries: list[dict[str, Any]] = json.loads(report.stdout)["install"]
    return entries


def find_wheels(pins: Iterable[str], machine: str) -> list[Wheel]:
    """The wheels that pip chooses for these pins in the image on a machine."""
    glibc = [f"manylinux_2_{minor}" for minor in range(IMAGE_GLIBC_MINOR, 16, -1)]
    platforms = [f"--platform={name}_{machine}" for name in (*glibc, "manylinux2014")]
    python = f"--python-version={IMAGE_ENVIRONMENT['python_version']}"
    wheels = []
    for entry in resolve("--no-deps", "--only-binary=:all:", python, *platforms, *pins):
        name, source = canonicalize_name(entry["metadata"]["name"]), entry["download_info"]
        file = unquote(urlsplit(source["url"]).path).rpartition("/")[2]
        sha256 = source["archive_info"]["hashes"]["sha256"]
        wheels.append(Wheel(name, entry["metadata"]["version"], file, sha256))
    return wheels


def required_packages(
    requirements: Iterable[str], requires: Mapping[str, list[str]], machine: str
) -> set[str]:
    """The canonical names of all packages that requirements bring into the image on a machine."""
    environment = IMAGE_ENVIRONMENT | {"platform_machine": machine}
    todo = [(Requirement(text), frozenset({""})) for text in requirements]
    found: set[tuple[str, frozenset[str]]] = set()
    while todo:
        requirement, wanted = todo.pop()
        entry = (canonicalize_name(requirement.name), frozenset(requirement.extras) | {""})
        marker = requirement.marker
        applies = marker is None or any(
            marker.evaluate(environment | {"extra": extra}) for extra in wanted
        )
        if applies and entry not in found:
            if entry[0] not in requires:
                raise SystemExit(f"only the image needs {requirement}: add it to the extra test")
            found.add(entry)
            todo += [(Requirement(text), entry[1]) for text in requires[entry[0]]]
    return {name for name, _ in found}


def parse_rows(text: str) -> dict[str, set[Wheel]]:
    """The wheels in the text of a file by hash: machine → wheels."""
    rows: dict[str, set[Wheel]] = {machine: set() for machine in MACHINES}
    for row in ROW.finditer(text):
        wheel = Wheel(row["name"], row["version"], row["file"], row["sha256"])
        for machine in [row["machine"]] if row["machine"] else MACHINES:
            rows[machine].add(wheel)
    return rows


def render_rows(rows: Mapping[str, Iterable[Wheel]]) -> str:
    """The text of a file by hash, without its header."""
    machines: dict[Wheel, list[str]] = {}
    for machine, wheels in rows.items():
        for wheel in wheels:
            machines.setdefault(wheel, []).append(machine)
    text = ""
    for wheel, on in sorted(machines.items(), key=lambda item: item[0].file):
        marker = "" if len(on) == len(MACHINES) else f'; platform_machine == "{on[0]}"'
        sha256 = f" --hash=sha256:{wheel.sha256}" if wheel.sha256 else ""
        text += f"# {wheel.file}\n{wheel.name}=={wheel.version}{marker}{sha256}\n"
    return text


def find_torch(version: str, machine: str, known: Iterable[Wheel]) -> Wheel:
    """Torch's CPU build for a machine: as pip finds it, else as the file has it, else no hash."""
    build = f"{version}{CPU_BUILD}"
    try:
        return find_wheels([f"torch=={build}"], machine)[0]
    except subprocess.CalledProcessError:
        for wheel in known:
            if (wheel.name, wheel.version, bool(wheel.sha256)) == ("torch", build, True):
                print(f"pip does not find {wheel.file}: its row is kept", file=sys.stderr)
                return wheel
        print(f"torch {build} for {machine} is not found: its row has no hash", file=sys.stderr)
        return Wheel("torch", build, f"torch-{build}-{machine}.whl", None)


def lock_wheels(
    path: Path, requirements: list[str], pins: Mapping[str, str], requires: Mapping[str, list[str]]
) -> None:
    """Write the wheels that requirements bring into the image on each machine."""
    known = parse_rows(path.read_text() if path.exists() else "")
    rows = {}
    for machine in MACHINES:
        names = required_packages(requirements, requires, machine)
        plain = [f"{name}=={pins[name]}" for name in sorted(names - {"torch"})]
        rows[machine] = find_wheels(plain, machine)
        if "torch" in names:
            rows[machine].append(find_torch(pins["torch"], machine, known[machine]))
    path.write_text(HEADERS[path] + render_rows(rows))


def main(*arguments: str) -> None:
    """Write the three files; with --keep-versions, with the versions that constraints.txt has.

    They are without this project and, in constraints.txt, without local versions (2.13.0+cpu).
    """
    kept = ["--constraint", str(LOCK)] if "--keep-versions" in arguments else []
    torch = next(line for line in LOCK.read_text().splitlines() if line.startswith("torch=="))
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    build, project = pyproject["build-system"]["requires"], pyproject["project"]
    service = [*project["dependencies"], *project["optional-dependencies"]["service"]]
    found = [
        entry["metadata"] for entry in resolve(*kept, torch, ".[service,test,export,bench]", *build)
    ]
    found = [entry for entry in found if entry["name"] != "gan-designer"]
    pins = sorted((entry["name"].lower(), entry["version"].partition("+")[0]) for entry in found)
    LOCK.write_text(LOCK_HEADER + "".join(f"{name}=={version}\n" for name, version in pins))
    versions = {str(canonicalize_name(name)): version for name, version in pins}
    requires = {str(canonicalize_name(e["name"])): e.get("requires_dist", []) for e in found}
    lock_wheels(BUILD, build, versions, requires)
    lock_wheels(IMAGE, service, versions, requires)


if __name__ == "__main__":
    main(*sys.argv[1:])
