"""Syntax trees are built by one thread at a time, since CPython counts depth per interpreter."""

from __future__ import annotations

import ast
import re
import threading
import time
from pathlib import Path

import pytest

from designer.source.syntax_tree import parse_python

DESIGNER = Path(__file__).parents[2] / "designer"


def test_no_two_threads_build_a_tree_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of eight concurrent threads one parses at a time, and all get their tree."""
    inside, most, served = [0], [0], []
    parse = ast.parse

    def watched(text: str) -> ast.Module:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.005)
        inside[0] -= 1
        return parse(text)

    monkeypatch.setattr(ast, "parse", watched)
    threads = [
        threading.Thread(target=lambda: served.append(parse_python("import torch")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most[0], len(served)) == (1, 8)


def test_trees_are_built_in_one_place() -> None:
    """A call of ``ast.parse`` elsewhere would bypass the lock."""
    callers = [
        path.name
        for path in DESIGNER.rglob("*.py")
        if re.search(r"\bast\.parse\(|PyCF_ONLY_AST", path.read_text())
        and path.parent.name != "tracer"  # runs in a process of its own, with one thread
    ]
    assert callers == ["syntax_tree.py"]
