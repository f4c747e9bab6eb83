"""What of a text is run, without training loops, lines of a notebook, and prints of Python 2.

The lines keep their numbers.
"""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

MAX_SKIPPED_LINES = 200
"""Maximum number of lines that are skipped because only a notebook understands them."""

_MAGIC = re.compile(
    r"^(?P<indent>\s*)(?:[%!].*|[\w.]+\?{1,2}\s*$|\?{1,2}[\w.]+\s*$|print\s+[^\s(=].*)"
)
_ASSIGNED_MAGIC = re.compile(r"^(?P<start>\s*[\w, ]+=\s*)[%!].*$")
_TRAINING_CALLS = frozenset({"backward", "zero_grad", "manual_backward"})
_FORWARD_NAMES = frozenset({"__init__", "forward", "__call__"})


REQUIRE = "__require__"
"""The function that imports a package without a stand-in."""


def parse_program(text: str, file: str) -> ast.Module:
    r"""The syntax tree of what is run, without magics and training loops.

    Relative imports become absolute, starting from the folder of ``file``.

    >>> ast.unparse(parse_program("%matplotlib inline\nfrom .blocks import Up", "net/model.py"))
    'pass\nfrom net.blocks import Up'

    Raises:
        SyntaxError: if the text is not Python, apart from lines of a notebook.
    """
    tree = _parse_without_magics(text, file)
    _Reduction(PurePosixPath(file).parts[:-1]).reduce(tree)
    return tree


def imported_names(tree: ast.Module) -> set[str]:
    """The names of the modules that a text imports, and of what it imports from them.

    >>> sorted(imported_names(ast.parse("from net import blocks")))
    ['net', 'net.blocks']
    """
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _parse_without_magics(text: str, file: str) -> ast.Module:
    lines = text.split("\n")
    for _ in range(MAX_SKIPPED_LINES):
        try:
            return ast.parse("\n".join(lines), file)
        except SyntaxError as error:
            place = _magic_line(lines, error.lineno)
            if place is None:
                raise
            _skip_line(lines, place)
    return ast.parse("\n".join(lines), file)


def _magic_line(lines: list[str], reported: int | None) -> int | None:
    """Index of the line with a magic at the reported line number or just before it."""
    for number in (reported or 0, (reported or 0) - 1):
        if 0 < number <= len(lines):
            line = lines[number - 1]
            if _MAGIC.match(line) or _ASSIGNED_MAGIC.match(line):
                return number - 1
    return None


def _skip_line(lines: list[str], place: int) -> None:
    """Replace a magic, with the lines that it is continued on."""
    last = place
    while lines[last].rstrip().endswith("\\") and last + 1 < len(lines):
        last += 1
    assigned = _ASSIGNED_MAGIC.match(lines[place])
    indent = len(lines[place]) - len(lines[place].lstrip())
    lines[place] = f"{assigned['start']}None" if assigned else f"{' ' * indent}pass"
    lines[place + 1 : last + 1] = [""] * (last - place)


class _Reduction:
    """Changes the statements of a tree; expressions stay, and are not looked at."""

    def __init__(self, folders: tuple[str, ...]) -> None:
        self._folders = folders

    def reduce(self, node: ast.AST) -> None:
        """Change the statements inside a node."""
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inside = getattr(node, name, None)
            if isinstance(inside, list):
                inside[:] = [each for part in inside for each in self._changed(part)]

    def _changed(self, node: ast.AST) -> list[ast.AST]:
        """What a statement becomes: loops that train or never end ``pass``, imports absolute.

        The methods that a network runs in stay.
        """
        if isinstance(node, ast.For | ast.While) and _is_left_out(node):
            return [ast.copy_location(ast.Pass(), node)]
        if isinstance(node, ast.ImportFrom) and node.level:
            return [self._absolute(node)]
        if not isinstance(node, ast.FunctionDef) or node.name not in _FORWARD_NAMES:
            self.reduce(node)
        if isinstance(node, ast.Try) and any(map(_handles_imports, node.handlers)):
            node.body = [each for statement in node.body for each in _required(statement)]
        return [node]

    def _absolute(self, node: ast.ImportFrom) -> ast.stmt:
        """A relative import, starting from the folder of the file."""
        start = self._folders[: max(0, len(self._folders) - node.level + 1)]
        module = ".".join([*start, *filter(None, [node.module])])
        if module:
            return ast.copy_location(ast.ImportFrom(module, node.names, 0), node)
        return ast.copy_location(ast.Import(node.names), node)


def _is_left_out(node: ast.For | ast.While) -> bool:
    """Whether a loop never ends, or trains."""
    endless = isinstance(node, ast.While) and _is_endless(node)
    return endless or any(_is_training_call(each) for each in ast.walk(node))


def _is_endless(node: ast.While) -> bool:
    """Whether a loop has no condition and nothing that leaves it."""
    leaves = any(isinstance(each, ast.Break | ast.Return | ast.Raise) for each in ast.walk(node))
    return isinstance(node.test, ast.Constant) and bool(node.test.value) and not leaves


def _is_training_call(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _TRAINING_CALLS
    )


def _handles_imports(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    names = (
        [""]
        if caught is None
        else [each.id for each in ast.walk(caught) if isinstance(each, ast.Name)]
    )
    return any(name in ("", "ImportError", "ModuleNotFoundError", "Exception") for name in names)


def _required(statement: ast.stmt) -> list[ast.stmt]:
    """An import, after calls that fail if its packages are missing; any other statement as it is."""
    names = []
    if isinstance(statement, ast.Import):
        names = [alias.name for alias in statement.names]
    elif isinstance(statement, ast.ImportFrom) and statement.module:
        names = [statement.module]
    calls: list[ast.stmt] = [
        ast.Expr(ast.Call(ast.Name(REQUIRE, ast.Load()), [ast.Constant(name)], []))
        for name in names
    ]
    located = [ast.fix_missing_locations(ast.copy_location(call, statement)) for call in calls]
    return [*located, statement]
