"""Why nothing fits: the law with its numbers, what would have to give way, the nearest sizes."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.chains.frontier import find_frontier
from designer.chains.nearest_sizes import nearest_on_axis, nearest_sizes
from designer.chains.query import write_size
from designer.chains.reachability import Reach, find_reach
from designer.chains.search_problem import Problem
from designer.chains.step_limit import Effort
from designer.chains.within_budget import NO_BUDGET, first_chains
from designer.errors import NoChain, SearchTooLarge
from designer.geometry.layers import Size
from designer.limits import MAX_CHOICES, MAX_LAYERS, MAX_LENGTH, MAX_SEARCH_STEPS, MAX_SIDE

Changes = dict[str, object]
"""Fields of a search space and their values."""

LAW = "o = S·i + c"


def refuse_chainless(problem: Problem, budget: Budget) -> NoChain:
    """The refusal of a search that found nothing.

    Its facts: ``law`` and its numbers where the way back ends; ``relax``, the smallest sets of
    constraints without which something fits, each of them enough, and ``relax_decided``, whether
    all sets up to that size could be tried; ``nearest_sizes``, the nearest
    feasible sizes that are nowhere larger and nowhere smaller; and ``nearest``, per axis, the
    nearest feasible sides below and above with the other sides as asked, or, where moving that
    one side does not help, its sides in ``nearest_sizes``.
    """
    reach = find_reach(problem, problem.target)
    wanted = write_size(problem.target)
    if reach.starts:
        reason, facts = _over_budget(problem, budget)
    else:
        reason, facts = _dead_end(problem, reach)
    relax, decided = _smallest_relaxations(problem, budget)
    facts |= {"target": list(problem.target), "relax": relax, "relax_decided": decided}
    facts |= {} if reach.starts else _nearest(problem)
    return NoChain(f"no chain leads to {wanted}: {reason}{_advice(relax, decided)}", **facts)


def _over_budget(problem: Problem, budget: Budget) -> tuple[str, Changes]:
    frontier = find_frontier(problem)
    least = {
        "parameters": min(figures[2] for figures in frontier),
        "multiply_adds": min(figures[3] for figures in frontier),
    }
    bounds = {name: getattr(budget, name) for name in least if getattr(budget, name) is not None}
    asked = " and ".join(f"{bound:,} {_words(name)}" for name, bound in bounds.items())
    needed = " and ".join(f"{least[name]:,} {_words(name)}" for name in bounds)
    together = ", each by another chain," if len(bounds) > 1 else ""
    reason = (
        f"none keeps the budget of {asked}; the least that any chain{together} needs is {needed}"
    )
    return reason, {"law": "budget", "budget": bounds, "least": least}


def _dead_end(problem: Problem, reach: Reach) -> tuple[str, Changes]:
    space = problem.space
    facts: Changes = {"law": LAW, "strides": list(space.strides), "exact": str(space.exact)}
    if reach.out_of_layers or not reach.dead_ends:
        facts |= {"max_layers": space.max_layers}
        start = (
            "a map to start from" if space.initial_size is None else write_size(space.initial_size)
        )
        return f"{space.max_layers} layers do not go back as far as {start}", facts
    size = reach.dead_ends[0]
    rows = [
        {
            "stride": stride,
            "output_size": side,
            "input_size": side // stride,
            "offset": side % stride,
        }
        for side in dict.fromkeys(size)
        for stride in space.strides
    ]
    numbers = ", ".join(
        f"{row['output_size']} = {row['stride']}·{row['input_size']} + {row['offset']}"
        for row in rows
    )
    facts |= {"output_size": list(size), "numbers": rows, "initial_size": _initial(space)}
    allowed = {
        Exact.REQUIRE: "with c = 0",
        Exact.PREFER: "with |c| < S",
        Exact.ANY: "with c as the kernels allow",
    }[space.exact]
    return (
        f"the way back ends at {write_size(size)}, where no window of the space gives {LAW}"
        f" {allowed} from a map to start from or to go on from ({numbers})"
    ), facts


def _initial(space: SearchSpace) -> list[int] | None:
    return None if space.initial_size is None else list(space.initial_size)


def _nearest(problem: Problem) -> Changes:
    """Nearest feasible sides by axis, and whole sizes where moving one axis does not help."""
    axes = len(problem.target)
    most = MAX_LENGTH if axes == 1 else MAX_SIDE
    whole: tuple[Size | None, Size | None] = (None, None)
    if axes > 1:
        whole = nearest_sizes(_again(problem), most=most)
    rows: list[Changes] = []
    for axis, side in enumerate(problem.target):
        found = nearest_on_axis(_again(problem), axis, most=most)
        if found == (None, None):
            found = tuple(size[axis] if size else None for size in whole)  # type: ignore[assignment]
        rows.append({"axis": axis, "size": side, "below": found[0], "above": found[1]})
    below, above = (list(size) if size else None for size in whole)
    facts: Changes = {"nearest": rows}
    return facts if axes == 1 else facts | {"nearest_sizes": {"below": below, "above": above}}


def _smallest_relaxations(problem: Problem, budget: Budget) -> tuple[list[list[str]], bool]:
    """The smallest sets of constraints without which something fits, and whether that is sure.

    It is not where a smaller set or one of the same size could not be tried to the end within the
    bound on steps.
    """
    changes = _relaxations(problem.space, len(problem.target))
    bounds = [name for name in ("parameters", "multiply_adds") if getattr(budget, name) is not None]
    names = [*(f"budget.{name}" for name in bounds), *changes]
    effort = Effort(MAX_SEARCH_STEPS // 3)
    decided = True
    for number in range(1, len(names) + 1):
        tried = {
            chosen: _fits_without(problem, budget, chosen, changes, effort)
            for chosen in combinations(names, number)
        }
        decided = decided and None not in tried.values()
        if found := [list(chosen) for chosen, fits in tried.items() if fits]:
            return found, decided
    return [], decided


def _fits_without(
    problem: Problem,
    budget: Budget,
    chosen: tuple[str, ...],
    changes: dict[str, Changes],
    effort: Effort,
) -> bool | None:
    """Whether something fits without these, None where the bound on steps leaves it open."""
    merged: Changes = {}
    for name in chosen:
        merged |= changes.get(name, {})
    if "anisotropic" in chosen:
        strides = merged.get("strides", problem.space.strides)
        assert isinstance(strides, tuple)
        merged["strides"] = (1, *strides)
    space = replace(problem.space, **merged)  # type: ignore[arg-type]
    freed = {name.partition(".")[2]: None for name in chosen if name.startswith("budget.")}
    part = Effort(min(effort.most - effort.spent, effort.most // 5))
    relaxed = Problem(target=problem.target, space=space, widths=problem.widths, effort=part)
    try:
        if not find_reach(relaxed, problem.target).starts:
            return False
        rest = replace(budget, **freed)
        return rest == NO_BUDGET or bool(first_chains(relaxed, rest, 0, 1))
    except SearchTooLarge:
        return None
    finally:
        effort.spent += min(part.spent, part.most)


def _relaxations(space: SearchSpace, axes: int) -> dict[str, Changes]:
    """For each constraint, the fields without it: what was asked for and the defaults together."""
    default = SearchSpace.default(axes=axes)
    wider: dict[str, Changes] = {
        name: {name: (*getattr(default, name), *getattr(space, name))[:MAX_CHOICES]}
        for name in ("kernel_sizes", "strides", "dilations")
    }
    wider["output_padding"] = {"output_padding": True}
    wider["exact"] = {"exact": Exact.PREFER if space.exact is Exact.REQUIRE else Exact.ANY}
    wider["overlap"] = {
        "overlap": Overlap.PREFER if space.overlap is Overlap.EVEN else space.overlap
    }
    wider["initial_size"] = {"initial_size": None}
    wider["max_layers"] = {"max_layers": MAX_LAYERS}
    wider["anisotropic"] = {"anisotropic": True}
    return {name: change for name, change in wider.items() if replace(space, **change) != space}  # type: ignore[arg-type]


def _again(problem: Problem) -> Problem:
    effort = Effort(problem.effort.most // 20)
    return Problem(target=problem.target, space=problem.space, widths=problem.widths, effort=effort)


def _advice(relax: list[list[str]], decided: bool) -> str:
    ways = " or without ".join(" and ".join(chosen) for chosen in relax)
    advice = f"; something fits without {ways}" if relax else ""
    return advice if decided else f"{advice}; not every set was tried within the bound on steps"


def _words(name: str) -> str:
    return name.replace("_", "-")
