"""The fewest values to add to a search space so that a chain exists, with that chain.

Added are strides, kernel sizes, layers, output padding and the freedom of each axis; nothing is
given up. With output padding every kernel of at least the stride has all offsets below it; without,
two kernels of different parity have. So few kernels per stride need a trial.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from designer.brief.factor import prime_factors, whole_factor
from designer.brief.search_space import Budget, Exact, SearchSpace
from designer.chains.reachability import find_reachability
from designer.chains.search_problem import SearchProblem
from designer.chains.solution import chain_key
from designer.chains.step_limit import StepLimit
from designer.chains.within_budget import find_best_chains
from designer.errors import SearchTooLarge
from designer.geometry.chain import Chain
from designer.geometry.layers import Size
from designer.reasons import Reason, make_reason
from designer.validation.limits import (
    MAX_LAYERS,
    MAX_SEARCH_ENTRIES,
    MAX_SEARCH_STEPS,
    MAX_SEARCH_VALUE,
)

MOST_ADDED = 3
"""Largest number of values that are added together."""

MOST_ADDED_STRIDE = 16
"""Strides up to this one are tried, and larger primes of a factor."""

STEPS_PER_TRIAL = 100
"""Search steps charged for each set of values that is tried."""

AddedValue = tuple[str, int | bool]
"""A field of the search space and what is added to its list, or set."""


_CODES = {
    "kernel_sizes": "added_kernel_size",
    "max_layers": "added_max_layers",
    "output_padding": "added_output_padding",
    "anisotropic": "added_anisotropic",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Values that make a chain possible, the search space with them, and its best chain."""

    values: tuple[AddedValue, ...]
    space: SearchSpace
    chain: Chain

    @property
    def fields(self) -> dict[str, object]:
        """The changed fields of the search space, lists whole."""
        names = dict.fromkeys(name for name, _ in self.values)
        if "anisotropic" in names:
            names |= {"strides": None}
        found = {name: getattr(self.space, name) for name in names}
        return {n: list(each) if isinstance(each, tuple) else each for n, each in found.items()}

    @property
    def reasons(self) -> list[Reason]:
        """Each value in words."""
        return [self._describe(name, value) for name, value in self.values]

    def _describe(self, name: str, value: int | bool) -> Reason:
        if name != "strides":
            value = self.space.max_layers if name == "max_layers" else value
            return make_reason(_CODES[name], value=value)
        axes = {
            axis
            for step in self.chain.windows
            for axis, window in enumerate(step)
            if window.stride == value
        }
        if self.chain.axes > 1 and len(axes) == 1:
            facts = {"value": value, "axis": axes.pop()}
            return Reason(code="added_stride_on_axis", facts=facts)
        return Reason(code="added_stride", facts={"value": value})


def fewest_additions(problem: SearchProblem, budget: Budget) -> tuple[Addition | None, bool]:
    """The fewest values that make a chain within the budget possible, and whether that is decided.

    Of equally many, smaller strides come first, then kernels, more layers, and the options; a kernel
    is the one of the best chain. Undecided if the step limit left some sets untried.
    """
    trials = _Trials(problem, budget)
    primes = missing_primes(problem.space, problem.target)
    values = list(_values(problem, primes))
    try:
        for number in range(1, MOST_ADDED + 1):
            for chosen in combinations(values, number):
                if _covers(primes, chosen) and (found := trials.addition(chosen)):
                    return _with_best_kernels(trials, found, values), True
    except SearchTooLarge:
        return None, False
    return None, True


class _Trials:
    """Searches with values added, which share one step limit."""

    def __init__(self, problem: SearchProblem, budget: Budget) -> None:
        self._problem = problem
        self._budget = budget
        self._step_limit = StepLimit(MAX_SEARCH_STEPS // 6)

    def addition(self, chosen: tuple[AddedValue, ...]) -> Addition | None:
        """These values with the best chain that they make within the budget, if there is one."""
        space = _extended(self._problem.space, chosen)
        if space is None or not self._is_reachable(space):
            return None
        space = self._with_fewest_layers(space)
        chain = next(iter(find_best_chains(self._in(space), self._budget, 0, 1)), None)
        return None if chain is None else Addition(values=chosen, space=space, chain=chain)

    def key(self, addition: Addition) -> int:
        """The key of its chain in the order of preference."""
        problem = self._problem
        return chain_key(addition.chain, reference=problem.reference, widths=problem.widths)

    def _in(self, space: SearchSpace) -> SearchProblem:
        problem, limit = self._problem, self._step_limit
        return SearchProblem(
            target=problem.target, space=space, widths=problem.widths, step_limit=limit
        )

    def _is_reachable(self, space: SearchSpace) -> bool:
        self._step_limit.spend(STEPS_PER_TRIAL)
        return find_reachability(self._in(space), self._problem.target).reaches_start

    def _with_fewest_layers(self, space: SearchSpace) -> SearchSpace:
        """The space with as few layers as it needs, at least those of the problem."""
        for layers in range(self._problem.space.max_layers, space.max_layers):
            smaller = replace(space, max_layers=layers)
            if self._is_reachable(smaller):
                return smaller
        return space


def _with_best_kernels(trials: _Trials, found: Addition, values: list[AddedValue]) -> Addition:
    """The same values, each kernel exchanged for the one that gives the best chain."""
    for place, (name, _) in enumerate(found.values):
        if name != "kernel_sizes":
            continue
        for other in values:
            if other[0] == name and other not in found.values:
                chosen = (*found.values[:place], other, *found.values[place + 1 :])
                try:
                    exchanged = trials.addition(chosen)
                except SearchTooLarge:
                    return found
                if exchanged and trials.key(exchanged) < trials.key(found):
                    found = exchanged
    return found


def missing_primes(space: SearchSpace, target: Size) -> tuple[int, ...]:
    """The primes that exact windows from a given map need and that divide no stride of the list.

    >>> space = SearchSpace(kernel_sizes=(4,), strides=(2,), exact=Exact.REQUIRE, initial_size=(32,))
    >>> missing_primes(space, (8800,))
    (5, 11)
    """
    if space.exact is not Exact.REQUIRE or space.initial_size is None:
        return ()
    factors = whole_factor(space.initial_size, target)
    primes = {prime for factor in factors for prime in prime_factors(factor)}
    return tuple(sorted(p for p in primes if all(stride % p for stride in space.strides)))


def _covers(primes: tuple[int, ...], chosen: tuple[AddedValue, ...]) -> bool:
    """Whether every prime divides an added stride."""
    strides = [value for name, value in chosen if name == "strides"]
    return all(any(stride % prime == 0 for stride in strides) for prime in primes)


def _values(problem: SearchProblem, primes: tuple[int, ...]) -> Iterator[AddedValue]:
    """Everything that may be added, in order of preference."""
    space = problem.space
    large = [p for p in primes if MOST_ADDED_STRIDE < p <= MAX_SEARCH_VALUE]
    tried = [*range(1 if space.anisotropic else 2, MOST_ADDED_STRIDE + 1), *large]
    new = [stride for stride in tried if stride not in space.strides]
    yield from (("strides", stride) for stride in new)
    reference = problem.reference
    odd = 5 if reference.kernel_factor == 6 else 3
    kernels = {
        kernel: None
        for stride in sorted({*space.strides, *new})
        for kernel in (reference.usual_kernel(stride), odd * stride, stride, stride + 1)
        if kernel not in space.kernel_sizes and kernel <= MAX_SEARCH_VALUE
    }
    yield from (("kernel_sizes", kernel) for kernel in kernels)
    if space.max_layers < MAX_LAYERS:
        yield "max_layers", MAX_LAYERS
    if not space.output_padding:
        yield "output_padding", True
    if not space.anisotropic and len(problem.target) > 1:
        yield "anisotropic", True


def _extended(space: SearchSpace, chosen: tuple[AddedValue, ...]) -> SearchSpace | None:
    """The space with these values; None if a stride has no kernel, or a list is too long."""
    lists = {name: getattr(space, name) for name in ("strides", "kernel_sizes")}
    set_fields: dict[str, int | bool] = {}
    for name, value in chosen:
        if name in lists:
            lists[name] = (*lists[name], value)
        else:
            set_fields[name] = value
    if "anisotropic" in set_fields:
        lists["strides"] = (1, *lists["strides"])
    if max(map(len, lists.values())) > MAX_SEARCH_ENTRIES:
        return None
    extended = replace(space, **lists, **set_fields)  # type: ignore[arg-type]
    added = [value for name, value in chosen if name == "strides"]
    return extended if all(map(extended.has_window, added)) else None
