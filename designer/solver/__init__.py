"""Chains from size to size: the best one, found backwards from the picture."""

from designer.solver.solution import Solution, weigh_chain
from designer.solver.solve import solve_chain

__all__ = ["Solution", "solve_chain", "weigh_chain"]
