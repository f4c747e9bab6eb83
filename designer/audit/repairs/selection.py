"""The repairs that are offered: the best of every group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from designer.audit.ops.registry import DECLARING_FIELDS
from designer.audit.repairs.changes import INPUT_INDEX, WHOLE_LAYER
from designer.audit.repairs.ranking import Candidate

MAX_REPAIRS = 10
"""Maximum number of offered repairs."""


def select_repairs(ranked: Iterable[Candidate]) -> list[Candidate]:
    """The best repairs of every group, in their order, and the best of those with the fewest changes.

    The number per group is limited, so that edits of the same layers do not displace the others; nor
    do better ones displace the smallest.
    """
    best: dict[object, Candidate] = {}
    for candidate in ranked:
        best.setdefault(candidate.touched_fields, candidate)
    smallest = min(best.values(), key=lambda each: len(each.changes), default=None)
    chosen: list[Candidate] = []
    groups: Counter[object] = Counter()
    for candidate in best.values():
        group = _repair_group(candidate)
        is_below_limit = groups[group] < GROUP_LIMITS.get(group, 3)
        if candidate is smallest or (
            is_below_limit
            and not any(set(smaller.changes) < set(candidate.changes) for smaller in chosen)
        ):
            groups[group] += 1
            chosen.append(candidate)
    whole = [candidate for candidate in chosen if _repair_group(candidate) in GROUP_LIMITS]
    fields = [candidate for candidate in chosen if _repair_group(candidate) not in GROUP_LIMITS]
    fields.sort(key=lambda candidate: candidate is not smallest)
    kept = {*map(id, whole), *map(id, fields[: MAX_REPAIRS - len(whole)])}
    return [candidate for candidate in chosen if id(candidate) in kept]


def _repair_group(candidate: Candidate) -> object:
    """Group of a repair: counts, added or removed layers, the input, or the layers it changes."""
    first = candidate.changes[0]
    fields = {change.field for change in candidate.changes}
    if len(candidate.changes) > 1 and fields <= DECLARING_FIELDS:
        return "counts"
    if any(change.field == WHOLE_LAYER for change in candidate.changes):
        return "added" if first.before is None else "removed"
    return (
        "input"
        if first.index == INPUT_INDEX
        else frozenset(place for place, _ in candidate.touched_fields)
    )


GROUP_LIMITS: dict[object, int] = {"added": 2, "removed": 1, "input": 1, "counts": 1}
"""Maximum number of offered repairs per group; 3 for all other groups."""
