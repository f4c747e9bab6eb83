"""The layout: few entries at the top of each package, and each public name in one module."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_ENTRIES = 20
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
SHARED_NAMES = {"app", "logger", "main"}
"""Names that frameworks and conventions give to one object in each of several modules."""


def entries(package: Path) -> list[str]:
    """The files and folders at the top of a package, byte code left out."""
    return sorted(path.name for path in package.iterdir() if path.name != "__pycache__")


def public_names(source: str) -> set[str]:
    r"""The public classes, functions and variables that a module defines at its top level.

    >>> sorted(public_names("A, F = 1, 2\nb: int = 2\n_c = 3\ndef d() -> None: ...\nclass E: ..."))
    ['A', 'E', 'F', 'b', 'd']
    """
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            targets = [part for target in node.targets for part in ast.walk(target)]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return {name for name in names if not name.startswith("_")}


def repeated_names(sources: dict[str, str]) -> dict[str, list[str]]:
    """The public names that more than one module defines, with these modules."""
    modules: dict[str, list[str]] = defaultdict(list)
    for module, source in sorted(sources.items()):
        for name in public_names(source):
            modules[name].append(module)
    return {
        name: found
        for name, found in sorted(modules.items())
        if len(found) > 1 and name not in SHARED_NAMES
    }


def long_functions(source: str) -> list[str]:
    """The functions of a source that have too many lines, their docstrings left out."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            docstring = ast.get_docstring(node, clean=False)
            lines = (node.end_lineno or 0) - node.lineno + 1
            lines -= docstring.count("\n") + 1 if docstring else 0
            found += [f"{node.name}: {lines} lines"] if lines > MAX_FUNCTION_LINES else []
    return found


@pytest.mark.parametrize("folder", ["designer", "service", "tests", "benchmarks"])
def test_files_and_functions_are_short(folder: str) -> None:
    """A reader has a file on a few screens and a function on one."""
    paths = [path for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts]
    sources = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}
    assert [name for name, text in sources.items() if text.count("\n") > MAX_FILE_LINES] == []
    assert {name: long for name, text in sources.items() if (long := long_functions(text))} == {}


def test_a_long_function_is_found() -> None:
    """The check refuses what it names."""
    body = "\n".join("    pass" for _ in range(MAX_FUNCTION_LINES))
    assert long_functions(f"def long():\n{body}") == [f"long: {MAX_FUNCTION_LINES + 1} lines"]
    assert long_functions(f"def short():\n{body}"[: -len("    pass")]) == []


@pytest.mark.parametrize("package", ["designer", "service"])
def test_the_top_of_a_package_is_short(package: str) -> None:
    """A reader sees the parts of a package at one glance."""
    assert len(entries(ROOT / package)) <= MOST_ENTRIES


def test_a_public_name_stands_in_one_module() -> None:
    """A name identifies one class, function or constant."""
    sources = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for package in ("designer", "service")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "gunicorn.conf.py"  # gunicorn fixes the names of its settings
    }
    assert repeated_names(sources) == {}


def test_a_repeated_name_is_found() -> None:
    """The check refuses what it names."""
    sources = {"a.py": "class Network: ...", "b.py": "Network = dict", "c.py": "_Network = 1"}
    assert repeated_names(sources) == {"Network": ["a.py", "b.py"]}
