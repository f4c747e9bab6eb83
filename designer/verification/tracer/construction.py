"""How a network is made: the candidate, and the expressions that make one of a class."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType

from torch import nn

from designer.verification.tracer.execution import Failure, Names, TextRun
from designer.verification.tracer.made_modules import MadeModules
from designer.verification.tracer.text_lines import TextLine


@dataclass(slots=True, kw_only=True)
class NetworkCandidate:
    """A network that the text may mean.

    ``make`` returns it, or raises what the text raises. ``expression`` makes it, ``name`` is what
    the text calls it. ``rank`` is 0 for networks that the text makes, 1 for those inside another
    one, 2 for classes of which it makes none, 3 for classes that another one uses. ``is_named`` if the
    request names it.
    """

    class_name: str
    expression: str
    place: TextLine | None
    make: Callable[[], nn.Module]
    rank: int
    name: str | None = None
    part_of: str | None = None
    signature: str | None = None
    needs_arguments: bool = False
    is_named: bool = False


def is_text_class(value: object, run: TextRun) -> bool:
    """Whether a value is a class of modules that the text defines."""
    return (
        isinstance(value, type)
        and issubclass(value, nn.Module)
        and defining_file(value) in run.files
    )


def defining_file(kind: type) -> str | None:
    """The file that defines a class, by its methods or else by its module."""
    for value in vars(kind).values():
        code = getattr(inspect.unwrap(value) if callable(value) else value, "__code__", None)
        if code is not None and not code.co_filename.startswith("<"):
            return str(code.co_filename)
    return getattr(sys.modules.get(kind.__module__), "__file__", None)


def name_of_call(call: ast.Call) -> str:
    """The name of what is called, without its module: ``Linear`` of ``nn.Linear(2, 2)``."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def class_candidates(
    kind: type, run: TextRun, scope: Names, *, rank: int
) -> Iterator[NetworkCandidate]:
    """A class as a candidate: called as the text calls it, or with its defaults."""
    signature = _signature(kind)
    place = _definition_place(kind, run)
    needed = [
        parameter.name
        for parameter in (signature.parameters.values() if signature else ())
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    shown = f"{kind.__name__}{signature}" if signature else f"{kind.__name__}(…)"
    usages = _usages(kind.__name__, run) if needed else []
    if signature is not None and needed and (usage := _call_with_settings(kind, signature, run)):
        usages.append(usage)
    for usage in usages:
        try:
            network = eval(usage, dict(scope))
        except Failure:
            continue
        if isinstance(network, nn.Module):
            yield NetworkCandidate(
                class_name=kind.__name__,
                expression=usage,
                place=place,
                make=lambda network=network: network,  # type: ignore[misc]
                rank=rank,
                signature=shown,
            )
            return
    yield NetworkCandidate(
        class_name=kind.__name__,
        expression=f"{kind.__name__}()",
        place=place,
        make=kind,
        rank=rank,
        signature=shown,
        needs_arguments=bool(needed),
    )


def _signature(kind: type) -> inspect.Signature | None:
    try:
        return inspect.signature(kind)
    except (TypeError, ValueError):
        return None


def _usages(name: str, run: TextRun) -> list[str]:
    """The expressions of the text that call a class outside classes."""
    found: list[str] = []
    for tree in run.trees.values():
        inside = {
            id(node)
            for definition in ast.walk(tree)
            if isinstance(definition, ast.ClassDef)
            for node in ast.walk(definition)
        }
        found += [
            ast.unparse(node)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and name_of_call(node) == name and id(node) not in inside
        ]
    return list(dict.fromkeys(found))


def _definition_place(kind: type, run: TextRun) -> TextLine | None:
    file = defining_file(kind)
    for node in ast.walk(run.trees[file]) if file in run.trees else ():
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__:
            return TextLine(file or "", node.lineno)
    return None


def _call_with_settings(kind: type, signature: inspect.Signature, run: TextRun) -> str | None:
    """A call whose arguments are settings of the text, by their annotations; None if one is not.

    A class of settings is one of the text that can be called without arguments, for example a
    dataclass with defaults.
    """
    scope = run.scopes[0]
    shown = []
    for parameter in signature.parameters.values():
        if parameter.default is not parameter.empty or parameter.kind in (
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        ):
            continue
        note = parameter.annotation
        name = note if isinstance(note, str) else getattr(note, "__name__", "")
        found = scope.get(name)
        if not isinstance(found, type) or defining_file(found) not in run.files:
            return None
        shown.append(f"{parameter.name}={name}()")
    return f"{kind.__name__}({', '.join(shown)})"


def returned_networks(run: TextRun, made: MadeModules) -> Iterator[NetworkCandidate]:
    """The networks that functions of the text return when they are called without arguments."""
    scope = run.scopes[0]
    for name, function in [*scope.items()]:
        definition = run.definition_of(function) if isinstance(function, FunctionType) else None
        if definition is None or not _may_return_network(definition):
            continue
        signature = inspect.signature(function)
        expression, needs_arguments = f"{name}()", False
        network: object = None
        try:
            signature.bind()
            network = function()
        except TypeError:
            needs_arguments = True
        except Failure:
            continue
        if isinstance(network, nn.Module) or needs_arguments:
            module = network if isinstance(network, nn.Module) else None
            yield NetworkCandidate(
                class_name=type(network).__name__ if module is not None else name,
                expression=expression,
                place=(module and made.place_of(module))
                or TextLine(function.__code__.co_filename, definition.lineno),
                make=lambda network=network: network,  # type: ignore[misc]
                rank=2,
                signature=f"{name}{signature}",
                needs_arguments=needs_arguments,
            )


def _may_return_network(definition: ast.FunctionDef) -> bool:
    """Whether a function has a result and calls something of ``nn``."""
    nodes = [*ast.walk(definition)]
    return any(isinstance(node, ast.Return) and node.value is not None for node in nodes) and any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "nn"
        for node in nodes
    )
