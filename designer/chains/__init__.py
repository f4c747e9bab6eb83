"""Chains of transposed convolutions: search, ranking, counting and the frontier.

query, search                      a chain search and its entry points
search_problem, step_limit         keys and costs of every step; the limit on search steps
axis_windows, window_catalogue     the windows of an axis; the layers of a space
backward_steps                     the sizes one layer before a size
reachability, state_graph          whether a size has a chain; the states within a departure
reference_design, preference_order the textbook DCGAN; the order of preference as one integer
value_function, k_best, ranked_chains, within_budget
                                   the least key of every state; chains best first
count, frontier, pareto_front      the number of chains; the chains that trade one cost for another
solution, rank_explanation         a chain with its figures, and why it has its rank
no_chain_error, nearest_sizes      why there is no chain, and the nearest sizes that have one
page_cursor                        pages of chains
"""

from designer.chains.query import ChainQuery
from designer.chains.search import (
    ChainSearch,
    count_space,
    search_chains,
    solve_chain,
    solve_problem,
)
from designer.chains.search_problem import SearchProblem
from designer.chains.solution import Solution, evaluate_chain

__all__ = [
    "ChainQuery",
    "ChainSearch",
    "SearchProblem",
    "Solution",
    "count_space",
    "evaluate_chain",
    "search_chains",
    "solve_chain",
    "solve_problem",
]
