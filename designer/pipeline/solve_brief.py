"""The chain of a brief, the widths that fit its budget, and the number of its chains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from designer.brief.model import Brief
from designer.brief.search_space import Budget
from designer.brief.skips import AnySize, Skips
from designer.chains import (
    SearchProblem,
    Solution,
    count_space,
    evaluate_chain,
    solve_chain,
    solve_problem,
)
from designer.errors import SearchTooLarge
from designer.geometry.chain import Chain
from designer.networks.from_brief import parameter_errors
from designer.pipeline.solve_skips import solve_skips
from designer.validation.field_validators import refuse


def solve_brief(brief: Brief) -> Solution:
    """The chain of a brief: its own if it gives one, otherwise the best of its search space.

    Raises:
        NoChain: if no chain fits the brief.
        InvalidLayer: if the brief's own chain does not end at its resolution.
        InvalidRequest: if its own chain exceeds its budget.
    """
    if brief.skips is not Skips.NONE:
        return solve_skips(brief)
    if brief.windows is None:
        return solve_chain(
            brief.resolution,
            space=brief.space,
            widths=brief.widths,
            budget=brief.budget,
            kept=_kept(brief),
        )
    chain = Chain.leading_to(brief.resolution, brief.windows)
    solution = evaluate_chain(chain, space=brief.space, widths=brief.widths)
    if brief.budget is not None:
        refuse(brief.budget.errors(solution.parameters, solution.multiply_adds))
    return solution


def _kept(brief: Brief) -> tuple[str, ...]:
    """The constraints that a factor implies."""
    return () if brief.factor is None else ("exact", "initial_size")


def fit_widths(brief: Brief) -> Brief:
    """The brief with ``base_channels``, by default the widest whose best chain fits the budget.

    Beyond ``max_channels`` no map gets wider. Narrower generators of a chain cost less: bisection
    finds the width. Those of R3GAN may cost more, where their channels divide into wider groups: then
    one channel more exceeds the budget, but another width beyond it may fit. If even one channel
    exceeds the budget, the width is 1, since other chains may fit. A brief without a budget already
    has its width.

    >>> from designer.brief.search_space import Budget
    >>> brief = Brief(resolution=64, latent_dim=100, budget=Budget(parameters=10**6))
    >>> fit_widths(brief).base_channels
    30

    Raises:
        NoChain: if no chain fits the brief even without its budget.
    """
    if brief.base_channels is not None or brief.budget is None:
        return brief
    solve = _width_solver(brief)
    fitting, above = 0, brief.max_channels + 1
    while above - fitting > 1:
        width = (fitting + above) // 2
        narrower = replace(brief, base_channels=width, budget=None)
        if _is_within_budget(narrower, solve(narrower), brief.budget):
            fitting = width
        else:
            above = width
    return replace(brief, base_channels=fitting or 1)


def _width_solver(brief: Brief) -> Callable[[Brief], Solution]:
    """``solve_brief`` for briefs that differ from this one in their widths alone."""
    if brief.windows is not None:
        return solve_brief
    problem = SearchProblem(
        target=brief.resolution, space=brief.space, widths=brief.widths, kept=_kept(brief)
    )
    return lambda narrower: solve_problem(problem.with_widths(narrower.widths))


def _is_within_budget(brief: Brief, solution: Solution, budget: Budget) -> bool:
    """Whether the chain of a brief fits a budget and its networks are not too large."""
    if budget.errors(solution.parameters, solution.multiply_adds):
        return False
    return not parameter_errors(brief, solution.chain)


def count_brief(brief: Brief) -> int | None:
    """The exact number of chains in a brief's search space, None if the brief gives its chain.

    None too if an input is padded: its chains lead to several sizes.

    Also None if counting would exceed the limit on steps: the solver may find the best chain where
    counting all is too expensive.
    """
    if brief.windows is not None or brief.any_size is AnySize.PAD:
        return None
    try:
        return count_space(brief.resolution, space=brief.space, widths=brief.widths)
    except SearchTooLarge:
        return None
