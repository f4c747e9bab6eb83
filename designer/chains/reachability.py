"""Whether a size can be reached at all, and where the way back from it ends."""

from __future__ import annotations

from dataclasses import dataclass

from designer.chains.search_problem import SearchProblem
from designer.geometry.layers import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachability:
    """How a search backwards from a size ends.

    ``dead_ends`` are the sizes, smallest first, from which no layer of the space leads further
    back; ``out_of_layers`` says whether sizes were left when the layers ran out.
    """

    reaches_start: bool
    dead_ends: tuple[Size, ...]
    out_of_layers: bool


def find_reachability(problem: SearchProblem, target: Size) -> Reachability:
    """Go back from a size, each size once, until a start is found or nothing is left.

    Raises:
        SearchTooLarge: past the bound on steps.
    """
    seen, level = {target}, [target]
    dead_ends: list[Size] = []
    for _ in range(problem.space.max_layers):
        before: list[Size] = []
        for size in level:
            steps = problem.backward_steps.from_size(size)
            problem.step_limit.spend(1 + len(steps))
            if not steps:
                dead_ends.append(size)
            for step in steps:
                if step.before not in seen:
                    if problem.starts_at(step.before):
                        return Reachability(reaches_start=True, dead_ends=(), out_of_layers=False)
                    seen.add(step.before)
                    before.append(step.before)
        level = before
    return Reachability(
        reaches_start=False, dead_ends=tuple(sorted(dead_ends)), out_of_layers=bool(level)
    )
