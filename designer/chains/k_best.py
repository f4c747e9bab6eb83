"""All chains of a state graph, lazily, best first: by key and, where keys are equal, by windows.

Every state has its moves, best first: start here, or a layer and the best continuation after it.
The best chain takes the first move at every state. Every other chain branches off an earlier one
at some state and takes the next move there. So each chain pushes its branches onto a heap when it
is yielded (Lawler, "A procedure for computing the K best solutions", 1972); each is found once.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from designer.chains.backward_steps import BackwardStep
from designer.chains.preference_order import WindowColumns, windows_from_columns
from designer.chains.search_problem import SearchProblem
from designer.chains.state_graph import StateGraph, steps_in_graph
from designer.chains.value_function import (
    NO_LIMIT,
    RemainingBudget,
    ValueFunction,
    is_within_budget,
)
from designer.chains.window_catalogue import CandidateLayer
from designer.geometry.chain import Chain
from designer.geometry.cost import Cost
from designer.geometry.layers import Size

STEPS_PER_CHAIN = 100
"""Search steps charged for yielding one chain, which takes about as long."""

TieBreak = tuple[WindowColumns | tuple[()], ...]
"""A chain's windows from the picture backwards, as the last step of the order compares them."""


class SearchState(NamedTuple):
    """A state and the budget that remains there."""

    depth: int
    size: Size
    remaining: RemainingBudget


class Move(NamedTuple):
    """A move from a state: the least key over it, and its layer's columns, step and key.

    ``step`` is None for the move that starts the chain here.
    """

    key: int
    columns: WindowColumns | tuple[()]
    step: BackwardStep | None
    step_key: int
    remaining: RemainingBudget


class SearchBranch(NamedTuple):
    """The best chain that branches off an earlier one at a state with another move."""

    key: int
    tie_break: TieBreak
    state: SearchState
    move_index: int
    prefix_key: int
    prefix: tuple[Move, ...]


class SortedMoves:
    """The moves from one state, best first, computed on demand.

    Without a budget a step's layers have the same order at every state, so the next one is
    examined only after the one before it is taken. With a budget all are examined: a better
    layer may leave too little for the rest of the chain.
    """

    def __init__(self, ranking: Ranking, state: SearchState) -> None:
        self._ranking = ranking
        self._state = state
        self._found: list[Move] = []
        self._heap: list[tuple[int, WindowColumns | tuple[()], int, int, Move]] = []
        self._steps = ranking.steps(state)
        start = ranking.start_move(state)
        if start is not None:
            self._heap.append((start.key, (), -1, 0, start))
        for number, step in enumerate(self._steps):
            layers = ranking.layers(step) if ranking.bounded else (ranking.best_layer(step),)
            for position, layer in enumerate(layers):
                self._push_move(number, position, layer)

    def get(self, index: int) -> Move | None:
        """The move at this index, or None past the last."""
        while len(self._found) <= index and self._heap:
            _, _, number, position, move = heappop(self._heap)
            self._found.append(move)
            if move.step is not None and not self._ranking.bounded:
                layers = self._ranking.layers(move.step)
                if position + 1 < len(layers):
                    self._push_move(number, position + 1, layers[position + 1])
        return self._found[index] if index < len(self._found) else None

    def _push_move(self, number: int, position: int, layer: CandidateLayer) -> None:
        move = self._ranking.layer_move(self._state, self._steps[number], layer)
        if move is not None:
            heappush(self._heap, (move.key, move.columns, number, position, move))


class Ranking:
    """The chains of a state graph within a budget, in order of preference."""

    def __init__(
        self, problem: SearchProblem, graph: StateGraph, remaining: RemainingBudget = NO_LIMIT
    ) -> None:
        self._problem = problem
        self._graph = graph
        self._values = ValueFunction(problem, graph, remaining)
        self._first = SearchState(0, problem.target, remaining)
        self._moves: dict[SearchState, SortedMoves] = {}
        self.bounded = remaining != NO_LIMIT

    def __iter__(self) -> Iterator[tuple[int, Chain]]:
        """Every chain with its key, best first."""
        first = self._moves_at(self._first).get(0)
        heap = [SearchBranch(first.key, (), self._first, 0, 0, ())] if first else []
        while heap:
            branch = heappop(heap)
            self._problem.step_limit.spend(STEPS_PER_CHAIN)
            moves = self._complete_branch(branch)
            yield branch.key, _build_chain(self._problem.target, moves)
            for other in self._next_branches(branch, moves):
                heappush(heap, other)

    def _complete_branch(self, branch: SearchBranch) -> list[Move]:
        """All moves of a branch's chain."""
        moves, state, index = list(branch.prefix), branch.state, branch.move_index
        while True:
            move = self._moves_at(state).get(index)
            assert move is not None, "a branch has a move at its index"
            moves.append(move)
            if move.step is None:
                return moves
            state, index = SearchState(state.depth + 1, move.step.before, move.remaining), 0

    def _next_branches(self, branch: SearchBranch, moves: list[Move]) -> Iterator[SearchBranch]:
        """For each state from the branch point on, the branch that takes the next move there."""
        state, index, key = branch.state, branch.move_index, branch.prefix_key
        for taken in range(len(branch.prefix), len(moves)):
            other = self._moves_at(state).get(index + 1)
            if other is not None:
                prefix = tuple(moves[:taken])
                tie_break = (
                    *(move.columns for move in prefix),
                    *self._best_tie_break(state, other),
                )
                yield SearchBranch(key + other.key, tie_break, state, index + 1, key, prefix)
            move = moves[taken]
            if move.step is not None:
                key += move.step_key
                state, index = SearchState(state.depth + 1, move.step.before, move.remaining), 0

    def _best_tie_break(
        self, state: SearchState, move: Move | None
    ) -> Iterator[WindowColumns | tuple[()]]:
        while move is not None and move.step is not None:
            yield move.columns
            state = SearchState(state.depth + 1, move.step.before, move.remaining)
            move = self._moves_at(state).get(0)

    def _moves_at(self, state: SearchState) -> SortedMoves:
        moves = self._moves.get(state)
        if moves is None:
            moves = self._moves[state] = SortedMoves(self, state)
        return moves

    def steps(self, state: SearchState) -> list[BackwardStep]:
        """The backward steps from a state that stay in the graph."""
        return steps_in_graph(self._problem, self._graph, state.depth, state.size)

    def layers(self, step: BackwardStep) -> tuple[CandidateLayer, ...]:
        """The candidate layers of a step, best first."""
        return self._problem.catalogue.layers(step.strides, step.offsets)

    def best_layer(self, step: BackwardStep) -> CandidateLayer:
        """The preferred layer of a step."""
        return self._problem.best_layer(step)

    def start_move(self, state: SearchState) -> Move | None:
        """The move that starts the chain here, if allowed and within the budget."""
        problem, (depth, size, remaining) = self._problem, state
        if not depth or not problem.starts_at(size, depth):
            return None
        if not is_within_budget(problem.initial_cost(depth, size), remaining):
            return None
        key = problem.initial_key(depth, size)
        return Move(key, (), None, key, remaining)

    def layer_move(
        self, state: SearchState, step: BackwardStep, layer: CandidateLayer
    ) -> Move | None:
        """The move over this layer, or None if no continuation is within the budget."""
        depth, _, remaining = state
        after = remaining
        if self.bounded:
            self._problem.step_limit.spend(1)
            after = _subtract_cost(remaining, self._problem.step_cost(depth, step, layer))
        further = self._values.least_key(depth + 1, step.before, after)
        if further is None:
            return None
        step_key = self._problem.step_key(depth, step, layer)
        return Move(step_key + further, layer.columns, step, step_key, after)


def _subtract_cost(remaining: RemainingBudget, cost: Cost) -> RemainingBudget:
    parameters, multiply_adds = remaining
    return (
        None if parameters is None else parameters - cost[0],
        None if multiply_adds is None else multiply_adds - cost[1],
    )


def _build_chain(target: Size, moves: list[Move]) -> Chain:
    steps = [move.step for move in moves if move.step is not None]
    columns = [move.columns for move in moves if move.columns]
    return Chain(
        sizes=(*(step.before for step in reversed(steps)), target),
        windows=tuple(windows_from_columns(column) for column in reversed(columns)),
    )
