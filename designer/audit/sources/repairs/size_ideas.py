"""Ideas for a network that runs and misses the wanted shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from math import prod

from designer.audit.graph.model import all_shapes
from designer.audit.ops.field_types import as_per_axis
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.repairs.basis_ideas import basis_stems
from designer.audit.sources.repairs.block_stages import block_stages, shrinking_blocks
from designer.audit.sources.repairs.number_sites import NumberSite
from designer.audit.sources.repairs.output_padding import pad_up_layers, set_argument
from designer.audit.sources.repairs.repair_state import (
    Proposal,
    RepairState,
    making_calls,
    up_layers,
)
from designer.audit.sources.repairs.resampler_stages import enlarging_levels, shrinking_levels
from designer.audit.sources.repairs.stage_ideas import (
    addition_after,
    copied_stages,
    removed_stages,
    shrinking_stages,
)
from designer.audit.sources.repairs.stem_ideas import kernel_stems, linear_stems
from designer.audit.sources.repairs.text_edits import TextEdit, replacement_edit, value_text

MAX_SITES_TRIED = 8


def size_proposals(state: RepairState) -> Iterator[Proposal]:
    """Edits for the first output that misses its wanted shape, likely ones first."""
    missed = _missed_output(state)
    if missed is None:
        return
    end, wanted = missed
    if len(end) == len(wanted) and end[1:] != wanted[1:] and prod(end) > prod(wanted) == wanted[0]:
        yield from shrinking_stages(state)
        yield from shrinking_blocks(state, more=True)
        yield from shrinking_levels(state, more=True)
        yield from _kernel_of_map(state)
    if len(end) == len(wanted) and end[1:] != wanted[1:]:
        yield from pad_up_layers(state, wanted[1:])
        yield from _built_for_size(state, end[1:], wanted[1:])
        ratios = {Fraction(want, size) for want, size in zip(wanted[1:], end[1:], strict=True)}
        if len(ratios) == 1:
            yield from block_stages(state, min(ratios))
            yield from enlarging_levels(state, min(ratios))
        yield from basis_stems(state, end[1:], wanted[1:])
        yield from _exact_windows(state)
        if len(ratios) == 1 and min(ratios) < 1:
            yield from removed_stages(state, min(ratios))
        stages = copied_stages(state, end[1:], wanted[1:])
        rates = _larger_rate(state, end[1:], wanted[1:])
        yield from chain(rates, stages) if len(end) == 2 else chain(stages, rates)
        if len(ratios) == 1:
            yield from kernel_stems(state, min(ratios))
            yield from linear_stems(state, min(ratios))
    if len(end) == len(wanted) == 1 and end[0] % max(wanted[0], 1) == 0:
        yield from _pooled_scores(state)
        yield from _head_of_map(state)
    if end[:1] != wanted[:1]:
        yield from _output_channels(state, end, wanted)


def _missed_output(state: RepairState) -> tuple[TensorShape, TensorShape] | None:
    """The shape of an output and the one that is wanted instead, without the batch."""
    shapes = [shape[1:] for shape in all_shapes(state.trace.outputs) if shape]
    folded = _folded_map(state)
    if folded is not None:
        return folded, (folded[0], *(1,) * (len(folded) - 1))
    wanted = list(state.wanted or ())
    pairs = list(zip(shapes, wanted, strict=False)) if len(wanted) > 1 else []
    if len(wanted) == 1 and wanted[0] is not None and shapes:
        alike = [shape for shape in shapes if len(shape) == len(wanted[0])]
        pairs = [((alike or shapes)[0], wanted[0])]
    return next(((shape, want) for shape, want in pairs if want and shape != want), None)


def _folded_map(state: RepairState) -> TensorShape | None:
    """The last map of a network that gives more results than samples, where one each is wanted."""
    counts = {shape[0] for shape in all_shapes(state.trace.outputs) if shape}
    if not counts or state.batch in counts:
        return None
    for node in reversed(state.trace.nodes):
        if node.output is not None and len(node.output) > 2:
            return node.output[1:]
    return None


def _kernel_of_map(state: RepairState) -> Iterator[Proposal]:
    """A kernel as large as the map that comes in, at the last convolution."""
    for node in reversed(state.trace.nodes):
        if node.layer is None or node.layer.op != "conv" or node.input is None:
            continue
        axes = node.layer.axes(node.input)
        kernels, argument = (
            node.layer.axis_values("kernel_size", axes),
            state.argument(node, "kernel_size"),
        )
        sizes = [
            size + 2 * padding
            for size, padding in zip(
                node.input[-axes:], node.layer.axis_values("padding", axes), strict=True
            )
        ]
        if argument is not None and len(set(sizes)) == len(set(kernels)) == 1:
            calls = making_calls(node)
            for edits in state.editor.edits(argument, calls, before=kernels[0], after=sizes[0]):
                yield Proposal(idea="kernel_of_map", edits=edits)
        return


def _built_for_size(
    state: RepairState, end: TensorShape, wanted: TensorShape
) -> Iterator[Proposal]:
    """Another size where the text states the one that comes out, or a number on which it depends."""
    sites = [
        NumberSite(state.index.file_of(node), node)
        for node in state.index.nodes()
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value == end[-1]
    ]
    for site in sites[:MAX_SITES_TRIED]:
        edit = replacement_edit(site.file, state.files[site.file], site.node, str(wanted[-1]))
        yield Proposal(idea="built_for_size", edits=(edit,))


def _exact_windows(state: RepairState) -> Iterator[Proposal]:
    """Kernel 2S and padding S/2 at the transposed layers with an even stride that lack them."""
    edits: list[TextEdit] = []
    for index in up_layers(state):
        node = state.trace.nodes[index]
        if node.layer is None or node.input is None:
            continue
        kernel, stride, padding, extra = (
            node.layer.axis_values(name, 1)[0]
            for name in ("kernel_size", "stride", "padding", "output_padding")
        )
        if stride % 2 or kernel - stride - 2 * padding + extra == 0:
            continue
        values = {"kernel_size": 2 * stride, "padding": stride // 2}
        if extra:
            values["output_padding"] = 0
        for name, value in values.items():
            edits += set_argument(state, node, name, str(value)) or []
    if edits:
        yield Proposal(idea="exact_window", edits=tuple(dict.fromkeys(edits)))


def _larger_rate(state: RepairState, end: TensorShape, wanted: TensorShape) -> Iterator[Proposal]:
    """A stride larger by the factor that lacks, with kernel 2S and padding S/2, at one up-layer."""
    ratios = {Fraction(want, size) for want, size in zip(wanted, end, strict=True)}
    if len(ratios) != 1 or (ratio := ratios.pop()) == 1:
        return
    for index in reversed(up_layers(state)):
        node = state.trace.nodes[index]
        if node.layer is None or node.input is None:
            continue
        stride = node.layer.axis_values("stride", 1)[0] * ratio
        if stride.denominator != 1 or stride < 2 or stride % 2:
            continue
        edits: list[TextEdit] = []
        for name, value in (
            ("kernel_size", 2 * stride),
            ("stride", stride),
            ("padding", stride / 2),
        ):
            edits += set_argument(state, node, name, str(int(value))) or []
        if len(edits) == 3:
            yield Proposal(idea="larger_rate", edits=tuple(edits))


def _pooled_scores(state: RepairState) -> Iterator[Proposal]:
    """The mean of the last map, at the end of the Sequential that makes it."""
    for node in reversed(state.trace.nodes):
        if node.is_module and node.output is not None and len(node.output) > 2:
            edit = addition_after(state, node, f"nn.AdaptiveAvgPool{len(node.output) - 2}d(1)")
            if edit is not None:
                yield Proposal(idea="pooled_scores", edits=(edit,))
            return


def _head_of_map(state: RepairState) -> Iterator[Proposal]:
    """Kernel as large as the map, stride 1 and padding 0 at the last layer that gives a map."""
    for node in reversed(state.trace.nodes):
        if node.layer is None or node.layer.op != "conv" or node.input is None:
            continue
        kernel = value_text(as_per_axis(node.input[2:]))
        values = {"kernel_size": kernel, "stride": "1", "padding": "0"}
        edits = [set_argument(state, node, name, value) for name, value in values.items()]
        if all(edits):
            joined = tuple(edit for each in edits for edit in each or ())
            yield Proposal(idea="kernel_of_map", edits=tuple(dict.fromkeys(joined)))
        return


def _output_channels(
    state: RepairState, end: TensorShape, wanted: TensorShape
) -> Iterator[Proposal]:
    """The wanted channels or features at the last layer that states them."""
    for node in reversed(state.trace.nodes):
        name = node.layer and node.layer.output_field
        if not name or node.layer is None or getattr(node.layer, name) != end[0]:
            continue
        argument = state.argument(node, name)
        if argument is not None:
            for edits in state.editor.edits(
                argument, making_calls(node), before=end[0], after=wanted[0]
            ):
                yield Proposal(idea="output_channels", edits=edits)
        return
