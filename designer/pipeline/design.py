"""The pipeline: from a brief to a verified design."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from designer.brief.model import Brief, Level
from designer.brief.permalink import read_id
from designer.brief.search_space import Budget
from designer.chains import Solution, count_space, evaluate_chain, solve_chain
from designer.errors import SearchTooLarge
from designer.geometry.chain import Chain
from designer.networks import Gan
from designer.networks.from_brief import assemble_networks, parameter_errors
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
"""Called with a stage's name, gives what is entered while the stage runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What a brief leads to: the chain and its reasons, the networks, their text, the receipt.

    ``count`` is the exact number of chains in the brief's space, None where the brief gave the
    chain or counting would pass the bound on steps.
    """

    brief: Brief
    chain: Chain
    why: tuple[str, ...]
    count: int | None
    gan: Gan
    source: PythonSource
    verification: Verification


def design(
    brief: Brief,
    *,
    runner: ProbeRunner | None = None,
    store: ReceiptStore | None = None,
    policy: WidthPolicy | None = None,
    stage: Stage = nullcontext,
) -> Design:
    """The verified design of a brief.

    ``runner`` runs the text in another process: a pool's ``run``, kept warm by whoever designs
    often; without one a process is started for this design and ended after it. ``store`` keeps
    receipts, so that the same text is run once; ``policy`` says up to which predicted cost a text is
    run, and how wide. ``stage`` is entered around each step, for progress
    and timing.

    >>> result = design(Brief(resolution=28, latent_dim=64, verify=Level.NONE))
    >>> [size[0] for size in result.chain.sizes], result.verification.verdict
    ([7, 14, 28], 'not_run')

    Raises:
        NoChain: where nothing fits the brief.
        InvalidRequest: where a network would have more parameters than are served.
        Accident: where the verifying process crashed, ran out of time, or has no room now.
    """
    with stage("solve"):
        brief = fit_widths(brief)
        solution, count = solve_brief(brief), count_brief(brief)
    return _build_design(
        brief, solution, count, runner=runner, store=store, policy=policy, stage=stage
    )


def recall_design(
    name: str,
    *,
    runner: ProbeRunner | None = None,
    store: ReceiptStore | None = None,
    policy: WidthPolicy | None = None,
    stage: Stage = nullcontext,
) -> Design:
    """The design that an id names: its own windows, whatever a solver would choose today.

    >>> from designer.brief.permalink import write_id
    >>> result = design(Brief(resolution=28, latent_dim=64, verify=Level.NONE))
    >>> recall_design(write_id(result.brief, result.chain)) == result
    True

    Raises:
        DamagedId: where the id was altered or cut.
        UnknownIdVersion: where another release wrote it.
        Accident: as ``design``.
    """
    with stage("solve"):
        brief, chain = read_id(name)
        solution = evaluate_chain(chain, space=brief.space, widths=brief.widths)
        count = count_brief(brief)
    return _build_design(
        brief, solution, count, runner=runner, store=store, policy=policy, stage=stage
    )


def recall_gan(name: str) -> Gan:
    """The networks that an id names, without their text and receipt: all that a picture needs.

    Raises:
        DamagedId: where the id was altered or cut.
        UnknownIdVersion: where another release wrote it.
    """
    brief, chain = read_id(name)
    return assemble_networks(brief, chain)


def _build_design(
    brief: Brief,
    solution: Solution,
    count: int | None,
    *,
    runner: ProbeRunner | None,
    store: ReceiptStore | None,
    policy: WidthPolicy | None,
    stage: Stage,
) -> Design:
    """The design whose chain is known, and how many its space holds."""
    with stage("assemble"):
        gan = assemble_networks(brief, solution.chain)
    with stage("render"):
        source = render_source(gan)
    with stage("verify"):
        verification = verify_design(
            source, gan, level=brief.verify, runner=runner, store=store, policy=policy
        )
    return Design(
        brief=brief,
        chain=solution.chain,
        why=solution.why,
        count=count,
        gan=gan,
        source=source,
        verification=verification,
    )


def solve_brief(brief: Brief) -> Solution:
    """The chain that a brief asks for: its own where it gives one, else the best of its space.

    Raises:
        NoChain: where nothing fits the brief.
        InvalidLayer: where the brief's own chain does not end at its resolution.
        InvalidRequest: where its own chain does not keep its budget.
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
    """The brief with its width next to the picture: where none is given, the widest in its budget.

    That is the widest whose best chain keeps the budget; beyond ``max_channels`` no map gets wider.
    Narrower generators of a chain cost less, so it is found by halving. Where not even one channel
    would do, other chains may. A brief without a budget has its width already.

    >>> from designer.brief.search_space import Budget
    >>> brief = Brief(resolution=64, latent_dim=100, budget=Budget(parameters=10**6))
    >>> fit_widths(brief).base_channels
    30

    Raises:
        NoChain: where nothing fits the brief, whatever its budget.
    """
    if brief.base_channels is not None or brief.budget is None:
        return brief
    fitting, above = 0, brief.max_channels + 1
    while above - fitting > 1:
        width = (fitting + above) // 2
        if _is_within_budget(replace(brief, base_channels=width, budget=None), brief.budget):
            fitting = width
        else:
            above = width
    return replace(brief, base_channels=fitting or 1)


def _is_within_budget(brief: Brief, budget: Budget) -> bool:
    """Whether the best chain of a brief keeps a budget, and its networks are served."""
    solution = solve_brief(brief)
    if budget.errors(solution.parameters, solution.multiply_adds):
        return False
    return not parameter_errors(brief, solution.chain)


def count_brief(brief: Brief) -> int | None:
    """The exact number of chains in a brief's space, None where it gives the chain itself.

    None too where counting would look at more steps than the bound allows: the best chain can be
    known where the number of all is not.
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
    """The receipt of a design's text, from the runner or from a process of its own.

    Raises:
        Accident: where the verifying process crashed, ran out of time, or has no room now.
    """
    if level is Level.NONE:
        return unverified_receipt(source)
    if runner is not None:
        return verify_source(source, gan, level=level, runner=runner, store=store, policy=policy)
    with Pool(workers=1, limits=Limits()) as pool:
        return verify_source(source, gan, level=level, runner=pool.run, store=store, policy=policy)
