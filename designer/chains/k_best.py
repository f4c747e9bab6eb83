"""All chains of a graph, lazily, best first: by key and, where keys are equal, by windows.

Every state has its ways on, best first: start here, or a layer and the best that follows it. The
best chain takes the first way everywhere. Every other chain leaves an earlier one at some state for
the next way there; so each chain that is handed out puts those that leave it into a heap (Lawler,
"A procedure for computing the K best solutions", 1972), and each is found once.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from designer.chains.least_keys import NO_LIMIT, Rest, Values, fits
from designer.chains.moves import Step
from designer.chains.preference_order import Columns, windows_of
from designer.chains.search_problem import Cost, Problem
from designer.chains.state_graph import Graph, steps_within
from designer.chains.window_catalogue import Layer
from designer.geometry.chain import Chain
from designer.geometry.layers import Size

STEPS_PER_CHAIN = 100
"""What handing out one chain is charged, in steps looked at: it takes about as long."""

Ranks = tuple[Columns | tuple[()], ...]
"""A chain's windows from the picture's end, as the last step of the order compares them."""


class Place(NamedTuple):
    """A state, and what is left of the budget there."""

    depth: int
    size: Size
    rest: Rest


class Way(NamedTuple):
    """A way on from a place: its least key, its layer's columns, and that layer's step and key.

    No step means to start here.
    """

    key: int
    columns: Columns | tuple[()]
    step: Step | None
    own_key: int
    rest: Rest


class Leave(NamedTuple):
    """The best chain that leaves an earlier one at a place for another way."""

    key: int
    ranks: Ranks
    place: Place
    number: int
    key_so_far: int
    so_far: tuple[Way, ...]


class Ways:
    """The ways on from one place, best first, found as far as they are asked for.

    Without a budget a step's layers come in the same order at every place, so the next one is
    looked at only when the one before it was taken. Under a budget all are looked at: a better
    layer may leave too little for what follows.
    """

    def __init__(self, ranking: Ranking, place: Place) -> None:
        self._ranking = ranking
        self._place = place
        self._found: list[Way] = []
        self._heap: list[tuple[int, Columns | tuple[()], int, int, Way]] = []
        self._steps = ranking.steps(place)
        start = ranking.start(place)
        if start is not None:
            self._heap.append((start.key, (), -1, 0, start))
        for number, step in enumerate(self._steps):
            layers = ranking.layers(step) if ranking.bounded else (ranking.best_layer(step),)
            for position, layer in enumerate(layers):
                self._offer(number, position, layer)

    def get(self, index: int) -> Way | None:
        """The way at this index, or None past the last."""
        while len(self._found) <= index and self._heap:
            _, _, number, position, way = heappop(self._heap)
            self._found.append(way)
            if way.step is not None and not self._ranking.bounded:
                layers = self._ranking.layers(way.step)
                if position + 1 < len(layers):
                    self._offer(number, position + 1, layers[position + 1])
        return self._found[index] if index < len(self._found) else None

    def _offer(self, number: int, position: int, layer: Layer) -> None:
        way = self._ranking.way(self._place, self._steps[number], layer)
        if way is not None:
            heappush(self._heap, (way.key, way.columns, number, position, way))


class Ranking:
    """The chains of a graph in order, within a budget."""

    def __init__(self, problem: Problem, graph: Graph, rest: Rest = NO_LIMIT) -> None:
        self._problem = problem
        self._graph = graph
        self._values = Values(problem, graph, rest)
        self._first = Place(0, problem.target, rest)
        self._ways: dict[Place, Ways] = {}
        self.bounded = rest != NO_LIMIT

    def __iter__(self) -> Iterator[tuple[int, Chain]]:
        """Every chain with its key, best first."""
        first = self._ways_at(self._first).get(0)
        heap = [Leave(first.key, (), self._first, 0, 0, ())] if first else []
        while heap:
            leave = heappop(heap)
            self._problem.effort.spend(STEPS_PER_CHAIN)
            ways = self._follow(leave)
            yield leave.key, _chain_of(self._problem.target, ways)
            for other in self._others(leave, ways):
                heappush(heap, other)

    def best(self) -> Chain | None:
        """The first chain, if there is one."""
        return next((chain for _, chain in self), None)

    def _follow(self, leave: Leave) -> list[Way]:
        """All ways of the chain that a leave stands for."""
        ways, place, index = list(leave.so_far), leave.place, leave.number
        while True:
            way = self._ways_at(place).get(index)
            assert way is not None, "a way that was offered is there"
            ways.append(way)
            if way.step is None:
                return ways
            place, index = Place(place.depth + 1, way.step.before, way.rest), 0

    def _others(self, leave: Leave, ways: list[Way]) -> Iterator[Leave]:
        """For each place from the leave on, the next way there and the best that follows."""
        place, index, key = leave.place, leave.number, leave.key_so_far
        for taken in range(len(leave.so_far), len(ways)):
            other = self._ways_at(place).get(index + 1)
            if other is not None:
                so_far = tuple(ways[:taken])
                ranks = (*(way.columns for way in so_far), *self._best_ranks(place, other))
                yield Leave(key + other.key, ranks, place, index + 1, key, so_far)
            way = ways[taken]
            if way.step is not None:
                key += way.own_key
                place, index = Place(place.depth + 1, way.step.before, way.rest), 0

    def _best_ranks(self, place: Place, way: Way | None) -> Iterator[Columns | tuple[()]]:
        while way is not None and way.step is not None:
            yield way.columns
            place = Place(place.depth + 1, way.step.before, way.rest)
            way = self._ways_at(place).get(0)

    def _ways_at(self, place: Place) -> Ways:
        ways = self._ways.get(place)
        if ways is None:
            ways = self._ways[place] = Ways(self, place)
        return ways

    def steps(self, place: Place) -> list[Step]:
        """The steps back from a place that stay in the graph."""
        return steps_within(self._problem, self._graph, place.depth, place.size)

    def layers(self, step: Step) -> tuple[Layer, ...]:
        """The layers that a step may be, best first."""
        return self._problem.catalogue.layers(step.strides, step.offsets)

    def best_layer(self, step: Step) -> Layer:
        """The first of them."""
        return self._problem.best_layer(step)

    def start(self, place: Place) -> Way | None:
        """The way to start here, where that is allowed and within the budget."""
        problem, (depth, size, rest) = self._problem, place
        if not depth or not problem.starts_at(size):
            return None
        if not fits(problem.initial_cost(depth, size), rest):
            return None
        key = problem.initial_key(depth, size)
        return Way(key, (), None, key, rest)

    def way(self, place: Place, step: Step, layer: Layer) -> Way | None:
        """The way over this layer, where something within the budget follows it."""
        depth, _, rest = place
        after = rest
        if self.bounded:
            self._problem.effort.spend(1)
            after = _take_from(rest, self._problem.step_cost(depth, step, layer))
        further = self._values.least(depth + 1, step.before, after)
        if further is None:
            return None
        own_key = self._problem.step_key(depth, step, layer)
        return Way(own_key + further, layer.columns, step, own_key, after)


def _take_from(rest: Rest, cost: Cost) -> Rest:
    parameters, multiply_adds = rest
    return (
        None if parameters is None else parameters - cost[0],
        None if multiply_adds is None else multiply_adds - cost[1],
    )


def _chain_of(target: Size, ways: list[Way]) -> Chain:
    steps = [way.step for way in ways if way.step is not None]
    columns = [way.columns for way in ways if way.columns]
    return Chain(
        sizes=(*(step.before for step in reversed(steps)), target),
        windows=tuple(windows_of(column) for column in reversed(columns)),
    )
