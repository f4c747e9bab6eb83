"""Import rules: the order of the packages, and who may import torch.

Each rule is a function from sources to violations, and a test shows that it reports one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

IMPORT_ORDER = [
    "reasons",
    "errors",
    "version",
    "validation",
    "geometry",
    "brief",
    "chains",
    "networks",
    "source",
    "pictures",
    "verification",
    "layer",
    "audit",
    "bundle",
    "pipeline",
    "commands",
    "cli",
    "__main__",
]
"""The subpackages of designer: each may import those before it."""

SERVICE_IMPORT_ORDER = [
    "settings",
    "problems",
    "cache",
    "http",
    "access",
    "observability",
    "designs",
    "jobs",
    "schemas",
    "openapi",
    "web",
    "views",
    "app",
    "wsgi",
    "commands",
    "gunicorn",
]
"""The subpackages and modules of service, in the same way; the last one is gunicorn.conf.py."""

PROBE = "designer.verification.probe"
TRACER = "designer.verification.tracer"
TRAINER = "designer.verification.trainer"
TORCH_PACKAGES = (PROBE, TRACER, TRAINER)
"""The packages that may import torch."""

TORCH_HOST = "designer.verification.fork_server"
"""The one module that may import them: the program of the verifying process."""


def python_files(folder: Path) -> dict[str, str]:
    """Source of each module below ``folder``, by dotted name such as designer.chains.search."""
    return {
        ".".join(path.relative_to(folder.parent).with_suffix("").parts).removesuffix(".__init__"): (
            path.read_text()
        )
        for path in sorted(folder.rglob("*.py"))
    }


def imported_modules(source: str) -> set[str]:
    """Every module that a source imports, at any depth.

    ``from designer.validation import limits`` gives designer.validation.limits only; a name that may be a module or not,
    as in ``from designer.errors import NoChain``, is listed along with its module.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {node.module or ""} if "." in (node.module or "") else set()
    return found


def subpackage(module: str) -> str:
    """The subpackage of a module: ``chains`` for designer.chains.search, empty for designer."""
    return module.split(".")[1] if "." in module else ""


def upward_imports(
    sources: dict[str, str], order: list[str], *, package: str = "designer"
) -> list[str]:
    """Imports of a subpackage that comes after the importer's, or is missing from the order."""
    rank = {name: place for place, name in enumerate(["", *order])}
    rank[""] = len(order)  # the package itself may import from all its subpackages
    return [
        f"{module} imports {other}"
        for module, source in sources.items()
        for other in sorted(imported_modules(source))
        if other.split(".")[0] == package
        and subpackage(other) != subpackage(module)
        and rank.get(subpackage(other), len(order)) >= rank[subpackage(module)]
    ]


def foreign_imports(sources: dict[str, str], *, forbidden: tuple[str, ...]) -> list[str]:
    """Imports of a forbidden package."""
    return [
        f"{module} imports {other}"
        for module, source in sources.items()
        for other in sorted(imported_modules(source))
        if other.split(".")[0] in forbidden
    ]


def is_inside(module: str, package: str) -> bool:
    """Whether a dotted name is a package or in it."""
    return f"{module}.".startswith(f"{package}.")


def importers_of(package: str, sources: dict[str, str]) -> set[str]:
    """The modules that import a package or anything in it."""
    return {
        module
        for module, source in sources.items()
        if any(is_inside(other, package) for other in imported_modules(source))
    }


def nested_imports(sources: dict[str, str]) -> list[str]:
    """Imports inside a function, a class or an ``if``, which hide cycles or heavy packages."""

    def below(node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            yield child
            yield from below(child)

    return [
        f"{module} imports on line {late_import.lineno}"
        for module, source in sources.items()
        for statement in ast.parse(source).body
        for late_import in below(statement)
        if isinstance(late_import, ast.Import | ast.ImportFrom)
    ]


def import_cycles(sources: dict[str, str]) -> list[str]:
    """Modules that import themselves through others."""
    graph = {
        module: imported_modules(source) & sources.keys() for module, source in sources.items()
    }

    def reachable(start: str) -> set[str]:
        seen: set[str] = set()
        todo = list(graph[start])
        while todo:
            module = todo.pop()
            if module not in seen:
                seen.add(module)
                todo += graph[module]
        return seen

    return [module for module in graph if module in reachable(module)]


DESIGNER = python_files(ROOT / "designer")
SERVICE = python_files(ROOT / "service")


def test_every_subpackage_is_in_the_import_order() -> None:
    """The two orders list exactly the existing subpackages."""
    assert {subpackage(module) for module in DESIGNER} - {""} == set(IMPORT_ORDER)
    assert {subpackage(module) for module in SERVICE} - {""} == set(SERVICE_IMPORT_ORDER)


def test_designer_imports_only_downwards() -> None:
    """A subpackage imports only those before it."""
    assert upward_imports(DESIGNER, IMPORT_ORDER) == []


def test_service_imports_only_downwards() -> None:
    """A subpackage of service imports only those before it."""
    assert upward_imports(SERVICE, SERVICE_IMPORT_ORDER, package="service") == []


def test_designer_does_not_import_the_service() -> None:
    """The library does not depend on HTTP."""
    foreign_packages = ("service", "flask", "flask_smorest", "marshmallow", "werkzeug", "gunicorn")
    assert foreign_imports(DESIGNER, forbidden=foreign_packages) == []


def modules_without_torch() -> dict[str, str]:
    """The modules outside the packages that may import torch."""
    return {
        name: text
        for name, text in DESIGNER.items()
        if not any(is_inside(name, package) for package in TORCH_PACKAGES)
    }


def test_only_the_packages_of_the_verifying_process_import_torch() -> None:
    """All other modules start in milliseconds."""
    others = modules_without_torch()
    assert foreign_imports(others | SERVICE, forbidden=("torch",)) == []


def test_only_the_verifying_process_imports_the_probe() -> None:
    """An import of the probe, the tracer or the trainer imports torch, too."""
    for package in TORCH_PACKAGES:
        assert importers_of(package, modules_without_torch() | SERVICE) == {TORCH_HOST}


def test_imports_are_at_the_top_of_the_module() -> None:
    """There are no late imports and no TYPE_CHECKING blocks."""
    assert nested_imports(DESIGNER | SERVICE) == []


@pytest.mark.parametrize("sources", [DESIGNER, SERVICE], ids=["designer", "service"])
def test_there_are_no_import_cycles(sources: dict[str, str]) -> None:
    """Inside a subpackage imports go one way, too."""
    assert import_cycles(sources) == []


@pytest.mark.parametrize(
    ("rule", "sources", "violation"),
    [
        (
            lambda sources: upward_imports(sources, ["low", "high"]),
            {"designer.low": "from designer.high import roof", "designer.high": ""},
            "designer.low imports designer.high",
        ),
        (
            lambda sources: upward_imports(sources, ["low", "high"]),
            {"designer.low": "from designer import high"},
            "designer.low imports designer.high",
        ),
        (
            lambda sources: upward_imports(sources, ["low", "high"], package="service"),
            {"service.low": "from service.high import limit"},
            "service.low imports service.high",
        ),
        (
            lambda sources: upward_imports(sources, ["low"]),
            {"designer.low": "from designer import Brief"},
            "designer.low imports designer.Brief",
        ),
        (
            lambda sources: upward_imports(sources, ["low"]),
            {"designer.low.part": "import designer.unplaced"},
            "designer.low.part imports designer.unplaced",
        ),
        (
            lambda sources: foreign_imports(sources, forbidden=("torch",)),
            {"designer.low": "def late() -> None:\n    from torch import nn"},
            "designer.low imports torch.nn",
        ),
        (
            lambda sources: sorted(importers_of(PROBE, sources)),
            {"designer.low": "from designer.verification.probe import run_job"},
            "designer.low",
        ),
        (
            nested_imports,
            {"designer.low": "if TYPE_CHECKING:\n    import json"},
            "designer.low imports on line 2",
        ),
        (
            import_cycles,
            {"designer.a": "import designer.b", "designer.b": "from designer.a import x"},
            "designer.a",
        ),
    ],
)
def test_each_rule_reports_a_violation(
    rule: Callable[[dict[str, str]], list[str]], sources: dict[str, str], violation: str
) -> None:
    """A rule that accepts everything protects nothing."""
    assert violation in rule(sources)
