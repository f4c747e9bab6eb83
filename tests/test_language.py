"""No private vocabulary: no file and no file name has a word that only this project would use.

``docs/glossary.md`` defines the terms of the project. The changelog and the decisions keep the
words of their time.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STORES = ROOT / "service" / "jobs" / "store"

BANNED_WORDS = (
    *(
        "shelf",
        "shelves",
        "workshop",
        "desk",
        "household",
        "furnish",
        "furnished",
        "told",
        "dressed",
    ),
    *("wish", "wishes", "standing", "keeper", "keepers", "the house", "room", "rooms", "walls"),
    *("whoever", "nobody", "somebody", "anew", "riddle", "complaint", "complaints", "a while"),
    *("nothing lives here", "opens nothing", "leads nowhere", "says nothing that can be"),
    *("predicted to be dear", "too dear"),
)
"""Words and phrases, in any case, as whole words of prose or as parts of an identifier."""

BANNED_IDENTIFIERS = frozenset(
    (
        *("Again", "Finished", "Flight", "Standing", "STANDING", "Leave", "Place", "Rest", "Way"),
        *("Ways", "Guard", "join_jobs", "refuse_chainless", "ending", "pointing", "patience"),
        *("PATIENCE_S", "networks_of", "TRIPLE", "past", "asked", "growing", "holding", "leaving"),
    )
)
"""Identifiers, leading underscores left out; as words of prose most of them are plain English."""

BANNED_FILE_NAMES = (
    *("patience", "past", "watch", "asked", "growing", "holding", "leaving", "kinds", "standing"),
    *("shelf", "workshop", "desk", "flight", "keeper", "complaint", "pointing"),
)
"""Names of files without their suffix, and of folders."""

STORED_NAMES = re.compile(r"\b(?:wish|room)(?= (?:TEXT|= \?)|[,\"])|:wish:")
"""Columns and keys of stored jobs, which keep their names (docs/decisions/0009)."""

TEXT_SUFFIXES = {".py", ".md", ".toml", ".yml", ".yaml", ".mjs", ".js", ".css", ".html", ".txt"}
TOP_LEVEL = ("designer", "service", "tests", "docs", "benchmarks", ".ci")
LEFT_OUT = ("node_modules", "__pycache__", "data", "decisions", "swagger-ui")


def project_files() -> Iterator[Path]:
    """Every text of the project but published data, vendored files, decisions and this test."""
    for folder in TOP_LEVEL:
        for path in sorted((ROOT / folder).rglob("*")):
            inside = path.relative_to(ROOT)
            if path.is_file() and not set(inside.parts) & set(LEFT_OUT) and path != Path(__file__):
                yield path
    yield from (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "Makefile", "Dockerfile"))
    yield from (ROOT / name for name in ("openapi.yaml", "pyproject.toml", "docker-compose.yml"))


def own_text(path: Path) -> str:
    """The text of a file; in the stores of jobs, without the names of stored data."""
    text = path.read_text(encoding="utf-8")
    return STORED_NAMES.sub("", text) if path.parent == STORES else text


def spaced(text: str) -> str:
    """A text with the parts of its identifiers as words.

    >>> spaced("told_to_end(DeskKeeper)")
    'told to end(Desk Keeper)'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text.replace("_", " "))


WORDS = re.compile(rf"\b(?:{'|'.join(BANNED_WORDS)})\b", re.IGNORECASE)


def identifiers(source: str) -> set[str]:
    r"""Every name in a Python source: variables, attributes, arguments, definitions, imports.

    >>> sorted(identifiers("from a import B as c\ndef d(e): f.g(h=1)"))
    ['B', 'c', 'd', 'e', 'f', 'g', 'h']
    """
    found: set[str | None] = set()
    for node in ast.walk(ast.parse(source)):
        for field in ("id", "attr", "arg", "name", "asname"):
            value = getattr(node, field, None)
            found.add(value if isinstance(value, str) else None)
    return {name for name in found if name}


def banned_in(text: str, *, code: bool) -> list[str]:
    """Every banned word of a text with its line, and of a Python source every banned identifier."""
    words = [
        f"line {number}: {found[0]}"
        for number, line in enumerate(text.splitlines(), start=1)
        for found in WORDS.finditer(spaced(line))
    ]
    names = identifiers(text) if code else set()
    return words + sorted(name for name in names if name.lstrip("_") in BANNED_IDENTIFIERS)


def test_no_file_has_a_banned_word() -> None:
    """Neither prose nor identifiers use the private vocabulary of the first release."""
    found = {
        str(path.relative_to(ROOT)): banned
        for path in project_files()
        if path.suffix in TEXT_SUFFIXES | {""}
        if (banned := banned_in(own_text(path), code=path.suffix == ".py"))
    }
    assert found == {}


def test_no_file_has_a_banned_name() -> None:
    """File names say what a file holds."""
    names = {
        str(path.relative_to(ROOT)): sorted(banned)
        for path in project_files()
        if (banned := {*path.relative_to(ROOT).with_suffix("").parts} & {*BANNED_FILE_NAMES})
    }
    assert names == {}


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("'The Shelf of designs.'", "line 1: Shelf"),
        ("def told_by_torch() -> None: ...", "line 1: told"),
        ("class DeskKeeper: ...", "line 1: Desk"),
        ("# Nobody waits.", "line 1: Nobody"),
        ("'It is predicted to be dear.'", "line 1: predicted to be dear"),
        ("class Rest: ...", "Rest"),
        ("from solver import Rest", "Rest"),
        ("isinstance(state, Place)", "Place"),
        ("self.ending = 3", "ending"),
        ("def _refuse_chainless(): ...", "_refuse_chainless"),
        ("way: Way = first()", "Way"),
    ],
)
def test_a_banned_word_is_found(line: str, word: str) -> None:
    """The check refuses what it names."""
    assert word in banned_in(line, code=True)


@pytest.mark.parametrize(
    "line", ["# the rest of the chain", "headroom = 1", "outstanding = 1", "'Way out'"]
)
def test_plain_english_passes(line: str) -> None:
    """Ordinary words that contain a banned one are accepted."""
    assert banned_in(line, code=True) == []
