"""The ``no_chain`` error: the reason with its numbers, constraints to relax, nearest sizes."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from designer.brief.brief_json import chain_document
from designer.brief.factor import whole_factor
from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.chains.additions import Addition, fewest_additions, missing_primes
from designer.chains.frontier import find_frontier
from designer.chains.nearest_sizes import find_nearest_sides, find_nearest_sizes
from designer.chains.reachability import Reachability, find_reachability
from designer.chains.search_problem import SearchProblem
from designer.chains.step_limit import StepLimit
from designer.chains.within_budget import NO_BUDGET, find_best_chains
from designer.errors import NoChain, SearchTooLarge
from designer.geometry.layers import Size
from designer.reasons import Reason
from designer.validation.limits import (
    MAX_LAYERS,
    MAX_SEARCH_ENTRIES,
    MAX_SEARCH_STEPS,
    MAX_SIDE,
    MAX_SIGNAL_LENGTH,
)

SpaceFields = dict[str, object]
"""Fields of a search space and their values."""

LAW = "o = S·i + c"


def no_chain_error(problem: SearchProblem, budget: Budget) -> NoChain:
    """The error of a search without a result.

    Its facts: ``law`` and its numbers where the backward search stops; ``relax``, the smallest
    sets of constraints whose removal makes a chain possible, each sufficient alone, and
    ``relax_decided``, whether all sets up to that size were tried; ``add``, the fewest values to add
    to the lists or options to set, as fields of ``search``, with the chain that they make, and
    ``add_decided``, whether all sets up to that size were tried; ``nearest_sizes``, the nearest
    feasible sizes that are not larger and not smaller on any axis; and ``nearest``, per axis, the
    nearest feasible sides below and above with the other sides unchanged, or, if changing that
    side alone does not help, its sides in ``nearest_sizes``.
    """
    reach = find_reachability(problem, problem.target)
    if reach.reaches_start:
        reason, facts = _budget_reason(problem, budget)
    else:
        reason, facts = _dead_end_reason(problem, reach)
    relax, decided = _smallest_relaxations(problem, budget)
    facts |= {"target": list(problem.target), "relax": relax, "relax_decided": decided}
    addition, add_decided = (
        (None, True) if reach.reaches_start else fewest_additions(problem, budget)
    )
    facts |= {"add": _addition_facts(addition), "add_decided": add_decided}
    facts |= {} if reach.reaches_start else _nearest_facts(problem)
    return NoChain([reason, *_added(addition), *_advice(relax, decided)], **facts)


def _addition_facts(addition: Addition | None) -> SpaceFields | None:
    """The fields to send, the values that are new in them, and the chain that they make."""
    if addition is None:
        return None
    new: dict[str, list[int]] = {"strides": [], "kernel_sizes": []}
    for name, value in addition.values:
        if name in new:
            new[name].append(value)
    lists = {name: values for name, values in new.items() if values}
    return {"search": addition.fields, "values": lists, **chain_document(addition.chain)}


def _added(addition: Addition | None) -> list[Reason]:
    if addition is None:
        return []
    facts = {"additions": addition.reasons, "sizes": [list(s) for s in addition.chain.sizes]}
    return [Reason(code="add", facts=facts)]


def _budget_reason(problem: SearchProblem, budget: Budget) -> tuple[Reason, SpaceFields]:
    frontier = find_frontier(problem)
    least = {
        "parameters": min(figures[2] for figures in frontier),
        "multiply_adds": min(figures[3] for figures in frontier),
    }
    bounds = {name: getattr(budget, name) for name in least if getattr(budget, name) is not None}
    needed = {f"least_{name}": least[name] for name in bounds}
    code = "budget_too_small" if len(bounds) > 1 else _BUDGET_CODES[next(iter(bounds))]
    reason = Reason(code=code, facts={"target": list(problem.target), **bounds, **needed})
    return reason, {"law": "budget", "budget": bounds, "least": least}


_BUDGET_CODES = {
    "parameters": "parameter_budget_too_small",
    "multiply_adds": "multiply_add_budget_too_small",
}


def _dead_end_reason(problem: SearchProblem, reach: Reachability) -> tuple[Reason, SpaceFields]:
    space, target = problem.space, list(problem.target)
    if found := _factor_of_prime(space, problem.target):
        numbers = {"factor": found[0], "prime": found[1]}
        reason = Reason(code="factor_prime", facts={"target": target, **numbers})
        return reason, {"law": "ΠS = factor", **numbers, "strides": list(space.strides)}
    facts: SpaceFields = {"law": LAW, "strides": list(space.strides), "exact": str(space.exact)}
    if reach.out_of_layers or not reach.dead_ends:
        facts |= {"max_layers": space.max_layers}
        return _layers_reason(space, target), facts
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
    equations = [
        f"{row['output_size']} = {row['stride']}·{row['input_size']} + {row['offset']}"
        for row in rows
    ]
    facts |= {"output_size": list(size), "numbers": rows, "initial_size": _initial_size_list(space)}
    reason_facts: SpaceFields = {"target": target, "size": list(size), "equations": equations}
    if space.exact is Exact.ANY:
        return Reason(code="dead_end_any_offset", facts=reason_facts), facts
    condition = "c = 0" if space.exact is Exact.REQUIRE else "|c| < S"
    return Reason(code="dead_end", facts=reason_facts | {"condition": condition}), facts


def _factor_of_prime(space: SearchSpace, target: Size) -> tuple[int, int] | None:
    """What an axis is multiplied by and its largest prime that no stride has; None without one."""
    primes = missing_primes(space, target)
    factors = whole_factor(space.initial_size or (), target)
    return next(((f, max(primes)) for f in factors if primes and f % max(primes) == 0), None)


def _layers_reason(space: SearchSpace, target: list[int]) -> Reason:
    facts: SpaceFields = {"target": target, "max_layers": space.max_layers}
    if space.initial_size is None:
        return Reason(code="max_layers_too_small", facts=facts)
    facts |= {"initial_size": _initial_size_list(space)}
    return Reason(code="max_layers_too_small_from", facts=facts)


def _initial_size_list(space: SearchSpace) -> list[int] | None:
    return None if space.initial_size is None else list(space.initial_size)


def _nearest_facts(problem: SearchProblem) -> SpaceFields:
    """Nearest feasible sides by axis, and nearest sizes with all axes changed together."""
    axes = len(problem.target)
    max_side = MAX_SIGNAL_LENGTH if axes == 1 else MAX_SIDE
    whole: tuple[Size | None, Size | None] = (None, None)
    if axes > 1:
        whole = find_nearest_sizes(_with_lower_limit(problem), max_side=max_side)
    rows: list[SpaceFields] = []
    for axis, side in enumerate(problem.target):
        found = find_nearest_sides(_with_lower_limit(problem), axis, max_side=max_side)
        if found == (None, None):
            found = tuple(size[axis] if size else None for size in whole)  # type: ignore[assignment]
        rows.append({"axis": axis, "size": side, "below": found[0], "above": found[1]})
    below, above = (list(size) if size else None for size in whole)
    facts: SpaceFields = {"nearest": rows, **_nearest_factors(problem.space, rows)}
    return facts if axes == 1 else facts | {"nearest_sizes": {"below": below, "above": above}}


def _nearest_factors(space: SearchSpace, rows: list[SpaceFields]) -> SpaceFields:
    """For exact windows from a given map, what its sides are multiplied by to give those rows."""
    if space.exact is not Exact.REQUIRE or space.initial_size is None:
        return {}
    factors = [
        {"axis": row["axis"]}
        | {at: side and side // start for at in ("below", "above") for side in (row[at],)}  # type: ignore[operator]
        for row, start in zip(rows, space.initial_size, strict=True)
    ]
    return {"nearest_factors": factors}


def _smallest_relaxations(problem: SearchProblem, budget: Budget) -> tuple[list[list[str]], bool]:
    """The smallest sets of constraints whose removal makes a chain possible, and whether decided.

    Undecided if a set of that size or smaller could not be tried within the step limit.
    """
    changes = _relaxations(problem.space, len(problem.target))
    bounds = [name for name in ("parameters", "multiply_adds") if getattr(budget, name) is not None]
    names = [*(f"budget.{name}" for name in bounds), *changes]
    names = [name for name in names if name not in problem.kept]
    step_limit = StepLimit(MAX_SEARCH_STEPS // 3)
    decided = True
    for number in range(1, len(names) + 1):
        tried = {
            chosen: _fits_without(problem, budget, chosen, changes, step_limit)
            for chosen in combinations(names, number)
        }
        decided = decided and None not in tried.values()
        if found := [list(chosen) for chosen, fits in tried.items() if fits]:
            return found, decided
    return [], decided


def _fits_without(
    problem: SearchProblem,
    budget: Budget,
    chosen: tuple[str, ...],
    changes: dict[str, SpaceFields],
    step_limit: StepLimit,
) -> bool | None:
    """Whether a chain exists without these constraints, None if the step limit is exceeded."""
    merged: SpaceFields = {}
    for name in chosen:
        merged |= changes.get(name, {})
    if "anisotropic" in chosen:
        strides = merged.get("strides", problem.space.strides)
        assert isinstance(strides, tuple)
        merged["strides"] = (1, *strides)
    space = replace(problem.space, **merged)  # type: ignore[arg-type]
    freed = {name.partition(".")[2]: None for name in chosen if name.startswith("budget.")}
    trial_limit = StepLimit(min(step_limit.maximum - step_limit.spent, step_limit.maximum // 5))
    relaxed = SearchProblem(
        target=problem.target, space=space, widths=problem.widths, step_limit=trial_limit
    )
    try:
        if not find_reachability(relaxed, problem.target).reaches_start:
            return False
        relaxed_budget = replace(budget, **freed)
        return relaxed_budget == NO_BUDGET or bool(find_best_chains(relaxed, relaxed_budget, 0, 1))
    except SearchTooLarge:
        return None
    finally:
        step_limit.spend(min(trial_limit.spent, trial_limit.maximum))


def _relaxations(space: SearchSpace, axes: int) -> dict[str, SpaceFields]:
    """For each constraint, the fields that relax it; lists are joined with the default lists."""
    default = SearchSpace.default(axes=axes)
    wider: dict[str, SpaceFields] = {
        name: {name: (*getattr(default, name), *getattr(space, name))[:MAX_SEARCH_ENTRIES]}
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


def _with_lower_limit(problem: SearchProblem) -> SearchProblem:
    step_limit = StepLimit(problem.step_limit.maximum // 20)
    return SearchProblem(
        target=problem.target, space=problem.space, widths=problem.widths, step_limit=step_limit
    )


def _advice(relax: list[list[str]], decided: bool) -> list[Reason]:
    """What would help: the constraints to relax, and whether other combinations are untried."""
    advice = [Reason(code="relax", facts={"constraints": relax})] if relax else []
    return advice if decided else [*advice, Reason(code="relax_undecided", facts={})]
