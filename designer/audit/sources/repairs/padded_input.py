"""An input padded to the multiples that a network takes, with the output cropped to the input's size."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from designer.audit.sources.repairs.repair_state import Proposal, RepairState
from designer.audit.sources.repairs.text_edits import (
    TextEdit,
    character_offset,
    replacement_edit,
)

_SIDE_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def padded_input_proposals(
    state: RepairState, class_name: str, divisors: Mapping[int, int]
) -> Iterator[Proposal]:
    """Padding at the start of ``forward`` and a crop at its end; ``divisors`` by axis, 1 where left out."""
    names = _SIDE_NAMES[len(state.trace.inputs[0].shape) - 1]
    forward = _forward_of(state, class_name)
    if forward is None or not divisors:
        return
    given = [argument.arg for argument in forward.args.args][1:2]
    returns = [node for node in ast.walk(forward) if isinstance(node, ast.Return)]
    inner = [node for node in ast.walk(forward) if isinstance(node, ast.FunctionDef | ast.Lambda)]
    used = {node.id for node in ast.walk(forward) if isinstance(node, ast.Name)}
    if not given or len(returns) != 1 or len(inner) > 1 or used & set(names):
        return
    edits = _edits(state, forward, returns[0], given[0], names, divisors)
    if edits:
        yield Proposal(idea="padded_input", edits=tuple(edits))


def _forward_of(state: RepairState, class_name: str) -> ast.FunctionDef | None:
    for node in state.index.nodes():
        if isinstance(node, ast.ClassDef) and node.name == class_name:
            methods = [each for each in node.body if isinstance(each, ast.FunctionDef)]
            return next((each for each in methods if each.name == "forward"), None)
    return None


def _edits(
    state: RepairState,
    forward: ast.FunctionDef,
    returned: ast.Return,
    given: str,
    names: tuple[str, ...],
    divisors: Mapping[int, int],
) -> list[TextEdit]:
    """The two lines at the start, and the crop of what is returned."""
    first, value = _first_statement(forward), returned.value
    file = state.index.file_of(forward)
    text = state.files[file]
    if first is None or value is None or isinstance(value, ast.Tuple | ast.Dict | ast.List):
        return []
    start = character_offset(text, first.lineno, first.col_offset)
    if text[text.rfind("\n", 0, start) + 1 : start].strip():
        return []
    last_first = [*enumerate(names)][::-1]
    pads = [f"0, -{name} % {divisors[axis]}" if axis in divisors else "0, 0" for axis, name in last_first]  # fmt: skip
    sizes = f"{given}.shape[-{len(names)}:]" if len(names) > 1 else f"{given}.shape[-1]"
    lines = [
        f"{', '.join(names)} = {sizes}",
        f"{given} = {state.functional(file)}.pad({given}, ({', '.join(pads)}))",
    ]
    indentation = " " * first.col_offset
    source = ast.get_source_segment(text, value) or ""
    is_simple = isinstance(value, ast.Name | ast.Call | ast.Attribute | ast.Subscript)
    crop = f"[..., {', '.join(f':{name}' for name in names)}]"
    cropped = f"{source if is_simple else f'({source})'}{crop}"
    return [
        TextEdit(
            file=file, start=start, end=start,
            text="".join(f"{line}\n{indentation}" for line in lines),
        ),
        replacement_edit(file, text, value, cropped),
    ]  # fmt: skip


def _first_statement(forward: ast.FunctionDef) -> ast.stmt | None:
    """The first statement after the docstring."""
    has_docstring = ast.get_docstring(forward, clean=False) is not None
    return next(iter(forward.body[1 if has_docstring else 0 :]), None)
