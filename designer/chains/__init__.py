"""Chains of transposed convolutions: search, ranking, counting and the frontier."""

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
