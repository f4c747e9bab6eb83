"""Candidate values for fields outside windows: counts, axes, factors, shapes, borders.

Candidates for a count are small numbers, the numbers of the network, and differences, quotients and
products of two of them. The search checks each candidate with the shape rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from math import prod

from designer.audit.layers_json import field_value
from designer.audit.ops.layer import AuditLayer, FieldValues
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.repairs.goal import Goal
from designer.audit.trace import AuditNetwork, Trace

MAX_KNOWN_NUMBERS = 40
"""Maximum number of a network's numbers that are combined in pairs."""

MAX_SMALL_COUNT = 64
"""Every count up to this one is tried."""

KnownCounts = tuple[int, ...]
"""Candidate counts, ascending."""


def known_counts(network: AuditNetwork, trace: Trace, goal: Goal) -> KnownCounts:
    """Candidate counts for this network, ascending.

    >>> from designer.audit.ops.linear_and_reshape import LinearLayer
    >>> from designer.audit.trace import trace_network
    >>> layer = LinearLayer(in_features=8, out_features=2)
    >>> network = AuditNetwork(input_shape=(8,), layers=(layer,))
    >>> counts = known_counts(network, trace_network(network), Goal(wanted=(400,)))
    >>> [count for count in counts if count > MAX_SMALL_COUNT]
    [200, 392, 398, 399, 400]
    """
    shapes = [goal.wanted or (), *(shape[1:] for shape in reversed(trace.shapes))]
    seen = [n for shape in shapes for n in (*shape, prod(shape), prod(shape[1:]))]
    stated = [count for layer in network.layers for count in layer.stated_counts]
    base = [n for n in dict.fromkeys([*stated, *seen]) if n][:MAX_KNOWN_NUMBERS]
    pairs = [(a, b) for a, b in permutations(base, 2) if a > b]
    derived = {a - b for a, b in pairs} | {a // b for a, b in pairs if a % b == 0}
    merged = {layer.merged_channels for layer in network.layers}
    derived |= {a * b for a in base for b in merged}
    return tuple(sorted({*range(1, MAX_SMALL_COUNT + 1), *base, *derived}))


def value_changes(
    layer: AuditLayer, before: TensorShape, *, counts: KnownCounts
) -> Iterator[FieldValues]:
    """Changes of one field outside windows."""
    choices = {"ndim": layer.other_ranks(), **layer.tried_values(before, counts)}
    for name, values in choices.items():
        for value in values:
            if value != field_value(layer, name):
                yield {name: value}
