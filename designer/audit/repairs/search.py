"""The search for repairs: edits of growing size, each checked with the shape rules.

Edits of one layer, of whole layers and of the input come first, then edits of several layers. An
edit is a candidate only if the whole network then reaches the goal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, groupby
from math import prod

from designer.audit.ops.layer import AuditLayer, FieldValues
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.ops.registry import DECLARING_FIELDS
from designer.audit.repairs.changes import (
    INPUT_INDEX,
    WHOLE_LAYER,
    ChangeList,
    apply_changes,
    edit_layer,
    new_places,
    set_fields,
)
from designer.audit.repairs.field_values import known_counts, value_changes
from designer.audit.repairs.flaws import find_flaws
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.ideas import name_ideas
from designer.audit.repairs.idioms import idiom_edits
from designer.audit.repairs.input_sizes import closest_input_shapes, input_edits
from designer.audit.repairs.layer_edits import border_edits, removal_edits
from designer.audit.repairs.matching_numbers import (
    number_edits,
    output_channel_edits,
    size_edits,
    skip_source_edits,
)
from designer.audit.repairs.ranking import (
    Candidate,
    count_window_warnings,
    has_odd_windows,
    ranking_key,
    repair_cost,
)
from designer.audit.repairs.search_budget import SearchBudget
from designer.audit.repairs.selection import select_repairs
from designer.audit.repairs.several_windows import multi_layer_edits
from designer.audit.repairs.single_window import (
    axis_changes,
    double_changes,
    single_changes,
    triple_changes,
)
from designer.audit.trace import AuditNetwork, Trace, trace_network

MAX_REPAIR_STEPS = 100_000
"""Maximum number of layer steps of the search for edits of one layer."""

SECOND_SEARCH_STEPS = 25_000
"""Layer steps that the search for edits of several layers has at least, whatever the first took."""

MAX_CHAINED_COUNTS = 4
"""Maximum number of successive edits of count fields."""

BEAM_WIDTH = 24
"""Maximum number of first edits that are extended by a second one."""

MAX_NEIGHBOURS = 6
"""Maximum number of last layers of one op that get the same change, besides all of them."""

WindowEdits = Callable[[AuditLayer, TensorShape], Iterator[FieldValues]]


def find_repairs(network: AuditNetwork, goal: Goal) -> list[Candidate]:
    """Edits after which the network reaches the goal, those that an expert would choose first.

    >>> from designer.audit.ops.conv_transpose import ConvTransposeLayer
    >>> layer = ConvTransposeLayer(in_channels=1, out_channels=1, kernel_size=3, stride=2, padding=1)
    >>> network = AuditNetwork(input_shape=(1, 14, 14), layers=(layer,))
    >>> best = find_repairs(network, Goal(wanted=(1, 28, 28)))[0]
    >>> [(change.field, change.before, change.after) for change in best.changes]
    [('output_padding', 0, 1)]
    """
    budget = SearchBudget(MAX_REPAIR_STEPS)
    trace = trace_network(network)
    goal = Goal(
        wanted=goal.wanted, preferred=goal.preferred or _preferred_shape(network, trace, goal)
    )
    found = [_judged(network, trace, each) for each in _single_edits(network, trace, goal, budget)]
    place = min(len(trace.steps), len(network.layers) - 1)
    old_warnings = count_window_warnings(network, trace)
    if not any(
        repair_cost(each, goal, old_warnings=old_warnings) < 2 and not each.flaws for each in found
    ):
        budget.remaining = max(budget.remaining, SECOND_SEARCH_STEPS)
        several = [
            candidate
            for changes in multi_layer_edits(network, trace, goal, budget)
            for candidate in _accepted(network, changes, goal, budget)
        ]
        several += _second_edits(network, trace, goal, budget)
        found += [_judged(network, trace, each) for each in several]
    counts = _chained_count_edits(network, (), goal, budget, MAX_CHAINED_COUNTS)
    found += [_judged(network, trace, each) for each in counts]
    ranked = sorted(
        found, key=lambda each: ranking_key(each, goal, place=place, old_warnings=old_warnings)
    )
    odd = [has_odd_windows(each, old_warnings=old_warnings) for each in ranked]
    return select_repairs(_without_needless(ranked, odd))


def _without_needless(ranked: list[Candidate], odd: list[bool]) -> Iterator[Candidate]:
    """Repairs with unusual windows only where one is first, or has fewer changes than all usual ones."""
    usual = [len(each.changes) for each, is_odd in zip(ranked, odd, strict=True) if not is_odd]
    fewest = min(usual, default=0)
    for place, (each, is_odd) in enumerate(zip(ranked, odd, strict=True)):
        if not is_odd or not place:
            yield each
        elif len(each.changes) < fewest:
            fewest = len(each.changes)
            yield each


def _judged(network: AuditNetwork, trace: Trace, found: Candidate) -> Candidate:
    """A candidate with its ideas, and with what it leaves."""
    places = new_places(network, found.changes)
    return replace(
        found,
        ideas=name_ideas(network, found.changes, found.trace, places),
        flaws=find_flaws(network, trace, found.changes, found.network, found.trace),
    )


def _preferred_shape(network: AuditNetwork, trace: Trace, goal: Goal) -> TensorShape | None:
    """Output shape for the nearest inputs that fit, if the given one fails; a score is one number.

    None if the output size follows the input size, as in a U-Net.
    """
    if trace.layer_error is None or goal.wanted is not None:
        return goal.wanted
    served = closest_input_shapes(network, Goal(), SearchBudget(MAX_REPAIR_STEPS // 10), most=2)
    if not served:
        return None
    ends = [trace_network(replace(network, input_shape=each)).shapes[-1][1:] for each in served]
    end = ends[0]
    if end[:1] == (1,) and prod(end[1:]) < prod(network.input_shape[1:]):
        return (1,) * len(end)
    return end if set(ends) == {end} else None


def _single_edits(
    network: AuditNetwork, trace: Trace, goal: Goal, budget: SearchBudget
) -> Iterator[Candidate]:
    """Candidates that edit one layer, add or remove layers, or change the input."""
    edits: list[Iterable[ChangeList]] = [
        number_edits(network, trace),
        border_edits(network, trace, goal),
    ]
    end = trace.output_shape
    if end and goal.wanted and len(end) == len(goal.wanted) and end[0] != goal.wanted[0]:
        edits.append(output_channel_edits(network, goal.wanted[0]))
    edits += [
        skip_source_edits(network, trace),
        removal_edits(network, trace, goal),
        idiom_edits(network, trace, goal, budget),
        size_edits(network, trace, goal),
    ]
    values = partial(value_changes, counts=known_counts(network, trace, goal))
    for variants in (single_changes, values, double_changes, axis_changes, triple_changes):
        edits.append(_window_edits(network, trace, goal, budget, variants))
    edits += [_uniform_edits(network, trace, budget), input_edits(network, goal, budget)]
    for changes in chain.from_iterable(edits):
        yield from _accepted(network, changes, goal, budget)


def _second_edits(
    network: AuditNetwork, trace: Trace, goal: Goal, budget: SearchBudget
) -> Iterator[Candidate]:
    """Edits of two layers: after the first more layers run, the second reaches the goal."""
    for first in _progressing_edits(network, trace, budget)[:BEAM_WIDTH]:
        changed = apply_changes(network, first)
        if len(changed.layers) != len(network.layers):
            continue
        after = trace_network(changed)
        touched = {change.index for change in first}
        windows = _window_edits(changed, after, goal, budget, single_changes)
        for second in chain(number_edits(changed, after), windows):
            if budget.is_spent:
                return
            if touched.isdisjoint(change.index for change in second):
                yield from _accepted(network, (*first, *second), goal, budget)


def _chained_count_edits(
    network: AuditNetwork, done: ChangeList, goal: Goal, budget: SearchBudget, max_depth: int
) -> Iterator[Candidate]:
    """Successive edits of count fields, each at the layer that fails after the one before."""
    changed = apply_changes(network, done)
    for further in number_edits(changed, budget.trace(changed)):
        fields = {change.field for change in further}
        if budget.is_spent or not fields <= DECLARING_FIELDS or further[0].index == INPUT_INDEX:
            continue
        if any(change.index == each.index for change in further for each in done):
            continue
        yield from _accepted(network, (*done, *further), goal, budget)
        if max_depth > 1:
            yield from _chained_count_edits(network, (*done, *further), goal, budget, max_depth - 1)


def _progressing_edits(
    network: AuditNetwork, trace: Trace, budget: SearchBudget
) -> list[ChangeList]:
    """Edits of one layer after which more layers run, one per layer and reached shape."""
    reached: dict[tuple[int, TensorShape], ChangeList] = {}
    start = len(trace.steps)
    edits = [*number_edits(network, trace)]
    last = start if trace.layer_error else start - 1
    for index in range(last, -1, -1):
        before = trace.shapes[index]
        for values in single_changes(network.layers[index], before):
            edits.append(set_fields(network, index, values))
    for changes in edits:
        if budget.is_spent:
            break
        after = budget.trace(apply_changes(network, changes))
        if trace.layer_error is None or len(after.steps) > start or after.layer_error is None:
            reached.setdefault((changes[0].index, after.shapes[-1]), changes)
    return list(reached.values())


def _window_edits(
    network: AuditNetwork, trace: Trace, goal: Goal, budget: SearchBudget, variants: WindowEdits
) -> Iterator[ChangeList]:
    """Changes of one layer's fields, up to the layer that fails, last layers first."""
    last = len(trace.steps) if trace.layer_error else len(trace.steps) - 1
    for index in range(last, -1, -1):
        layer, seen = network.layers[index], trace.shapes[: index + 1]
        for values in variants(layer, seen[-1]):
            if budget.is_spent:
                return
            shape = budget.step(edit_layer(layer, values), seen)
            if shape is not None and goal.accepts(
                network, budget.end_after(network, seen, index, shape)
            ):
                yield set_fields(network, index, values)


def _uniform_edits(
    network: AuditNetwork, trace: Trace, budget: SearchBudget
) -> Iterator[ChangeList]:
    """The same change in consecutive layers of one op, all or the last few of them."""
    places = range(min(len(network.layers), len(trace.shapes)))
    for _, group in groupby(places, key=lambda index: network.layers[index].op):
        indices = list(group)
        starts = sorted({0, *range(max(0, len(indices) - MAX_NEIGHBOURS), len(indices) - 1)})
        if len(indices) < 2:
            continue
        for values in single_changes(network.layers[indices[0]], trace.shapes[indices[0]]):
            for start in starts:
                if budget.is_spent:
                    return
                alike = indices[start:]
                yield tuple(c for index in alike for c in set_fields(network, index, values))


def _accepted(
    network: AuditNetwork, changes: ChangeList, goal: Goal, budget: SearchBudget
) -> Iterator[Candidate]:
    """The candidate, if the edited network reaches the goal."""
    if budget.is_spent or any(change.before == change.after for change in changes):
        return
    changed = apply_changes(network, changes)
    trace = budget.trace(changed)
    whole = any(change.field == WHOLE_LAYER for change in changes)
    if goal.is_reached_by(changed, trace) and not (whole and goal.misses_preferred(trace)):
        yield Candidate(changes=changes, network=changed, trace=trace)
