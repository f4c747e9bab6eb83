"""The input sizes at which a network with skips runs, as torch ran one size of each residue.

The size of every map depends on the residue of the input's size modulo ΠS, the product of the strides, and
grows by ΠS/d per ΠS at a map of stride d: one size of each residue decides all larger ones. Axes are
independent, so that runs along the diagonal decide every pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from designer.audit.graph.model import first_shape
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.size_runs import JoinMiss, SizeRun
from designer.reasons import Reason, make_reason
from designer.validation.json_readers import JsonValue

MAX_LISTED_SIZES = 8
"""Maximum number of sizes that a sentence lists."""


class Outcome(StrEnum):
    """What a network does at a size: it holds, its maps do not meet, or it returns another size."""

    HOLDS = "holds"
    FAILS = "fails"
    RESIZES = "resizes"


_OUTCOME_CODES = {Outcome.FAILS: "residues_fail", Outcome.RESIZES: "residues_resize"}


@dataclass(frozen=True, kw_only=True)
class AxisSizes:
    """The outcome at every size that was run along an axis, without gaps.

    ``outcomes`` covers each residue modulo ``modulus``. ``examples`` has a run for each outcome that is
    no success.
    """

    axis: int
    modulus: int
    outcomes: Mapping[int, Outcome]
    examples: Mapping[Outcome, SizeRun] = field(default_factory=dict)

    @cached_property
    def by_residue(self) -> dict[int, Outcome]:
        """The outcome of each residue."""
        return {size % self.modulus: outcome for size, outcome in sorted(self.outcomes.items())}

    def count(self, outcome: Outcome) -> int:
        """The number of residues with an outcome."""
        return [*self.by_residue.values()].count(outcome)

    @property
    def first(self) -> int:
        """The smallest size that is decided."""
        return min(self.outcomes)

    @property
    def smallest_sizes(self) -> list[int]:
        """For each residue that holds, the smallest size, in order."""
        found: dict[int, int] = {}
        for size in sorted(self.outcomes):
            if self.outcomes[size] is Outcome.HOLDS:
                found.setdefault(size % self.modulus, size)
        return sorted(found.values())

    @property
    def step(self) -> int | None:
        """The difference of neighboring sizes that hold, None if there are several."""
        smallest = self.smallest_sizes
        step, rest = divmod(self.modulus, len(smallest)) if smallest else (0, 1)
        return None if rest or len({size % step for size in smallest}) > 1 else step

    @property
    def pattern(self) -> tuple[object, ...]:
        """What axes of one sentence have in common."""
        return self.modulus, tuple(sorted(self.outcomes.items()))


@dataclass(frozen=True, kw_only=True)
class SizeLaw:
    """The sizes along each strided axis, the joins that do not meet at some of them, and the sizes run.

    ``axes`` is the number of axes of the input. ``first_run`` to ``last_run`` has one size of each residue.
    """

    axes: int
    sizes: tuple[AxisSizes, ...]
    misses: tuple[JoinMiss, ...]
    first_run: int
    last_run: int

    @property
    def holds_everywhere(self) -> bool:
        """Whether the network runs at every size from the first that was decided."""
        return all(each.count(Outcome.HOLDS) == each.modulus for each in self.sizes)

    @property
    def resizes(self) -> bool:
        """Whether the network returns another size than the input's at some."""
        return any(each.count(Outcome.RESIZES) for each in self.sizes)

    @property
    def divisors(self) -> dict[int, int]:
        """By axis, the number whose multiples hold; empty if other sizes hold along an axis."""
        found = {each.axis: each.step for each in self.sizes}
        is_multiple = (each.step and each.smallest_sizes[0] % each.step == 0 for each in self.sizes)
        return {axis: step or 1 for axis, step in found.items()} if all(is_multiple) else {}

    @property
    def first(self) -> int:
        """The smallest size along the diagonal that is decided."""
        return max(each.first for each in self.sizes)

    @property
    def reasons(self) -> list[Reason]:
        """Which residues fail, with an example; which sizes hold; and what was run."""
        ran = {"first": self.first_run, "last": self.last_run}
        if self.holds_everywhere:
            return [make_reason("every_size_holds", smallest=self.first, **ran)]
        found: list[Reason] = []
        groups: dict[tuple[object, ...], list[AxisSizes]] = {}
        for each in self.sizes:
            groups.setdefault(each.pattern, []).append(each)
        for group in groups.values():
            found += self._group_reasons(group)
        return [*found, make_reason("residues_run", **ran)]

    def _group_reasons(self, group: Sequence[AxisSizes]) -> Iterator[Reason]:
        """The sentences about axes on which the same sizes hold."""
        one = group[0]
        side = make_reason("input_side")
        if len(group) < self.axes:
            axes = [each.axis for each in group]
            side = make_reason("input_side_of_axes", axes=[str(axis) for axis in axes])
        for outcome, code in _OUTCOME_CODES.items():
            count = one.count(outcome)
            if count:
                yield make_reason(
                    code,
                    count=count,
                    modulus=one.modulus,
                    side=side,
                    examples=list(dict.fromkeys(_examples(group, outcome))),
                )
        if one.smallest_sizes:
            yield _holding_reason(one, side)


def _examples(group: Sequence[AxisSizes], outcome: Outcome) -> Iterator[Reason]:
    for each in group:
        if outcome in each.examples:
            yield _example_reason(each.examples[outcome], each.axis)


def _example_reason(run: SizeRun, axis: int) -> Reason:
    """How a run shows that a size does not hold: the first level, from the input, whose maps differ."""
    size = run.sides[axis]
    misses = [miss for miss in run.misses if miss.skip[axis] != miss.other[axis]]
    if not misses:
        code = "size_returned" if run.ended == "ran" else "text_refuses_size"
        after = first_shape(run.outputs) or ()
        return make_reason(code, size=size, after=after[2 + axis] if len(after) > 2 + axis else 0)
    miss = min(misses, key=lambda each: each.level)
    facts = {"size": size, "level": miss.level, "skip": miss.skip[axis], "grown": miss.other[axis]}
    if miss.coarse is None:
        return make_reason("level_differs", **facts)
    coarse = miss.coarse[axis]
    halves = miss.skip[axis] % 2 == 1 and miss.other[axis] == 2 * coarse == miss.skip[axis] - 1
    return make_reason("level_is_odd" if halves else "level_does_not_meet", coarse=coarse, **facts)


def _holding_reason(sizes: AxisSizes, side: Reason) -> Reason:
    """The sizes that hold, as multiples of one number if they are."""
    smallest, step = sizes.smallest_sizes, sizes.step
    if step is not None and smallest[0] % step == 0:
        return make_reason("multiples_hold", divisor=step, first=smallest[0])
    if step is not None:
        return make_reason("steps_hold", first=smallest[0], step=step)
    listed = [str(size) for size in smallest[:MAX_LISTED_SIZES]]
    facts = {"sizes": listed, "count": len(smallest), "modulus": sizes.modulus}
    return make_reason("sizes_hold", side=side, **facts)


def axis_outcome(run: SizeRun, axis: int, *, keeps_size: bool) -> Outcome:
    """What a run shows about its size along an axis; ``keeps_size`` if the input's size must come back."""
    if run.ended == "text_raised":
        return Outcome.FAILS
    if any(miss.skip[axis] != miss.other[axis] for miss in run.misses):
        return Outcome.FAILS
    after = first_shape(run.outputs) or ()
    is_map = len(after) == len(run.sides) + 2
    if keeps_size and is_map and after[2 + axis] != run.sides[axis]:
        return Outcome.RESIZES
    return Outcome.HOLDS


def returns_its_size(outputs: JsonValue, sides: TensorShape) -> bool:
    """Whether the first output has the sizes of the input."""
    after = first_shape(outputs)
    return after is not None and after[2:] == sides
