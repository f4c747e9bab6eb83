"""Chains from size to size: the best one, found backwards from the picture."""

from designer.solver.search import solve_chain
from designer.solver.solution import Solution, weigh_chain

__all__ = ["Solution", "solve_chain", "weigh_chain"]
