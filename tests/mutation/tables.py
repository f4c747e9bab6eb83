"""The two tables of the gate: which tests judge which modules, and the equivalent mutants."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TARGETS, EQUIVALENTS = "targets.json", "equivalents.json"
"""Files in the folder ``tests/mutation`` of a project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Modules, as patterns of paths, and the arguments of pytest for the tests that judge them.

    ``packages`` are imported once, before any process is forked.
    """

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    packages: tuple[str, ...] = ()

    def paths(self, root: Path) -> Iterator[str]:
        """The modules, relative to the root of the project."""
        for pattern in self.modules:
            found = sorted(root.glob(pattern))
            assert found, f"no module is {pattern}"
            yield from (str(path.relative_to(root)) for path in found)


def read_targets(root: Path) -> list[Target]:
    """The targets of a project, in the order of its table."""
    table = json.loads((root / "tests" / "mutation" / TARGETS).read_text(encoding="utf-8"))
    return [
        Target(name=name, **{field: tuple(values) for field, values in row.items()})
        for name, row in table.items()
    ]


def read_equivalents(root: Path) -> Mapping[str, str]:
    """By key of a mutant, the reason why no test can tell it from the program."""
    table = json.loads((root / "tests" / "mutation" / EQUIVALENTS).read_text(encoding="utf-8"))
    reasons: dict[str, str] = {}
    for row in table:
        for key in row["mutants"]:
            assert key not in reasons, f"listed twice: {key}"
            reasons[key] = row["reason"]
    return reasons
