"""Runs a text statement by statement. A statement that fails is noted, and the next one runs."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from designer.verification.tracer.environment import usual_names
from designer.verification.tracer.imports import TextImports
from designer.verification.tracer.program_text import REQUIRE, imported_names, parse_program

Names = dict[str, Any]
"""Names of a module, with their values."""

Failure = (Exception, SystemExit, KeyboardInterrupt)
"""What a statement may raise without ending the run; a lack of memory ends it."""

MAX_CALLED_FUNCTIONS = 20
"""Maximum number of functions of the text whose statements are run one by one."""


@dataclass(frozen=True, slots=True)
class FailedStatement:
    """A statement that raised, its file, and the names that it could see."""

    node: ast.stmt
    file: str
    error: BaseException
    names: Names


class TextRun:
    """A text that is being run.

    ``scopes`` has the names of the last file and of each function whose statements were run one by
    one, ``trees`` the syntax tree of each file that was run, ``failed`` the statements that raised.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.trees: dict[str, ast.Module] = {}
        self.failed: list[FailedStatement] = []
        self.scopes: list[Names] = []
        self.imports = TextImports([*files], self._run_imported)
        self._called: list[FunctionType] = []

    def run_programs(self) -> None:
        """Run the files that no other file imports, in order, as programs.

        Raises:
            SyntaxError: if one is not Python.
        """
        self.imports.install()
        for file in self._programs():
            if file not in self.trees:
                self._run_program(file)

    def _programs(self) -> list[str]:
        """The files that no other file imports; all of them if each is imported."""
        if len(self.files) == 1:
            return [*self.files]
        parsed = {file: parse_program(text, file) for file, text in self.files.items()}
        imported = {
            self.imports.file_of(name)
            for file, tree in parsed.items()
            for name in imported_names(tree)
            if self.imports.file_of(name) != file
        }
        return [file for file in self.files if file not in imported] or [*self.files]

    def _run_program(self, file: str) -> None:
        module = ModuleType("__main__")
        module.__dict__.update(usual_names(), **{REQUIRE: self.imports.require})
        module.__file__ = file
        sys.modules["__main__"] = module
        self.trees[file] = parse_program(self.files[file], file)
        self.scopes.append(module.__dict__)
        self._run_statements(self.trees[file].body, module.__dict__, file)

    def _run_imported(self, path: str, module: ModuleType) -> None:
        """Run a file that another one imports; there, an error ends the import."""
        self.trees[path] = parse_program(self.files[path], path)
        module.__dict__[REQUIRE] = self.imports.require
        exec(compile(self.trees[path], path, "exec", dont_inherit=True), module.__dict__)

    def _run_statements(self, body: Sequence[ast.stmt], names: Names, file: str) -> None:
        for node in body:
            try:
                self._run_statement(node, names, file)
            except MemoryError:
                raise
            except Failure as error:
                self.failed.append(FailedStatement(node, file, error, names))

    def _run_statement(self, node: ast.stmt, names: Names, file: str) -> None:
        if isinstance(node, ast.If):
            chosen = node.body if _value(node.test, names, file) else node.orelse
            self._run_statements(chosen, names, file)
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = self._called_function(node.value, names, file)
            if function is not None:
                self._run_function(function, node.value, names, file)
                return
        if not isinstance(node, ast.Return):
            exec(_compiled(ast.Module([node], []), file, "exec"), names)

    def _called_function(self, call: ast.Call, names: Names, file: str) -> FunctionType | None:
        """The function of the text that a statement calls, for example ``main``."""
        if not isinstance(call.func, ast.Name):
            return None
        found = names.get(call.func.id)
        if not isinstance(found, FunctionType) or found.__code__.co_filename not in self.files:
            return None
        known = found in self._called or len(self._called) >= MAX_CALLED_FUNCTIONS
        return None if known or inspect.isgeneratorfunction(found) else found

    def _run_function(
        self, function: FunctionType, call: ast.Call, names: Names, file: str
    ) -> None:
        """Run the statements of a function one by one, in a copy of the names that it sees."""
        self._called.append(function)
        path = function.__code__.co_filename
        definition = self.definition_of(function)
        if definition is None:
            exec(_compiled(ast.Module([ast.Expr(call)], []), file, "exec"), names)
            return
        scope = {**function.__globals__, **self._arguments(function, call, names, file)}
        self.scopes.append(scope)
        self._run_statements(definition.body, scope, path)

    def definition_of(self, function: FunctionType) -> ast.FunctionDef | None:
        """The syntax tree of a function of the text; None for any other function."""
        path = function.__code__.co_filename
        for node in ast.walk(self.trees[path]) if path in self.trees else ():
            if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                if first == function.__code__.co_firstlineno:
                    return node
        return None

    def _arguments(self, function: FunctionType, call: ast.Call, names: Names, file: str) -> Names:
        """The arguments of a call; one that cannot be had is left out."""
        signature = inspect.signature(function)
        gathered = ast.Expression(ast.copy_location(_argument_collector(call), call))
        names = {**names, "__collect__": lambda *args, **kwargs: (args, kwargs)}
        try:
            args, kwargs = eval(_compiled(ast.fix_missing_locations(gathered), file, "eval"), names)
            bound = signature.bind_partial(*args, **kwargs)
        except Failure:
            bound = signature.bind_partial()
        bound.apply_defaults()
        return dict(bound.arguments)


def _argument_collector(call: ast.Call) -> ast.Call:
    return ast.Call(ast.Name("__collect__", ast.Load()), call.args, call.keywords)


def _value(node: ast.expr, names: Names, file: str) -> Any:  # noqa: ANN401
    return eval(_compiled(ast.Expression(node), file, "eval"), names)


def _compiled(node: Any, file: str, mode: str) -> Any:  # noqa: ANN401
    return compile(ast.fix_missing_locations(node), file, mode, dont_inherit=True)
