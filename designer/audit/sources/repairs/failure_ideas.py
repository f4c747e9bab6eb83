"""Ideas for a network that breaks: what people change where torch refuses a call."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from math import prod

from designer.audit.graph.model import GraphNode
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.repairs.basis_ideas import basis_heads, is_head
from designer.audit.sources.repairs.block_stages import shrinking_blocks
from designer.audit.sources.repairs.output_padding import pad_up_layer
from designer.audit.sources.repairs.repair_state import Proposal, RepairState, making_calls
from designer.audit.sources.repairs.resampler_stages import shrinking_levels
from designer.audit.sources.repairs.stage_ideas import removed_stages
from designer.audit.sources.repairs.text_edits import TextEdit, character_offset, replacement_edit

MAX_CHANGED_SHAPES = 8


def failure_proposals(state: RepairState) -> Iterator[Proposal]:
    """Edits for the call that raised, likely ones first."""
    node = state.trace.failed
    if node is None:
        return
    if node.layer is not None and node.input is not None:
        features = getattr(node.layer, "in_features", None)
        if features is not None:
            yield from shrinking_blocks(state, more=node.input[-1] > features)
            yield from shrinking_levels(state, more=node.input[-1] > features)
        if is_head(node):
            yield from shrinking_levels(state, more=False)
        yield from basis_heads(state)
        yield from _declared_inputs(state, node, node.layer)
        yield from _large_kernel(state, node, node.layer)
        yield from _given_outputs(state, node, node.layer)
    if node.class_name in ("cat", "concat", "add", "iadd", "sub", "mul"):
        yield from _joined_sizes(state, node)
    if node.class_name in ("view", "reshape", "Unflatten", "unflatten"):
        yield from _reshaped_sizes(state, node)
    padding = node.settings.get("padding")
    if isinstance(padding, str | list) and any(isinstance(each, str) for each in padding):
        yield from same_padding(state)


def _declared_inputs(state: RepairState, node: GraphNode, layer: AuditLayer) -> Iterator[Proposal]:
    """The channels or features that come in, where the layer states them."""
    assert node.input is not None, "checked by the caller"
    for values in layer.matching_values([node.input]):
        for name, value in values.items():
            argument = state.argument(node, layer.torch_names.get(name, name))
            before = getattr(layer, name, None)
            if argument is None or not isinstance(before, int) or not isinstance(value, int):
                continue
            factors = state.last_map(node) if name == "in_features" else None
            if factors is None or prod(factors) > value:
                factors = ()
            for edits in state.editor.edits(
                argument, making_calls(node), before=before, after=value, factors=factors
            ):
                yield Proposal(idea="declared_input", edits=edits)
        return


def _given_outputs(state: RepairState, node: GraphNode, layer: AuditLayer) -> Iterator[Proposal]:
    """The channels or features that the layer before gives, where they are stated."""
    assert node.input is not None, "checked by the caller"
    wanted = layer.wanted_count(node.input)
    for ancestor in state.ancestors(node)[:MAX_CHANGED_SHAPES]:
        given = ancestor.layer and ancestor.layer.output_field
        if wanted is None or not given or ancestor.layer is None:
            continue
        argument, before = state.argument(ancestor, given), getattr(ancestor.layer, given)
        if argument is not None and before != wanted and len(node.input) > 2:
            calls = making_calls(ancestor)
            for edits in state.editor.edits(argument, calls, before=before, after=wanted):
                yield Proposal(idea="given_output", edits=edits)
        return


def _large_kernel(state: RepairState, node: GraphNode, layer: AuditLayer) -> Iterator[Proposal]:
    """A stride as the other layers have, a kernel as large as the map, or more padding."""
    before = node.input or ()
    axes = layer.axes(before)
    if "kernel_size" not in layer.AXIS_FIELDS or len(before) <= axes:
        return
    kernels, sizes = layer.axis_values("kernel_size", axes), before[-axes:]
    if all(kernel <= size for kernel, size in zip(kernels, sizes, strict=True)):
        return
    yield from _usual_strides(state)
    for kernel, size in dict.fromkeys(zip(kernels, sizes, strict=True)):
        argument = state.argument(node, "kernel_size")
        if kernel > size and argument is not None:
            for edits in state.editor.edits(
                argument, making_calls(node), before=kernel, after=size
            ):
                yield Proposal(idea="kernel_of_map", edits=edits)
    yield from removed_stages(state)


def _usual_strides(state: RepairState) -> Iterator[Proposal]:
    """The stride of most layers, for a layer that has another one above 1."""
    strides = {
        index: node.layer.axis_values("stride", 1)[0]
        for index, node in enumerate(state.trace.nodes)
        if node.layer is not None and "stride" in node.layer.AXIS_FIELDS and node.layer.op == "conv"
    }
    usual = Counter(stride for stride in strides.values() if stride > 1).most_common(1)
    for index, stride in reversed(strides.items()):
        argument = state.argument(state.trace.nodes[index], "stride")
        if usual and stride > usual[0][0] and argument is not None:
            calls = making_calls(state.trace.nodes[index])
            for edits in state.editor.edits(argument, calls, before=stride, after=usual[0][0]):
                yield Proposal(idea="usual_stride", edits=edits)


def _joined_sizes(state: RepairState, node: GraphNode) -> Iterator[Proposal]:
    """Output padding at the layer that makes the smaller of two joined maps."""
    shapes = node.input_shapes
    if len(shapes) != 2 or len(shapes[0]) != len(shapes[1]) or len(shapes[0]) < 3:
        return
    wanted = tuple(map(max, zip(shapes[0][2:], shapes[1][2:], strict=True)))
    for shape, source in zip(shapes, node.sources, strict=False):
        if shape[2:] != wanted and source >= 0:
            made = state.trace.nodes[source]
            for up_layer in (made, *state.ancestors(made)):
                if up_layer.layer is not None and up_layer.layer.op == "conv_transpose":
                    yield from pad_up_layer(state, up_layer, wanted)
                    break
    yield from _cropped_skip(state, node, shapes, wanted)


def _cropped_skip(
    state: RepairState, node: GraphNode, shapes: tuple[TensorShape, ...], wanted: TensorShape
) -> Iterator[Proposal]:
    """Interpolation of the smaller map to the size of the skip, in the call that joins them."""
    call = state.call(node)
    if call is None or not call.args or not isinstance(call.args[0], ast.List | ast.Tuple):
        return
    entries = call.args[0].elts
    if len(entries) != 2 or any(isinstance(entry, ast.Starred) for entry in entries):
        return
    small = 0 if shapes[0][2:] != wanted else 1
    file, text = state.index.file_of(call), state.files[state.index.file_of(call)]
    resized = ast.unparse(entries[small])
    skip = ast.unparse(entries[1 - small])
    value = f"{state.functional(file)}.interpolate({resized}, size={skip}.shape[2:])"
    yield Proposal(
        idea="resized_to_skip", edits=(replacement_edit(file, text, entries[small], value),)
    )


def _reshaped_sizes(state: RepairState, node: GraphNode) -> Iterator[Proposal]:
    """The numbers of a reshape: those of the map that comes in, or its first factor."""
    call = state.call(node)
    if call is None or node.input is None:
        return
    each = prod(node.input[1:])
    sizes = [arg for arg in call.args if not isinstance(arg, ast.Starred)]
    if node.class_name in ("Unflatten", "unflatten") and len(sizes) > 1:
        entries = sizes[1].elts if isinstance(sizes[1], ast.Tuple | ast.List) else []
        numbers = node.settings.get("unflattened_size")
        if entries and isinstance(numbers, list) and each % prod(numbers[1:]) == 0:
            before, after = int(numbers[0]), each // prod(numbers[1:])
            for edits in state.editor.edits(
                entries[0], making_calls(node), before=before, after=after
            ):
                yield Proposal(idea="reshaped", edits=edits)
        return
    given = node.settings.get("arguments")
    numbers = (
        [number for number in given if isinstance(number, int)] if isinstance(given, list) else []
    )
    if len(numbers) == len(sizes) == 2:
        factors = state.last_map(node) or ()
        for edits in state.editor.edits(
            sizes[1], making_calls(node), before=numbers[1], after=each, factors=factors
        ):
            yield Proposal(idea="reshaped", edits=edits)


def same_padding(state: RepairState) -> Iterator[Proposal]:
    """Numbers for ``padding="same"``, as other frameworks mean it, at every layer that has it.

    A transposed layer multiplies the size by its stride: 2P − A = F − S.
    """
    edits: list[TextEdit] = []
    for node in state.index.nodes():
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            value = keyword.value
            named = isinstance(value, ast.Constant) and value.value == "same"
            if keyword.arg == "padding" and named:
                edits += _same_edits(state, node, value)
    if edits:
        yield Proposal(idea="same_padding", edits=tuple(edits))


def _same_edits(state: RepairState, call: ast.Call, padding: ast.expr) -> list[TextEdit]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    window = {keyword.arg: keyword.value for keyword in call.keywords}
    window |= dict(zip(("in", "out", "kernel_size", "stride"), call.args, strict=False))
    values = [window.get("kernel_size"), window.get("stride", ast.Constant(1))]
    if not all(isinstance(each, ast.Constant) and isinstance(each.value, int) for each in values):
        return []
    kernel, stride = (int(each.value) for each in values if isinstance(each, ast.Constant))  # type: ignore[arg-type]
    file = state.index.file_of(call)
    text = state.files[file]
    if "Transpose" not in name:
        return [replacement_edit(file, text, padding, str((kernel - 1) // 2))] if stride > 1 else []
    near = max(0, -(-(kernel - stride) // 2))
    edits = [replacement_edit(file, text, padding, str(near))]
    extra = 2 * near - (kernel - stride)
    if extra:
        end = character_offset(text, call.end_lineno, call.end_col_offset) - 1
        edits.append(TextEdit(file=file, start=end, end=end, text=f", output_padding={extra}"))
    return edits
