"""The pipeline: from a brief to a verified design."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from designer.brief.model import Brief, Level
from designer.brief.permalink import read_id, write_id
from designer.brief.search_space import Budget
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
from designer.networks import Gan
from designer.networks.from_brief import assemble_networks, parameter_errors
from designer.reasons import Reason
from designer.source import PythonSource, render_source
from designer.validation.field_validators import refuse
from designer.verification import (
    Limits,
    Pool,
    ProbeRunner,
    ReceiptStore,
    Verification,
    WidthPolicy,
    unverified_receipt,
    verify_source,
)

Stage = Callable[[str], AbstractContextManager[object]]
"""From a stage's name to a context manager that is active while the stage runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The result of a brief: the chain and its reasons, the networks, their source, the receipt.

    ``id`` contains the brief and the chain. ``count`` is the exact number of chains in the brief's
    search space, None if the brief gave the chain or counting would exceed the limit on steps.
    """

    id: str
    brief: Brief
    chain: Chain
    reasons: tuple[Reason, ...]
    count: int | None
    gan: Gan
    source: PythonSource
    verification: Verification

    @property
    def why(self) -> tuple[str, ...]:
        """The sentences of the reasons."""
        return tuple(reason.sentence for reason in self.reasons)


def design(
    brief: Brief,
    *,
    runner: ProbeRunner | None = None,
    store: ReceiptStore | None = None,
    policy: WidthPolicy | None = None,
    stage: Stage = nullcontext,
) -> Design:
    """The verified design of a brief.

    ``runner`` runs the source in another process, for instance the ``run`` of a long-lived pool;
    by default a process is started for this design alone. ``store`` caches receipts, so that the
    same source runs once. ``policy`` limits the predicted cost of a run and selects its width.
    ``stage`` is entered around each step, for progress and timing.

    >>> result = design(Brief(resolution=28, latent_dim=64, verify=Level.NONE))
    >>> [size[0] for size in result.chain.sizes], result.verification.verdict
    ([7, 14, 28], 'not_run')

    Raises:
        NoChain: if no chain fits the brief.
        InvalidRequest: if a network would have too many parameters.
        Accident: if the verifying process crashed, timed out or is overloaded.
    """
    with stage("solve"):
        brief = fit_widths(brief)
        solution, count = solve_brief(brief), count_brief(brief)
        design_id = write_id(brief, solution.chain)
    return _build_design(
        design_id, brief, solution, count, runner=runner, store=store, policy=policy, stage=stage
    )


def recall_design(
    design_id: str,
    *,
    runner: ProbeRunner | None = None,
    store: ReceiptStore | None = None,
    policy: WidthPolicy | None = None,
    stage: Stage = nullcontext,
) -> Design:
    """The design of an id, with its own windows even if the solver would now choose others.

    >>> result = design(Brief(resolution=28, latent_dim=64, verify=Level.NONE))
    >>> recall_design(result.id) == result
    True

    Raises:
        DamagedId: if the id was altered or truncated.
        UnknownIdVersion: if another release wrote it.
        Accident: as ``design``.
    """
    with stage("solve"):
        brief, chain = read_id(design_id)
        solution = evaluate_chain(chain, space=brief.space, widths=brief.widths)
        count = count_brief(brief)
    return _build_design(
        design_id, brief, solution, count, runner=runner, store=store, policy=policy, stage=stage
    )


def recall_gan(design_id: str) -> Gan:
    """The networks of an id, without source and receipt; enough to draw a picture.

    Raises:
        DamagedId: if the id was altered or truncated.
        UnknownIdVersion: if another release wrote it.
    """
    brief, chain = read_id(design_id)
    return assemble_networks(brief, chain)


def _build_design(
    design_id: str,
    brief: Brief,
    solution: Solution,
    count: int | None,
    *,
    runner: ProbeRunner | None,
    store: ReceiptStore | None,
    policy: WidthPolicy | None,
    stage: Stage,
) -> Design:
    """The design of a brief with a known chain and count."""
    with stage("assemble"):
        gan = assemble_networks(brief, solution.chain)
    with stage("render"):
        source = render_source(gan)
    with nullcontext() if brief.verify is Level.NONE else stage("verify"):
        verification = verify_design(
            source, gan, level=brief.verify, runner=runner, store=store, policy=policy
        )
    return Design(
        id=design_id,
        brief=brief,
        chain=solution.chain,
        reasons=solution.reasons,
        count=count,
        gan=gan,
        source=source,
        verification=verification,
    )


def solve_brief(brief: Brief) -> Solution:
    """The chain of a brief: its own if it gives one, otherwise the best of its search space.

    Raises:
        NoChain: if no chain fits the brief.
        InvalidLayer: if the brief's own chain does not end at its resolution.
        InvalidRequest: if its own chain exceeds its budget.
    """
    if brief.windows is None:
        return solve_chain(
            brief.resolution, space=brief.space, widths=brief.widths, budget=brief.budget
        )
    chain = Chain.leading_to(brief.resolution, brief.windows)
    solution = evaluate_chain(chain, space=brief.space, widths=brief.widths)
    if brief.budget is not None:
        refuse(brief.budget.errors(solution.parameters, solution.multiply_adds))
    return solution


def fit_widths(brief: Brief) -> Brief:
    """The brief with ``base_channels``, by default the widest whose best chain fits the budget.

    Beyond ``max_channels`` no map gets wider. Narrower generators of a chain cost less: bisection
    finds the width. If even one channel exceeds the budget, the width is 1, since other chains may
    fit. A brief without a budget already has its width.

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
    problem = SearchProblem(target=brief.resolution, space=brief.space, widths=brief.widths)
    return lambda narrower: solve_problem(problem.with_widths(narrower.widths))


def _is_within_budget(brief: Brief, solution: Solution, budget: Budget) -> bool:
    """Whether the chain of a brief fits a budget and its networks are not too large."""
    if budget.errors(solution.parameters, solution.multiply_adds):
        return False
    return not parameter_errors(brief, solution.chain)


def count_brief(brief: Brief) -> int | None:
    """The exact number of chains in a brief's search space, None if the brief gives its chain.

    Also None if counting would exceed the limit on steps: the solver may find the best chain where
    counting all is too expensive.
    """
    if brief.windows is not None:
        return None
    try:
        return count_space(brief.resolution, space=brief.space, widths=brief.widths)
    except SearchTooLarge:
        return None


def verify_design(
    source: PythonSource,
    gan: Gan,
    *,
    level: Level,
    runner: ProbeRunner | None,
    store: ReceiptStore | None = None,
    policy: WidthPolicy | None = None,
) -> Verification:
    """The receipt of a design's source, from the runner or from a new process.

    Raises:
        Accident: if the verifying process crashed, timed out or is overloaded.
    """
    if level is Level.NONE:
        return unverified_receipt(source)
    if runner is not None:
        return verify_source(source, gan, level=level, runner=runner, store=store, policy=policy)
    with Pool(workers=1, limits=Limits()) as pool:
        return verify_source(source, gan, level=level, runner=pool.run, store=store, policy=policy)
