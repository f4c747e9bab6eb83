"""Checks of a source that do not run it: digest, syntax, imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from hashlib import sha256

from designer.source.syntax_tree import parse_python
from designer.verification.receipt import Check

_BUILTINS = {
    "super",
    "int",
    "float",
    "bool",
    "range",
    "min",
    "max",
    "isinstance",
    "len",
    "tuple",
    "list",
    "zip",
}
_MODULES = {"torch", "nn"}


def check_text(text: str, stated_sha256: str) -> Iterator[Check]:
    """The digest is the stated one, the text compiles, and it imports torch alone."""
    found = text_sha256(text)
    yield Check(
        name="text.sha256",
        passed=found == stated_sha256,
        predicted=stated_sha256,
        measured=found,
    )
    tree = parse_or_none(text)
    yield Check(
        name="text.compiles",
        passed=tree is not None,
        predicted=True,
        measured=tree is not None,
    )
    packages = sorted(_imported_packages(tree)) if tree is not None else []
    yield Check(
        name="text.imports",
        passed=packages == ["torch"] if tree is not None else None,
        predicted=["torch"],
        measured=packages,
        detail="" if tree is not None else "the source does not compile",
    )


def text_sha256(text: str) -> str:
    """Hexadecimal SHA-256 of the text's UTF-8 bytes."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def parse_or_none(text: str) -> ast.Module | None:
    """The syntax tree of a text, or None if it does not compile."""
    try:
        compile(text, "model.py", "exec", dont_inherit=True)
        return parse_python(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imported_packages(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or ".").split(".")[0])
    return found


def is_plain_source(text: str) -> bool:
    r"""Whether a text uses only what rendered sources use, so that its worker may be reused.

    That is: imports of torch, classes, functions and a few builtins; no private attribute but
    ``__init__``; no assignment to an attribute of anything but ``self``.

    >>> is_plain_source("import torch\nfrom torch import nn\nprint(open('x'))")
    False
    """
    tree = parse_or_none(text)
    if tree is None or not _imported_packages(tree) <= {"torch"}:
        return False
    known = _BUILTINS | _MODULES | _defined_names(tree)
    return all(_is_plain_node(node, known) for node in ast.walk(tree))


def _defined_names(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found - _MODULES


def _is_plain_node(node: ast.AST, known: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in known and (isinstance(node.ctx, ast.Load) or node.id not in _MODULES)
    if isinstance(node, ast.Attribute):
        ours = isinstance(node.value, ast.Name) and node.value.id == "self"
        private = node.attr.startswith("_") and node.attr != "__init__"
        return not private and (isinstance(node.ctx, ast.Load) or ours)
    return not isinstance(
        node, ast.While | ast.Global | ast.Nonlocal | ast.AsyncFunctionDef | ast.Await | ast.Delete
    )
