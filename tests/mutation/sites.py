"""The mutants of a module: where a fault is planted, and the code of the module that has it.

Left out are docstrings, annotations, decorators, unions of types, and what never acts in a correct
program: assertions, ``strict=True`` and the bodies of abstract methods.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import CodeType

from tests.mutation.operators import faults

MODULE_LEVEL = "<module>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One fault in a module.

    ``number`` is its place among the module's mutants. ``function`` is the qualified name of the
    outermost function, or of the class, that has it; ``first_line`` is where the code of that
    function begins, None for code that runs when the module is imported. ``copy`` counts mutants
    of one function that read alike.
    """

    module: str
    number: int
    function: str
    first_line: int | None
    line: int
    operator: str
    before: str
    after: str
    copy: int = 1

    @property
    def key(self) -> str:
        """The name of the mutant; it has no number of a line, which changes with every edit."""
        copy = f" ({self.copy})" if self.copy > 1 else ""
        return f"{self.module} {self.function}: {self.before} -> {self.after}{copy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """The outermost function, or the class, that a node is in."""

    name: str = MODULE_LEVEL
    first_line: int | None = None

    def inside(self, node: ast.AST) -> _Scope:
        """The scope of the body of a node."""
        if self.first_line is not None:
            return self
        prefix = "" if self.name == MODULE_LEVEL else f"{self.name}."
        if isinstance(node, ast.ClassDef):
            return _Scope(name=f"{prefix}{node.name}")
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            return _Scope(name=f"{prefix}{node.name}", first_line=first)
        if isinstance(node, ast.Lambda):
            return _Scope(name=f"{prefix}<lambda>", first_line=node.lineno)
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """A node, and the field of its parent that has it."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    scope: _Scope

    def put(self, node: ast.AST) -> None:
        """Put a node in the place of this one."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node

    def texts(self, replacement: ast.AST) -> tuple[str, str]:
        """The code before and after; of a number, with the expression around it."""
        if not isinstance(self.node, ast.Constant) or isinstance(self.parent, ast.FormattedValue):
            return _first_line(self.node), _first_line(replacement)
        before = _first_line(self.parent)
        self.put(replacement)
        after = _first_line(self.parent)
        self.put(self.node)
        return before, after


def module_mutants(module: str, source: str) -> list[Mutant]:
    r"""Every mutant of a module, in the order of its text.

    >>> [mutant.key for mutant in module_mutants("m.py", "def f(a):\n    return a - 1")][:2]
    ['m.py f: return a - 1 -> return None', 'm.py f: a - 1 -> a + 1']
    """
    found: list[Mutant] = []
    copies: Counter[str] = Counter()
    for site, operator, replacement in _planted_faults(ast.parse(source)):
        before, after = site.texts(replacement)
        mutant = Mutant(
            module=module,
            number=len(found),
            function=site.scope.name,
            first_line=site.scope.first_line,
            line=getattr(site.node, "lineno", 0),
            operator=operator,
            before=before,
            after=after,
        )
        copies[mutant.key] += 1
        found.append(replace(mutant, copy=copies[mutant.key]))
    return found


def mutated_code(source: str, number: int, filename: str) -> CodeType:
    """The code of a module with its mutant of that number; None of it has run."""
    tree = ast.parse(source)
    for place, (site, _, replacement) in enumerate(_planted_faults(tree)):
        if place == number:
            site.put(replacement)
            break
    return compile(ast.fix_missing_locations(tree), filename, "exec", dont_inherit=True)


def _planted_faults(tree: ast.Module) -> Iterator[tuple[_Site, str, ast.AST]]:
    for site in _sites(tree, _Scope()):
        for operator, replacement in faults(site.node):
            yield site, operator, replacement


def _sites(parent: ast.AST, scope: _Scope) -> Iterator[_Site]:
    """The places below a node, from outside to inside and from top to bottom."""
    for field, value in ast.iter_fields(parent):
        inner = scope.inside(parent) if field == "body" else scope
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not _is_left_out(parent, field, node):
                yield _Site(node=node, parent=parent, field=field, index=index, scope=inner)
                yield from _sites(node, inner)


def _is_left_out(parent: ast.AST, field: str, node: ast.AST) -> bool:
    if field in ("decorator_list", "annotation", "returns") or isinstance(node, ast.Assert):
        return True
    if isinstance(node, ast.keyword):
        return node.arg == "strict"
    if isinstance(node, ast.Raise):
        return isinstance(node.exc, ast.Name | None) and "NotImplemented" in ast.dump(node)
    return _is_union(node) and (
        isinstance(parent, ast.Module | ast.Assign | ast.Subscript)
        or (isinstance(parent, ast.Call) and ast.unparse(parent.func) in ("isinstance", "cast"))
    )


def _is_union(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)


def _first_line(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node)).partition("\n")[0]
