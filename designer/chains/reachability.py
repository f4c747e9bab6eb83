"""Whether a size has a chain, and where the backward search stops if it has none."""

from __future__ import annotations

from dataclasses import dataclass

from designer.chains.search_problem import SearchProblem
from designer.geometry.layers import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachability:
    """The result of a backward search from a size.

    ``dead_ends`` are the sizes, smallest first, that have no backward step in the space;
    ``out_of_layers`` is true if sizes were left unexpanded when ``max_layers`` was reached.
    """

    reaches_start: bool
    dead_ends: tuple[Size, ...]
    out_of_layers: bool


def find_reachability(problem: SearchProblem, target: Size) -> Reachability:
    """The result of searching backwards from a size, each size visited once.

    Raises:
        SearchTooLarge: if the search exceeds the step limit.
    """
    seen, level = {target}, [target]
    dead_ends: list[Size] = []
    for depth in range(1, problem.space.max_layers + 1):
        before: list[Size] = []
        for size in level:
            steps = problem.backward_steps.from_size(size)
            problem.step_limit.spend(1 + len(steps))
            if not steps:
                dead_ends.append(size)
            for step in steps:
                if step.before not in seen:
                    if problem.starts_at(step.before, depth):
                        return Reachability(reaches_start=True, dead_ends=(), out_of_layers=False)
                    seen.add(step.before)
                    before.append(step.before)
        level = before
    return Reachability(
        reaches_start=False, dead_ends=tuple(sorted(dead_ends)), out_of_layers=bool(level)
    )
