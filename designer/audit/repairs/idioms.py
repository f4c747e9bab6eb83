"""Repairs that people know, each as all changes that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.repairs.changes import (
    ChangeList,
    add_layer,
    apply_changes,
    set_fields,
)
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.search_budget import SearchBudget
from designer.audit.trace import AuditNetwork, Trace

MAX_COPIES = 4
"""Maximum number of copies of one stage."""


def idiom_edits(
    network: AuditNetwork, trace: Trace, goal: Goal, budget: SearchBudget
) -> Iterator[ChangeList]:
    """Output padding wherever it is needed, numbers for padding ``same``, and copied stages."""
    yield from _numbers_for_same(network, trace)
    yield from _padded_to_skips(network, goal, budget)
    for targets in (_encoder_sizes(network, trace), _divided_sizes(network, goal)):
        yield from _padded_to_sizes(network, targets, budget)
    yield from _copied_stages(network, trace)


def _up_layers(network: AuditNetwork) -> list[int]:
    return [index for index, layer in enumerate(network.layers) if layer.pads_output]


def _padded_to_skips(
    network: AuditNetwork, goal: Goal, budget: SearchBudget
) -> Iterator[ChangeList]:
    """Output padding at every layer whose map is smaller than the skip that it meets."""
    done: ChangeList = ()
    while not budget.is_spent:
        edited = apply_changes(network, done)
        trace = budget.trace(edited)
        if trace.layer_error is None:
            if done:
                yield done
            return
        index = len(trace.steps)
        skip = network.layers[index].skip_source
        place = _maker(network, trace, index)
        if skip is None or place is None or any(change.index == place for change in done):
            return
        have, wanted = trace.shapes[-1][2:], trace.shapes[skip + 1][2:]
        values = network.layers[place].padded_output(have, wanted) if have else None
        if not values:
            return
        done = (*done, *set_fields(network, place, values))


def _maker(network: AuditNetwork, trace: Trace, index: int) -> int | None:
    """The transposed layer that makes the map before a layer, with layers between that keep it."""
    for place in range(index - 1, -1, -1):
        if network.layers[place].pads_output:
            return place
        if trace.shapes[place][2:] != trace.shapes[place + 1][2:]:
            return None
    return None


def _padded_to_sizes(
    network: AuditNetwork, targets: Sequence[TensorShape], budget: SearchBudget
) -> Iterator[ChangeList]:
    """Output padding with which the transposed layers give sizes, one after the other."""
    ups = _up_layers(network)
    if len(targets) != len(ups):
        return
    done: ChangeList = ()
    for place, wanted in zip(ups, targets, strict=True):
        trace = budget.trace(apply_changes(network, done))
        if place >= len(trace.steps) or budget.is_spent:
            return
        have = trace.shapes[place + 1][2:]
        values = network.layers[place].padded_output(have, wanted) if have else None
        if values is None:
            return
        done = (*done, *set_fields(network, place, values))
    if done:
        yield done


def _encoder_sizes(network: AuditNetwork, trace: Trace) -> list[TensorShape]:
    """The sizes before the layers that shrink the map, the last first, one per up-layer."""
    befores = [
        before[2:]
        for before, after in zip(trace.shapes, trace.shapes[1:], strict=False)
        if len(before) == len(after) > 2 and after[-1] < before[-1]
    ]
    count = len(_up_layers(network))
    return befores[::-1][:count] if count <= len(befores) else []


def _divided_sizes(network: AuditNetwork, goal: Goal) -> list[TensorShape]:
    """The wanted size, divided by the strides of the up-layers after each one, rounded up.

    None if an up-layer has other axes than the wanted shape.
    """
    size = (goal.wanted or ())[1:]
    ups = _up_layers(network)
    if not size or not all(network.layers[index].has_axes(len(size)) for index in ups):
        return []
    targets: list[TensorShape] = []
    for index in reversed(ups):
        targets.insert(0, size)
        strides = network.layers[index].axis_values("stride", len(size))
        size = tuple(-(-side // stride) for side, stride in zip(size, strides, strict=True))
    return targets


def _numbers_for_same(network: AuditNetwork, trace: Trace) -> Iterator[ChangeList]:
    """Numbers at every layer with a padding by name that torch refuses."""
    done: ChangeList = ()
    for index, layer in enumerate(network.layers):
        shape = trace.shapes[min(index, len(trace.shapes) - 1)]
        done = (*done, *set_fields(network, index, layer.numbered_padding(shape)))
    if done:
        yield done


def _copied_stages(network: AuditNetwork, trace: Trace) -> Iterator[ChangeList]:
    """1 to ``MAX_COPIES`` copies of a layer that changes sizes, with the norm that follows it.

    They stand behind it, or before it if it is the last with weights; its norm and activation are
    then those of the layer before.
    """
    weighted = [index for index, layer in enumerate(network.layers) if layer.output_field]
    for index in range(len(trace.steps) - 1, -1, -1):
        layer, before, after = network.layers[index], trace.shapes[index], trace.shapes[index + 1]
        if before[2:] == after[2:] or len(before) != len(after) or layer.norm_kind is not None:
            continue
        place, layers = _stage(network, index, trace, is_last=weighted[-1:] == [index])
        for count in range(1, MAX_COPIES + 1) if layers else ():
            yield tuple(add_layer(place, each) for _ in range(count) for each in layers)


def _stage(
    network: AuditNetwork, index: int, trace: Trace, *, is_last: bool
) -> tuple[int, list[AuditLayer]]:
    """Where a copy of a layer goes, and its layers; none if it cannot be copied."""
    end = index + 1
    while end < len(network.layers) and network.layers[end].norm_kind is not None:
        end += 1
    if not is_last:
        copy = network.layers[index].copy_with(trace.shapes[index + 1][1])
        return end, [] if copy is None else [copy, *network.layers[index + 1 : end]]
    copy = network.layers[index].copy_with(trace.shapes[index][1])
    if copy is None:
        return index, []
    start = index
    while start and network.layers[start - 1].norm_kind is not None:
        start -= 1
    earlier = [each for each in network.layers[:index] if each.output_field]
    if earlier:
        copy = replace(copy, norm=earlier[-1].norm, activation=earlier[-1].activation)
    return index, [copy, *network.layers[start:index]]
