"""The networks that a text may mean: those that it makes, and classes of which it makes none."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from torch import nn

from designer.verification.tracer.construction import (
    NetworkCandidate,
    class_candidates,
    is_text_class,
    name_of_call,
    returned_networks,
)
from designer.verification.tracer.execution import FailedStatement, TextRun
from designer.verification.tracer.made_modules import MadeModules
from designer.verification.tracer.text_lines import TextLine

MAX_CANDIDATES = 24
"""Maximum number of candidates that are tried; further ones are named only."""


def find_candidates(run: TextRun, made: MadeModules) -> list[NetworkCandidate]:
    """All candidates, the most likely first; the text has been run."""
    networks = [*_made_networks(run, made)]
    expressions = {candidate.expression for candidate in networks}
    failed = [each for each in _failed_constructions(run) if each.expression not in expressions]
    known = {candidate.class_name for candidate in [*networks, *failed]}
    classes = [each for each in _unmade_classes(run) if each.class_name not in known]
    found = [*networks, *failed, *classes]
    found += returned_networks(run, made) if not found else []
    return sorted(found, key=lambda candidate: candidate.rank)


def _made_networks(run: TextRun, made: MadeModules) -> Iterator[NetworkCandidate]:
    """The networks that the text makes outside other modules."""
    modules = [module for module in made if _is_network(module, run)]
    owner = {
        inner: module for module in modules for inner in module.modules() if inner is not module
    }
    names = _names_of_modules(run)
    seen: set[tuple[str, str]] = set()
    for module in modules:
        place = made.place_of(module)
        outer = owner.get(module)
        if outer is not None and module not in names:
            continue
        candidate = NetworkCandidate(
            class_name=type(module).__name__,
            expression=_expression_at(run, place, type(module).__name__)
            or names.get(module)
            or type(module).__name__,
            place=place,
            make=lambda module=module: module,  # type: ignore[misc]
            rank=0 if outer is None else 1,
            name=names.get(module),
            part_of=None if outer is None else names.get(outer, type(outer).__name__),
        )
        key = (candidate.class_name, candidate.name or candidate.expression)
        if key not in seen:
            seen.add(key)
            yield candidate


def _is_network(module: nn.Module, run: TextRun) -> bool:
    """Whether a module is a network rather than a loss or a single layer."""
    if is_text_class(type(module), run):
        return not isinstance(module, nn.modules.loss._Loss)
    return isinstance(module, nn.Sequential) and any(True for _ in module.children())


def _names_of_modules(run: TextRun) -> dict[nn.Module, str]:
    """The names by which the text knows modules, also as entries of its lists and dictionaries."""
    found: dict[nn.Module, str] = {}
    for scope in run.scopes:
        for name, value in scope.items():
            if name.startswith("__"):
                continue
            for suffix, each in _modules_in(value):
                found[unwrapped(each)] = f"{name}{suffix}" if suffix else name
    return found


def unwrapped(module: nn.Module) -> nn.Module:
    """The network in a wrapper that distributes it; any other module itself."""
    return module.module if isinstance(module, nn.DataParallel) else module


def _modules_in(value: object) -> Iterator[tuple[str, nn.Module]]:
    if isinstance(value, nn.Module):
        yield "", value
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value[:32]):
            if isinstance(each, nn.Module):
                yield f"[{place}]", each
    elif type(value) is dict:
        for key, each in [*value.items()][:32]:
            if isinstance(each, nn.Module):
                yield f"[{key!r}]", each
    else:
        for name, each in [*getattr(value, "__dict__", {}).items()][:64]:
            if isinstance(each, nn.Module):
                yield f".{name}", each


def _expression_at(run: TextRun, place: TextLine | None, class_name: str) -> str | None:
    """The expression on a line that makes an object of a class."""
    if place is None or place.file not in run.trees:
        return None
    for node in ast.walk(run.trees[place.file]):
        if (
            isinstance(node, ast.Call)
            and node.lineno <= place.line <= (node.end_lineno or node.lineno)
            and name_of_call(node) == class_name
        ):
            return ast.unparse(node)
    return None


def _failed_constructions(run: TextRun) -> Iterator[NetworkCandidate]:
    """The networks that a statement would have made, had it not raised."""
    for failed in run.failed:
        for node in ast.walk(failed.node):
            if not isinstance(node, ast.Call):
                continue
            kind = failed.names.get(name_of_call(node))
            sequence = name_of_call(node) == "Sequential"
            if is_text_class(kind, run) or (
                sequence and isinstance(failed.node, ast.Assign | ast.Expr)
            ):
                yield NetworkCandidate(
                    class_name=name_of_call(node),
                    expression=ast.unparse(node),
                    place=TextLine(failed.file, node.lineno),
                    make=_raiser(failed),
                    rank=0,
                    name=_assigned_name(failed.node),
                )
                break


def _raiser(failed: FailedStatement) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        raise failed.error

    return make


def _assigned_name(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _unmade_classes(run: TextRun) -> Iterator[NetworkCandidate]:
    """The classes of which the text makes no network outside another one."""
    scope = run.scopes[0]
    classes = {
        name: value
        for name, value in scope.items()
        if is_text_class(value, run) and name == value.__name__
    }
    used = _used_names(run)
    for name, kind in reversed(classes.items()):
        if kind.forward is nn.Module.forward:
            continue
        rank = 3 if name in used else 2
        yield from class_candidates(kind, run, scope, rank=rank)


def _used_names(run: TextRun) -> set[str]:
    """The names that a class of the text uses besides its own."""
    return {
        node.id
        for tree in run.trees.values()
        for definition in ast.walk(tree)
        if isinstance(definition, ast.ClassDef)
        for node in ast.walk(definition)
        if isinstance(node, ast.Name) and node.id != definition.name
    }
