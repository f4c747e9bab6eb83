"""Edits of numbers that must match: channels, features, shapes, the source of a skip.

The shape rules determine the required number, so edits set it without trying a range of values.
"""

from __future__ import annotations

from collections.abc import Iterator

from designer.audit.repairs.changes import Change, ChangeList, set_field, set_fields
from designer.audit.repairs.goal import Goal
from designer.audit.trace import AuditNetwork, Trace


def number_edits(network: AuditNetwork, trace: Trace) -> Iterator[ChangeList]:
    """Edits that may make the failing layer match its input."""
    index = trace.fails_at
    if index is None:
        return
    layer, shape = network.layers[index], trace.shapes[-1]
    if len(shape) - 2 in layer.other_ranks():
        yield (set_field(network, index, "ndim", len(shape) - 2),)
    for values in layer.matching_values(trace.shapes):
        yield set_fields(network, index, values)
    wanted = layer.wanted_count(shape)
    if wanted is None:
        return
    weighted, on_maps = layer.output_field is not None, layer.works_on_maps
    yield from _producer_edits(network, index, wanted, features_only=weighted and not on_maps)
    if weighted and on_maps and shape == (network.batch, *network.input_shape):
        after = (wanted, *network.input_shape[1:])
        yield (Change(index=-1, field="input_shape", before=network.input_shape, after=after),)


def skip_source_edits(network: AuditNetwork, trace: Trace) -> Iterator[ChangeList]:
    """Other sources of skips, up to the layer that fails."""
    for index in range(min(len(trace.steps), len(network.layers) - 1), -1, -1):
        for source in network.layers[index].other_sources(index):
            yield (set_field(network, index, "from", source),)


def output_channel_edits(network: AuditNetwork, channels: int) -> Iterator[ChangeList]:
    """Edits of the number of output channels of a network that runs."""
    yield from _producer_edits(network, len(network.layers), channels)


def size_edits(network: AuditNetwork, trace: Trace, goal: Goal) -> Iterator[ChangeList]:
    """Upsampling to the wanted size, or to one that occurs elsewhere in the network."""
    known = {shape[2:] for shape in trace.shapes} | {(goal.wanted or ())[1:]}
    for index in range(min(len(trace.steps), len(network.layers) - 1), -1, -1):
        layer, before = network.layers[index], trace.shapes[index]
        for sizes in sorted(known, reverse=True):
            if 0 < len(sizes) == len(before) - 2 and min(sizes) > 0:
                values = layer.values_for_size(sizes)
                if values:
                    yield set_fields(network, index, values)


def _producer_edits(
    network: AuditNetwork, index: int, wanted: int, *, features_only: bool = False
) -> Iterator[ChangeList]:
    """The edit of the layer that sets the channels or features at ``index`` to ``wanted``."""
    for earlier in range(index - 1, -1, -1):
        layer = network.layers[earlier]
        name = layer.output_field
        if name is not None:
            divides = wanted % getattr(layer, "groups", 1) == 0
            if divides and not (features_only and layer.works_on_maps):
                yield (set_field(network, earlier, name, wanted),)
            return
        if not layer.keeps_channels:
            return
