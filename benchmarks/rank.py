"""The rank of a chain in its space, by counting its predecessors instead of listing them.

    F(d, o) = number of chain continuations from size o at depth d, by key

computed from the deepest layer up, like the solver's value function. Before a chain of key K come all
chains of a smaller key and, of those with key K, the ones whose windows are smaller at the first
layer from the picture where they differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from designer.chains.preference_order import (
    DEPARTURE_SHIFT,
    WindowColumns,
    window_columns,
)
from designer.chains.reference_design import MAX_EXACT_FIRST_DEPARTURE
from designer.chains.search_problem import SearchProblem
from designer.geometry.chain import Chain
from designer.geometry.layers import Size

KeyCounts = dict[Size, Counter[int]]
"""Per size, the number of continuations with each key."""


def rank_of(problem: SearchProblem, chain: Chain) -> int:
    """The rank of a chain in the order of preference; the best chain has rank 1.

    Raises:
        SearchTooLarge: past the bound on steps.
    """
    everything = _Counted(problem, exact_only=False)
    key = everything.key_of(chain)
    if not problem.reference.weighs_offsets:
        return 1 + everything.before(chain, key)
    exact = _Counted(problem, exact_only=True)
    near = exact.nearer_than(MAX_EXACT_FIRST_DEPARTURE + 1)
    is_exact = all(window.offset == 0 for step in chain.windows for window in step)
    if is_exact and key >> DEPARTURE_SHIFT <= MAX_EXACT_FIRST_DEPARTURE:
        return 1 + exact.before(chain, key)
    already = (
        near if key >> DEPARTURE_SHIFT > MAX_EXACT_FIRST_DEPARTURE else exact.before(chain, key)
    )
    return 1 + near + everything.before(chain, key) - already


class _Counted:
    """Number of chains per key in a space or in its exact part."""

    def __init__(self, problem: SearchProblem, *, exact_only: bool) -> None:
        self._problem = problem
        self._exact_only = exact_only
        self._counts = self._count()

    def nearer_than(self, departure: int) -> int:
        """Number of chains with smaller departure."""
        return sum(
            counts
            for key, counts in self._counts[0][self._problem.target].items()
            if key >> DEPARTURE_SHIFT < departure
        )

    def before(self, chain: Chain, key: int) -> int:
        """Number of chains before this one by key and windows."""
        counts = self._counts[0][self._problem.target]
        return sum(counts[other] for other in counts if other < key) + self._ties(chain, key)

    def key_of(self, chain: Chain) -> int:
        """The key of a chain of the space."""
        layers = len(chain.windows)
        key = self._problem.initial_key(layers, chain.initial_size)
        for depth, (size, columns, before) in enumerate(_from_the_picture(chain)):
            key += next(
                own
                for own, found, further in self._backward_layers(depth, size)
                if found == columns and further == before
            )
        return key

    def _ties(self, chain: Chain, key: int) -> int:
        """Number of chains with the same key and smaller windows, compared from the picture's end."""
        ties = 0
        for depth, (size, columns, before) in enumerate(_from_the_picture(chain)):
            taken = 0
            for own, found, further in self._backward_layers(depth, size):
                if found < columns:
                    ties += self._counts[depth + 1].get(further, Counter())[key - own]
                if found == columns and further == before:
                    taken = own
            key -= taken
        return ties

    def _count(self) -> list[KeyCounts]:
        problem = self._problem
        levels: list[set[Size]] = [{problem.target}]
        for depth in range(problem.space.max_layers):
            levels.append(
                {
                    before
                    for size in levels[-1]
                    for _, _, before in self._backward_layers(depth, size)
                }
            )
        counts: list[KeyCounts] = [{} for _ in levels]
        for depth in reversed(range(len(levels))):
            for size in levels[depth]:
                counts[depth][size] = self._count_at(depth, size, counts)
        return counts

    def _count_at(self, depth: int, size: Size, counts: list[KeyCounts]) -> Counter[int]:
        found: Counter[int] = Counter()
        if depth and self._problem.starts_at(size, depth):
            found[self._problem.initial_key(depth, size)] += 1
        if depth + 1 < len(counts):
            for own, _, before in self._backward_layers(depth, size):
                for key, number in counts[depth + 1][before].items():
                    found[own + key] += number
        return found

    def _backward_layers(self, depth: int, size: Size) -> Iterator[tuple[int, WindowColumns, Size]]:
        """Every layer back from a size: its key there, its windows, and the size before it."""
        problem = self._problem
        for step in problem.backward_steps.from_size(size):
            if self._exact_only and not step.exact:
                continue
            for layer in problem.catalogue.layers(step.strides, step.offsets):
                yield problem.step_key(depth, step, layer), layer.columns, step.before


def _from_the_picture(chain: Chain) -> Iterator[tuple[Size, WindowColumns, Size]]:
    """The steps of a chain backwards: size, windows, size before."""
    for index in reversed(range(len(chain.windows))):
        yield chain.sizes[index + 1], window_columns(chain.windows[index]), chain.sizes[index]
