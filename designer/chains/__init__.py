"""Chains from size to size: the best, the next best, how many there are, what they trade."""

from designer.chains.query import ChainQuery
from designer.chains.search import ChainSearch, count_space, search_chains, solve_chain
from designer.chains.solution import Solution, evaluate_chain

__all__ = [
    "ChainQuery",
    "ChainSearch",
    "Solution",
    "count_space",
    "evaluate_chain",
    "search_chains",
    "solve_chain",
]
