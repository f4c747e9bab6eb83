"""Containers of modules, lists and dictionaries, and their methods."""

from __future__ import annotations

import ast
from collections.abc import Callable

from designer.audit.interpreter.bounded_arithmetic import MAX_ENTRIES
from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.torch_modules import refuse_unknown
from designer.audit.interpreter.values import (
    Call,
    InstanceValue,
    LayerModule,
    ModuleSequence,
    Reference,
    SourceValue,
    Unknown,
    unknown_at,
)

CONTAINERS = ("Sequential", "ModuleList", "ModuleDict")
"""Torch's container modules; only Sequential can be called."""


def build_container(name: str, call: Call) -> ModuleSequence | None:
    """The container ``nn.name(…)``, or None if the name is not a container.

    Raises:
        SourceRefused: if an argument is unknown or is not a module.
    """
    if name not in CONTAINERS:
        return None
    runs, only = name == "Sequential", call.arguments[0] if len(call.arguments) == 1 else None
    names: dict[str, SourceValue] = {}
    given = call.arguments
    if isinstance(only, dict):
        names = {str(key): value for key, value in only.items()}
        given = list(names.values())
    elif isinstance(only, ModuleSequence) and not runs:
        given, names = only.items, only.names
    elif isinstance(only, list | tuple) and not runs:
        given = list(only)
    for value in given:
        if isinstance(value, Unknown):
            refuse_unknown(value, call.node, "module_not_followable")
        if not isinstance(value, LayerModule | ModuleSequence | InstanceValue | Reference):
            refuse_line(call.node, "not_a_module")
    return ModuleSequence(items=list(given), callable=runs, node=call.node, names=dict(names))


def build_dictionary(value: SourceValue) -> SourceValue:
    """The value of ``OrderedDict(value)``."""
    if isinstance(value, dict):
        return value
    pairs = value if isinstance(value, list | tuple) else []
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
        return unknown_at(None, "dictionary_not_followed")
    return {str(name): entry for name, entry in pairs}


def add_entries(
    items: list[SourceValue],
    name: str,
    call: Call,
    entries: Callable[[SourceValue, ast.AST], list[SourceValue]],
) -> None:
    """Apply ``append``, ``extend``, ``insert`` or ``add_module`` to a list.

    Raises:
        SourceRefused: if the list exceeds ``MAX_ENTRIES``.
    """
    arguments = call.arguments
    if name == "extend" and arguments:
        items.extend(entries(arguments[0], call.node))
    elif name == "insert" and len(arguments) == 2 and isinstance(arguments[0], int):
        items.insert(arguments[0], arguments[1])
    elif arguments:
        items.append(arguments[-1])
    if len(items) > MAX_ENTRIES:
        refuse_line(call.node, "list_too_long", maximum=MAX_ENTRIES)


def look_up(owner: dict[str, SourceValue], name: str, arguments: list[SourceValue]) -> SourceValue:
    """The result of ``get``, ``values`` or ``keys`` of a dictionary."""
    if name == "get":
        return owner.get(str(arguments[0]), arguments[1] if len(arguments) > 1 else None)
    return list(owner.values()) if name == "values" else list(owner)


def pop_entry(items: list[SourceValue], call: Call) -> SourceValue:
    """The entry that ``pop`` removes from a list.

    Raises:
        SourceRefused: if the index is unknown or out of range.
    """
    index = call.arguments[0] if call.arguments else -1
    if not isinstance(index, int) or not -len(items) <= index < len(items):
        refuse_line(call.node, "entry_not_followable")
    return items.pop(index)
