"""Where the numbers of a layer stand in the text: its own argument, or what the argument comes from.

A name leads to its assignment, to a default, to the call that passes it, to the list that a loop runs over,
or to a holder of settings: a dictionary, a class, keyword arguments, the defaults of a command line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from designer.source.syntax_tree import parse_python

MAX_SITES = 64
MAX_STEPS_BACK = 12

ExpressionSpan = tuple[int, ...]
"""First line, last line, first column and end column of an expression."""


@dataclass(frozen=True, slots=True)
class NumberSite:
    """A whole number in a file."""

    file: str
    node: ast.Constant

    @property
    def value(self) -> int:
        """The number."""
        assert isinstance(self.node.value, int)
        return self.node.value


@dataclass(frozen=True, slots=True)
class MakingCall:
    """A call that makes a module, or that runs the code which does: its file and span."""

    file: str
    span: ExpressionSpan


class SourceIndex:
    """The syntax trees of the files, with what is found in them by place and by name."""

    def __init__(self, files: dict[str, str]) -> None:
        self._trees = {file: _parsed(text) for file, text in files.items()}
        self._files = {node: file for file, tree in self._trees.items() for node in ast.walk(tree)}
        self._parents = {
            child: node for node in self._files for child in ast.iter_child_nodes(node)
        }

    def call_at(self, where: MakingCall) -> ast.Call | None:
        """The call with a span, None if there is none."""
        for node, file in self._files.items():
            if file == where.file and isinstance(node, ast.Call) and _span(node) == where.span:
                return node
        return None

    def nodes_at(self, where: tuple[str, ExpressionSpan]) -> Iterator[ast.AST]:
        """The expressions and statements with a file and a span."""
        file, span = where
        for node, own in self._files.items():
            if own == file and isinstance(node, ast.expr | ast.stmt) and _span(node) == span:
                yield node

    def file_of(self, node: ast.AST) -> str:
        """The file of a node."""
        return self._files[node]

    def sites(self, expression: ast.expr, calls: Sequence[MakingCall]) -> list[NumberSite]:
        """The numbers that an expression comes from, nearest first.

        ``calls`` starts with the call that has the expression as an argument; each further one runs the code of
        the one before it.
        """
        found: dict[tuple[str, ExpressionSpan], NumberSite] = {}
        for site in islice(_Search(self, calls).numbers(expression, 0, 0), 4 * MAX_SITES):
            found.setdefault((site.file, _span(site.node)), site)
        return [*found.values()][:MAX_SITES]

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that directly contains another one."""
        return self._parents.get(node)

    def enclosing(self, node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> ast.AST | None:
        """The innermost node of one of the kinds around a node."""
        current = self._parents.get(node)
        while current is not None and not isinstance(current, kinds):
            current = self._parents.get(current)
        return current

    def nodes(self) -> Iterator[ast.AST]:
        """All nodes of all files."""
        return iter(self._files)


class _Search:
    def __init__(self, index: SourceIndex, calls: Sequence[MakingCall]) -> None:
        self._index = index
        self._calls = calls
        self._seen: set[tuple[int, int]] = set()

    def numbers(self, node: ast.AST | None, level: int, depth: int) -> Iterator[NumberSite]:
        """The numbers under a node that is evaluated in the code of a call."""
        if node is None or depth > MAX_STEPS_BACK or (id(node), level) in self._seen:
            return
        self._seen.add((id(node), level))
        if isinstance(node, ast.Constant):
            if type(node.value) is int:
                yield NumberSite(self._index.file_of(node), node)
        elif isinstance(node, ast.Name):
            yield from self._of_name(node, level, depth + 1)
        elif isinstance(node, ast.Attribute):
            yield from self._of_attribute(node, level, depth + 1)
        elif isinstance(node, ast.Subscript):
            yield from self._of_key(node, level, depth + 1)
            yield from self.numbers(node.value, level, depth + 1)
        else:
            for child in ast.iter_child_nodes(node):
                yield from self.numbers(child, level, depth + 1)

    def _of_name(self, name: ast.Name, level: int, depth: int) -> Iterator[NumberSite]:
        function = self._index.enclosing(name, (ast.FunctionDef, ast.Lambda))
        if isinstance(function, ast.FunctionDef):
            for value in _assigned_values(function, name.id):
                yield from self.numbers(value, level, depth)
            if name.id in _parameter_names(function):
                yield from self._of_parameter(function, name.id, level, depth)
                return
        for node in self._index.nodes():
            if isinstance(node, ast.Module):
                for value in _assigned_values(node, name.id):
                    yield from self.numbers(value, len(self._calls) - 1, depth)

    def _of_parameter(
        self, function: ast.FunctionDef, name: str, level: int, depth: int
    ) -> Iterator[NumberSite]:
        if level + 1 < len(self._calls):
            call = self._index.call_at(self._calls[level + 1])
            passed = call and _passed_argument(function, call, name)
            if passed is not None:
                yield from self.numbers(passed, level + 1, depth)
                return
        yield from self.numbers(_default_of(function, name), level, depth)

    def _of_attribute(self, node: ast.Attribute, level: int, depth: int) -> Iterator[NumberSite]:
        for other in self._index.nodes():
            for target, value in _assignments(other):
                if isinstance(target, ast.Attribute) and target.attr == node.attr:
                    yield from self.numbers(value, level, depth)
        yield from self._of_setting(node.attr, level, depth)

    def _of_key(self, node: ast.Subscript, level: int, depth: int) -> Iterator[NumberSite]:
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            yield from self._of_setting(node.slice.value, level, depth)

    def _of_setting(self, name: str, level: int, depth: int) -> Iterator[NumberSite]:
        """The values under a name in dictionaries, classes, keyword arguments and command lines."""
        for node in self._index.nodes():
            for value in _setting_values(node, name):
                yield from self.numbers(value, level, depth)


def _parsed(text: str) -> ast.Module:
    try:
        return parse_python(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _span(node: ast.expr | ast.stmt) -> ExpressionSpan:
    return (node.lineno, node.end_lineno or 0, node.col_offset, node.end_col_offset or 0)


def _assigned_values(scope: ast.FunctionDef | ast.Module, name: str) -> Iterator[ast.expr]:
    """What a name is assigned in a scope, and what its loops run over."""
    nodes = ast.walk(scope) if isinstance(scope, ast.FunctionDef) else iter(scope.body)
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target, value in _assignments(node):
                if name in _target_names(target):
                    yield value
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            if name in _target_names(node.target) and node.value is not None:
                yield node.value
        elif isinstance(node, ast.For | ast.comprehension) and name in _target_names(node.target):
            yield node.iter


def _assignments(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The targets of an assignment with their values; those of a tuple one by one."""
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        value = node.value
        pairs: list[tuple[ast.expr, ast.expr]] = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = [*zip(target.elts, value.elts, strict=False)]
        yield from pairs


def _target_names(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _parameter_names(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _passed_argument(function: ast.FunctionDef, call: ast.Call, name: str) -> ast.expr | None:
    """The argument of a call for a parameter; a method's first parameter is not passed."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    positional = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    positional = positional[1:] if positional[:1] in (["self"], ["cls"]) else positional
    if name not in positional:
        return None
    place = positional.index(name)
    given = call.args[: place + 1]
    return (
        given[place]
        if len(given) > place and not any(isinstance(arg, ast.Starred) for arg in given)
        else None
    )


def _default_of(function: ast.FunctionDef, name: str) -> ast.expr | None:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(
        zip([each.arg for each in positional][::-1], arguments.defaults[::-1], strict=False)
    )
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            defaults[argument.arg] = default
    return defaults.get(name)


def _setting_values(node: ast.AST, name: str) -> Iterator[ast.expr]:
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == name:
                yield value
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == name:
                yield keyword.value
        flags = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        if any(
            isinstance(flag, str) and flag.lstrip("-").replace("-", "_") == name for flag in flags
        ):
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "default")
    elif isinstance(node, ast.ClassDef):
        for statement in node.body:
            if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
                targets = (
                    statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                )
                if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    yield statement.value
