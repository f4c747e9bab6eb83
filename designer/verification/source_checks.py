"""Checks of a source that do not run it: digest, compilation, imports, syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from hashlib import sha256

from designer.reasons import make_reason
from designer.source.syntax_tree import parse_python
from designer.verification.receipt import Check
from designer.verification.source_grammar import find_refused_line

NOT_COMPILED = make_reason("source_not_compiled")
"""Reason of a check that needs the syntax tree of a source without one."""


def check_text(text: str, stated_sha256: str) -> Iterator[Check]:
    """The digest is the stated one; the text compiles, imports torch alone, and is as if rendered."""
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
        reason=None if tree is not None else NOT_COMPILED,
    )
    refused = find_refused_line(text, tree) if tree is not None else None
    yield Check(
        name="text.syntax",
        passed=refused is None if tree is not None else None,
        measured=None if refused is None else refused.text,
        reason=NOT_COMPILED if tree is None else refused.reason if refused is not None else None,
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
