"""The search for repairs: edits of growing size, each asked of the laws.

One layer's fields first, then whole layers and the input, then several layers together. Every edit
is a candidate only if the laws carry the whole network to the goal; nothing is known here of what
usually helps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from math import prod

from designer.audit.ops.layer import Layer
from designer.audit.ops.layer_errors import Shape
from designer.audit.repairs.changes import (
    INPUT,
    LAYER,
    Changes,
    apply_changes,
    edit_layer,
    set_field,
)
from designer.audit.repairs.field_values import known_counts, value_changes
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.input_sizes import input_edits, served_inputs
from designer.audit.repairs.layer_edits import borders, copies, removals
from designer.audit.repairs.matching_numbers import (
    end_channels,
    number_edits,
    origin_edits,
    size_edits,
)
from designer.audit.repairs.ranking import Candidate, effort, is_odd, oddities, size
from designer.audit.repairs.several_windows import several_edits
from designer.audit.repairs.single_window import (
    Values,
    axis_changes,
    double_changes,
    single_changes,
    triple_changes,
)
from designer.audit.repairs.work_limit import Work
from designer.audit.trace import Network, Trace, trace_network

MAX_WORK = 100_000
"""Most layer steps of one search."""

OFFERED = 10
"""Most repairs that are offered."""

FOLLOWED = 4
"""Most numbers in a row that are made to meet what arrives."""

BEAM = 24
"""Most first edits that are carried on to a second one."""

NEIGHBOURS = 6
"""How many of the last layers of one kind are changed alike, besides all of them."""

Variants = Callable[[Layer, Shape], Iterator[Values]]


def find_repairs(network: Network, goal: Goal) -> list[Candidate]:
    """The smallest edits after which the network reaches the goal, smallest first.

    >>> from designer.audit.ops.convolutions import ConvTransposeLayer
    >>> layer = ConvTransposeLayer(in_channels=1, out_channels=1, kernel_size=3, stride=2, padding=1)
    >>> network = Network(input_shape=(1, 14, 14), layers=(layer,))
    >>> best = find_repairs(network, Goal(wanted=(1, 28, 28)))[0]
    >>> [(change.field, change.before, change.after) for change in best.changes]
    [('output_padding', 0, 1)]
    """
    work = Work(MAX_WORK)
    trace = trace_network(network)
    goal = Goal(wanted=goal.wanted, wish=goal.wish or _wish(network, trace, goal))
    found = [*_single_edits(network, trace, goal, work)]
    place, odd = min(len(trace.steps), len(network.layers) - 1), oddities(network, trace)
    if not any(effort(each, goal, odd=odd) < 2 for each in found):
        work.left = max(work.left, MAX_WORK // 2)
        for changes in several_edits(network, trace, goal, work):
            found += _checked(network, changes, goal, work)
        found += _second_edits(network, trace, goal, work)
    found += _meetings(network, (), goal, work, FOLLOWED)
    ranked = sorted(found, key=lambda each: size(each, goal, place=place, odd=odd))
    odd_ones = {id(each) for each in ranked if is_odd(each, odd=odd)}
    return choose(
        each for place, each in enumerate(ranked) if not place or id(each) not in odd_ones
    )


def choose(ranked: Iterable[Candidate]) -> list[Candidate]:
    """The best of every kind, the smallest first.

    Edits of the same layers do not crowd out the others: a whole layer and another input are
    offered too, where they help.
    """
    best: dict[object, Candidate] = {}
    for candidate in ranked:
        best.setdefault(candidate.kind, candidate)
    chosen: list[Candidate] = []
    groups: Counter[object] = Counter()
    for candidate in best.values():
        group = _group(candidate)
        if groups[group] < ALIKE.get(group, 3) and not any(
            set(smaller.changes) < set(candidate.changes) for smaller in chosen
        ):
            groups[group] += 1
            chosen.append(candidate)
    whole = [candidate for candidate in chosen if _group(candidate) in ALIKE]
    fields = [candidate for candidate in chosen if _group(candidate) not in ALIKE]
    kept = {*map(id, whole), *map(id, fields[: OFFERED - len(whole)])}
    return [candidate for candidate in chosen if id(candidate) in kept]


def _group(candidate: Candidate) -> object:
    """What edits have in common: whole layers added, or taken away, the input, or the same layers."""
    first = candidate.changes[0]
    if len(candidate.changes) > 1 and {change.field for change in candidate.changes} <= MEETING:
        return "meeting"
    if any(change.field == LAYER for change in candidate.changes):
        return "added" if first.before is None else "removed"
    return "input" if first.index == INPUT else frozenset(place for place, _ in candidate.kind)


MEETING = {
    "in_channels",
    "in_features",
    "num_features",
    "num_channels",
    "normalized_shape",
    "shape",
}
"""Fields that only say what arrives: to mend them changes nothing else."""

ALIKE: dict[object, int] = {"added": 2, "removed": 1, "input": 1, "meeting": 1}
"""How many repairs of a group are offered; of other groups three."""


def _wish(network: Network, trace: Trace, goal: Goal) -> Shape | None:
    """Where the network ends when its input suits it, if its own does not; a score is one number.

    Where the end follows the input's size, as in a U-Net, there is nothing to wish.
    """
    if trace.broken is None or goal.wanted is not None:
        return goal.wanted
    served = served_inputs(network, Goal(), Work(MAX_WORK // 10), most=2)
    if not served:
        return None
    ends = [trace_network(replace(network, input_shape=each)).shapes[-1][1:] for each in served]
    end = ends[0]
    if end[:1] == (1,) and prod(end[1:]) < prod(network.input_shape[1:]):
        return (1,) * len(end)
    return end if set(ends) == {end} else None


def _single_edits(network: Network, trace: Trace, goal: Goal, work: Work) -> Iterator[Candidate]:
    """Edits of one layer, of whole layers, and of the input."""
    edits: list[Iterable[Changes]] = [number_edits(network, trace), borders(network, trace, goal)]
    end = trace.output_shape
    if end and goal.wanted and len(end) == len(goal.wanted) and end[0] != goal.wanted[0]:
        edits.append(end_channels(network, trace, goal.wanted[0]))
    edits += [origin_edits(network, trace), removals(network, trace, goal), copies(network, trace)]
    for group in edits:
        for changes in group:
            yield from _checked(network, changes, goal, work)
    for changes in size_edits(network, trace, goal):
        yield from _checked(network, changes, goal, work)
    values = value_changes(known_counts(network, trace, goal))
    for variants in (single_changes, values, double_changes, axis_changes, triple_changes):
        for changes in _window_edits(network, trace, goal, work, variants):
            yield from _checked(network, changes, goal, work)
    for changes in _uniform_edits(network, trace, work):
        yield from _checked(network, changes, goal, work)
    for changes in input_edits(network, goal, work):
        yield from _checked(network, changes, goal, work)


def _second_edits(network: Network, trace: Trace, goal: Goal, work: Work) -> Iterator[Candidate]:
    """Edits of two layers: the first carries the network further, the second to the goal."""
    for first in _progress(network, trace, work)[:BEAM]:
        changed = apply_changes(network, first)
        if len(changed.layers) != len(network.layers):
            continue
        after = trace_network(changed)
        touched = {change.index for change in first}
        again: list[Iterable[Changes]] = [
            number_edits(changed, after),
            _window_edits(changed, after, goal, work, single_changes),
        ]
        for group in again:
            for second in group:
                if work.spent:
                    return
                if touched.isdisjoint(change.index for change in second):
                    yield from _checked(network, (*first, *second), goal, work)


def _meetings(
    network: Network, done: Changes, goal: Goal, work: Work, left: int
) -> Iterator[Candidate]:
    """Fields that say what arrives, mended one after the other as far as the network then breaks."""
    changed = apply_changes(network, done)
    for further in number_edits(changed, work.trace(changed)):
        fields = {change.field for change in further}
        if work.spent or not fields <= MEETING or further[0].index == INPUT:
            continue
        if any(change.index == each.index for change in further for each in done):
            continue
        yield from _checked(network, (*done, *further), goal, work)
        if left > 1:
            yield from _meetings(network, (*done, *further), goal, work, left - 1)


def _progress(network: Network, trace: Trace, work: Work) -> list[Changes]:
    """Edits of one layer, those first after which the network runs furthest, one per shape."""
    reached: dict[tuple[int, Shape], Changes] = {}
    start = len(trace.steps)
    edits = [*number_edits(network, trace)]
    last = start if trace.broken else start - 1
    for index in range(last, -1, -1):
        before = trace.shapes[index]
        for values in single_changes(network.layers[index], before):
            edits.append(_as_changes(network, index, values))
    for changes in edits:
        if work.spent:
            break
        after = work.trace(apply_changes(network, changes))
        if trace.broken is None or len(after.steps) > start or after.broken is None:
            reached.setdefault((changes[0].index, after.shapes[-1]), changes)
    return list(reached.values())


def _window_edits(
    network: Network, trace: Trace, goal: Goal, work: Work, variants: Variants
) -> Iterator[Changes]:
    """Other windows for one layer, up to the one that breaks, last layers first."""
    last = len(trace.steps) if trace.broken else len(trace.steps) - 1
    for index in range(last, -1, -1):
        layer, seen = network.layers[index], trace.shapes[: index + 1]
        for values in variants(layer, seen[-1]):
            if work.spent:
                return
            shape = work.step(edit_layer(layer, values), seen)
            if shape is not None and goal.accepts(
                network, work.end_after(network, seen, index, shape)
            ):
                yield _as_changes(network, index, values)


def _uniform_edits(network: Network, trace: Trace, work: Work) -> Iterator[Changes]:
    """The same field changed alike in neighbours of one kind, all or the last few of them."""
    places = range(min(len(network.layers), len(trace.shapes)))
    for _, group in groupby(places, key=lambda index: network.layers[index].op):
        indices = list(group)
        starts = sorted({0, *range(max(0, len(indices) - NEIGHBOURS), len(indices) - 1)})
        if len(indices) < 2:
            continue
        for values in single_changes(network.layers[indices[0]], trace.shapes[indices[0]]):
            for start in starts:
                if work.spent:
                    return
                alike = indices[start:]
                yield tuple(c for index in alike for c in _as_changes(network, index, values))


def _as_changes(network: Network, index: int, values: Values) -> Changes:
    return tuple(set_field(network, index, name, value) for name, value in values.items())


def _checked(network: Network, changes: Changes, goal: Goal, work: Work) -> Iterator[Candidate]:
    """The candidate, if the laws carry the edited network to the goal."""
    if work.spent or any(change.before == change.after for change in changes):
        return
    changed = apply_changes(network, changes)
    trace = work.trace(changed)
    whole = any(change.field == LAYER for change in changes)
    if goal.reached(changed, trace) and not (whole and goal.misses(trace)):
        yield Candidate(changes=changes, network=changed, trace=trace)
