"""The pipeline: from a brief to a verified design."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from designer.brief.arguments import brief_from_arguments
from designer.brief.model import Brief
from designer.brief.options import Level
from designer.brief.permalink import read_id, write_id
from designer.chains import (
    Solution,
    evaluate_chain,
)
from designer.networks import Gan
from designer.networks.from_brief import assemble_networks
from designer.pipeline.added_choices import added_choices
from designer.pipeline.design import Design
from designer.pipeline.solve_brief import count_brief, fit_widths, solve_brief
from designer.source import PythonSource, render_source
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


def design(
    size: Brief | int | Sequence[int] | None = None,
    /,
    *,
    runner: ProbeRunner | None = None,
    store: ReceiptStore | None = None,
    policy: WidthPolicy | None = None,
    stage: Stage = nullcontext,
    **fields: object,
) -> Design:
    """The verified design of a size or of a brief.

    ``size`` is the size of the picture, height before width; ``fields`` are those of a brief by
    name. Or ``size`` is a ``Brief``, which has all of them.
    ``runner`` runs the source in another process, for instance the ``run`` of a long-lived pool;
    by default a process is started for this design alone. ``store`` caches receipts, so that the
    same source runs once. ``policy`` limits the predicted cost of a run and selects its width.
    ``stage`` is entered around each step, for progress and timing.

    >>> result = design(28, latent_dim=64, verify="none")
    >>> [size[0] for size in result.chain.sizes], result.verification.verdict
    ([7, 14, 28], 'not_run')
    >>> design(Brief(resolution=28, latent_dim=64, verify=Level.NONE)) == result
    True

    Raises:
        NoChain: if no chain fits the brief.
        InvalidRequest: if a field is invalid, or a network would have too many parameters.
        Accident: if the verifying process crashed, timed out or is overloaded.
        TypeError: for fields beside a ``Brief``.
    """
    with stage("solve"):
        brief = fit_widths(brief_from_arguments(size, fields))
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
        reasons=(*solution.reasons, *added_choices(brief)),
        count=count,
        gan=gan,
        source=source,
        verification=verification,
    )


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
