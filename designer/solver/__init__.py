"""Chains from size to size: the best, the next best, how many there are, what they trade."""

from designer.solver.query import ChainQuery
from designer.solver.search import ChainSearch, count_space, search_chains, solve_chain
from designer.solver.solution import Solution, weigh_chain

__all__ = [
    "ChainQuery",
    "ChainSearch",
    "Solution",
    "count_space",
    "search_chains",
    "solve_chain",
    "weigh_chain",
]
