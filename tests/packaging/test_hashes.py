"""requirements/ lists the wheels of the image by hash, and pip refuses every other file."""

from __future__ import annotations

import os
import platform
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from hashlib import sha256
from importlib.metadata import requires
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from tests.packaging.test_lock import PINS

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / ".ci" / "lock.py"))
MACHINES = ("aarch64", "x86_64")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOTS = {
    "image.txt": [
        *PYPROJECT["project"]["dependencies"],
        *PYPROJECT["project"]["optional-dependencies"]["service"],
    ],
    "build.txt": PYPROJECT["build-system"]["requires"],
}
TEXTS = {name: (ROOT / "requirements" / name).read_text() for name in ROOTS}
FILES = pytest.mark.parametrize("file", ROOTS)
HASH_OPTIONS = ("--require-hashes", "--only-binary=:all:")


def wheels(file: str, machine: str) -> list[tuple[str, str, str, str]]:
    """Name, version, file name and hash of every wheel for a machine, read without the script."""
    row = re.compile(
        r'# (\S+)\n(\S+)==([^\s;]+)(?:; platform_machine == "(\w+)")? --hash=sha256:(\w{64})\n'
    )
    found = row.findall(TEXTS[file])
    return [
        (name, version, path, digest)
        for path, name, version, on, digest in found
        if on in ("", machine)
    ]


def needed_by(requirements: Iterable[str], machine: str) -> set[str]:
    """The names of these requirements whose markers hold in the image: Debian 12, Python 3.11.2."""
    image = {
        "extra": "",
        "platform_machine": machine,
        "python_full_version": "3.11.2",
        "python_version": "3.11",
        "sys_platform": "linux",
    }
    parsed = [Requirement(text) for text in requirements]
    return {
        canonicalize_name(requirement.name)
        for requirement in parsed
        if requirement.marker is None or requirement.marker.evaluate(image)
    }


@FILES
def test_the_hashes_are_of_the_pinned_versions(file: str) -> None:
    """constraints.txt and the files by hash name the same versions: `make hashes` has run."""
    for machine in MACHINES:
        versions = {name: version.partition("+")[0] for name, version, *_ in wheels(file, machine)}
        assert versions == {name: PINS[canonicalize_name(name)] for name in versions}
        assert len(versions) == len(wheels(file, machine))


@pytest.mark.parametrize("machine", MACHINES)
def test_exactly_what_the_image_needs_is_listed(machine: str) -> None:
    """Every requirement of the project and of a listed package is listed, and nothing else."""
    names = {name for name, *_ in wheels("image.txt", machine)}
    needed = (needed_by(requires(name) or [], machine) for name in names)
    assert names == needed_by(ROOTS["image.txt"], machine).union(*needed)


@pytest.mark.parametrize("machine", MACHINES)
def test_what_builds_the_image_is_listed(machine: str) -> None:
    """The checks do not install it; pip refuses the build if one of its requirements is missing."""
    names = {name for name, *_ in wheels("build.txt", machine)}
    assert needed_by(ROOTS["build.txt"], machine) < names


@FILES
@pytest.mark.parametrize("machine", MACHINES)
def test_every_wheel_is_one_for_its_machine(file: str, machine: str) -> None:
    """The file names fit the rows, the Python of the image and the machine."""
    for name, version, path, _ in wheels(file, machine):
        of, build, _, tags = parse_wheel_filename(path)
        assert (of, str(build)) == (name, version)
        assert any(
            (tag.interpreter in ("py3", "cp311") or tag.abi == "abi3")
            and (tag.platform == "any" or re.fullmatch(rf"manylinux\w+_{machine}", tag.platform))
            for tag in tags
        ), path


def test_torch_is_its_build_for_processors() -> None:
    """The build with CUDA has the same public version; its several gigabytes are refused."""
    for machine in MACHINES:
        (torch,) = (wheel for wheel in wheels("image.txt", machine) if wheel[0] == "torch")
        assert torch[1].endswith("+cpu")


@FILES
def test_the_script_reads_what_it_writes(file: str) -> None:
    """Rows that are kept stay as they are."""
    rows = TEXTS[file].removeprefix(SCRIPT["HEADERS"][ROOT / "requirements" / file])
    assert SCRIPT["render_rows"](SCRIPT["parse_rows"](rows)) == rows


def write_wheel(folder: Path, name: str, *dependencies: str) -> str:
    """Write an empty wheel of version 1.0; return the row that lists it."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0"]
    metadata += [f"Requires-Dist: {dependency}" for dependency in dependencies]
    with ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(metadata) + "\n")
        wheel.writestr(
            f"{name}-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")
    listed = SCRIPT["Wheel"](name, "1.0", path.name, sha256(path.read_bytes()).hexdigest())
    return str(SCRIPT["render_rows"]({machine: [listed] for machine in MACHINES}))


def alter(row: str) -> str:
    """A row whose hash has another last digit."""
    return row[:-2] + ("1" if row[-2] == "0" else "0") + "\n"


def strip_hash(row: str) -> str:
    """A row of a wheel whose hash is not known."""
    return row.partition(" --hash")[0] + "\n"


def of_other_machine(row: str) -> str:
    """A row of a machine that is not this one."""
    other = next(machine for machine in MACHINES if machine != platform.machine())
    return row.replace("==1.0", f'==1.0; platform_machine == "{other}"')


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (str, None),
        (alter, "DO NOT MATCH THE HASHES"),
        (strip_hash, "Hashes are required in --require-hashes mode"),
        (of_other_machine, "must have their versions pinned"),
        (lambda row: "", "must have their versions pinned"),
    ],
)
def test_pip_refuses_a_file_that_is_not_listed(
    tmp_path: Path, change: Callable[[str], str], refusal: str | None
) -> None:
    """With the options of the Dockerfile, for a direct requirement's own dependency."""
    rows = write_wheel(tmp_path, "first", "second>=1") + change(write_wheel(tmp_path, "second"))
    (tmp_path / "image.txt").write_text(rows)
    settings = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", *HASH_OPTIONS),
            *("--find-links", str(tmp_path), "--requirement", str(tmp_path / "image.txt")),
        ],
        env=settings | {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if refusal is None:
        assert done.returncode == 0, done.stderr
        assert "Would install first-1.0 second-1.0" in done.stdout
    else:
        assert done.returncode == 1
        assert refusal in done.stderr


def test_the_image_installs_listed_files_only() -> None:
    """Each pip command of the Dockerfile checks hashes, or takes no file from elsewhere."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    commands = re.findall(r"/pip (?:--python \S+ +)?(?:install|wheel) [^|&\n]+", text)
    assert len(commands) == text.count("bin/pip") == 4
    for command in commands:
        words = command.split()
        assert set(HASH_OPTIONS) < set(words) or {"--no-index", "--no-deps"} < set(words), command


def find_torch(found: list[object] | None, known: list[object]) -> object:
    """Torch's wheel for aarch64, if pip finds these wheels, or none."""
    script = runpy.run_path(str(ROOT / ".ci" / "lock.py"))

    def find_wheels(pins: list[str], machine: str) -> list[object]:
        assert (pins, machine) == (["torch==2.0+cpu"], "aarch64")
        if found is None:
            raise subprocess.CalledProcessError(1, "pip")
        return found

    script["find_torch"].__globals__["find_wheels"] = find_wheels
    return script["find_torch"]("2.0", "aarch64", known)


def test_a_wheel_of_torch_that_pip_does_not_find_keeps_its_row() -> None:
    """What this machine cannot see is neither lost nor guessed; another version's hash is not kept."""
    new, old, older = (
        SCRIPT["Wheel"]("torch", version, "torch.whl", digit * 64)
        for version, digit in (("2.0+cpu", "a"), ("2.0+cpu", "b"), ("1.9+cpu", "c"))
    )
    assert find_torch([new], [old]) == new
    assert find_torch(None, [older, old]) == old
    missing = find_torch(None, [older])
    row = SCRIPT["render_rows"]({"aarch64": [missing], "x86_64": [old]})
    assert '\ntorch==2.0+cpu; platform_machine == "aarch64"\n' in row
    assert SCRIPT["parse_rows"](row) == {"aarch64": {missing}, "x86_64": {old}}


def test_the_image_has_requirements_of_its_own() -> None:
    """Markers are those of its Python and machine; what no environment here needs must be pinned too."""
    required = SCRIPT["required_packages"]
    markers = ["old; python_full_version < '3.11.3'", "arm; platform_machine == 'aarch64'"]
    requires = {"first": [*markers, "more; extra == 'more'"], "old": [], "arm": []}
    assert required(["first"], requires, "aarch64") == {"first", "old", "arm"}
    assert required(["first"], requires, "x86_64") == {"first", "old"}
    assert required(["first[more]"], requires | {"more": []}, "x86_64") == {"first", "old", "more"}
    with pytest.raises(SystemExit, match="only the image needs old"):
        required(["first"], {"first": markers}, "x86_64")
