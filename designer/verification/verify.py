"""Verification of a source against the Gan that it should define; the result is a receipt."""

from __future__ import annotations

from typing import Any, Protocol

from designer.brief.options import Level
from designer.networks import Gan
from designer.reasons import Reason, make_reason
from designer.source import PythonSource
from designer.verification.checks.autoencoder import compare_variational
from designer.verification.checks.behaviour import (
    compare_algebra,
    compare_computation,
    compare_conduct,
    compare_gradients,
    compare_ranges,
    compare_repetition,
    compare_silence,
    compare_structure,
)
from designer.verification.checks.full_level import compare_full
from designer.verification.checks.initialization import (
    compare_construction,
    compare_initialisation,
)
from designer.verification.checks.signal import compare_signal
from designer.verification.checks.sizes import compare_refused_sizes, compare_sizes
from designer.verification.checks.standard import (
    Comparison,
    compare_costs,
    compare_layers,
    compare_load,
    compare_reach,
    compare_shapes,
)
from designer.verification.limits import WidthPolicy
from designer.verification.predictions import (
    RECEIPT_SEED,
    Plan,
    plan_verification,
    predicted_bytes,
    predicted_multiply_adds,
)
from designer.verification.probe_job import make_job
from designer.verification.receipt import Check, Verification
from designer.verification.receipt_store import ReceiptStore, receipt_key
from designer.verification.source_checks import (
    NOT_COMPILED,
    check_text,
    parse_or_none,
    text_sha256,
)

STANDARD_COMPARISONS: tuple[Comparison, ...] = (
    compare_load,
    compare_layers,
    compare_structure,
    compare_shapes,
    compare_costs,
    compare_ranges,
    compare_gradients,
    compare_silence,
    compare_reach,
    compare_computation,
    compare_algebra,
    compare_conduct,
    compare_sizes,
    compare_refused_sizes,
    compare_variational,
    compare_construction,
    compare_initialisation,
    compare_signal,
    compare_repetition,
)
"""The comparisons of level ``standard``, in the order of the receipt."""

COMPARISONS = {
    Level.STANDARD: STANDARD_COMPARISONS,
    Level.FULL: (*STANDARD_COMPARISONS, compare_full),
}


class ProbeRunner(Protocol):
    """Function that runs a job of the probe, such as ``Pool.run``."""

    def __call__(self, job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        """The measurements; ``discard``: the process must not run another job."""


def verify_source(
    source: PythonSource,
    gan: Gan,
    *,
    level: Level,
    runner: ProbeRunner,
    policy: WidthPolicy | None = None,
    store: ReceiptStore | None = None,
) -> Verification:
    """The receipt of a source that should define ``gan``, from the store if it is there.

    Raises:
        ProbeFailed: if the verifying process crashes or exceeds a limit.
        Overloaded: if the queue is full or no verifying process is free in time.
    """
    policy = policy or WidthPolicy()
    key = receipt_key(source.sha256, gan, level=level, policy=policy)
    receipt = None if store is None else store.get(key)
    if receipt is None:
        receipt = verify_text(
            source.text, source.sha256, gan, level=level, runner=runner, policy=policy
        )
        if store is not None:
            store.put(key, receipt)
    return receipt


def verify_text(
    text: str,
    stated_sha256: str,
    gan: Gan,
    *,
    level: Level,
    runner: ProbeRunner,
    policy: WidthPolicy | None = None,
) -> Verification:
    """The receipt of any text, valid Python or not, with ``stated_sha256`` as its stated digest.

    Raises:
        ProbeFailed: if the verifying process crashes or exceeds a limit.
        Overloaded: if the queue is full or no verifying process is free in time.
        SourceNotRun: if the text is foreign and a required layer of the sandbox is missing.
    """
    plan = plan_verification(gan, level=level, policy=policy or WidthPolicy())
    checks = list(check_text(text, stated_sha256))
    if parse_or_none(text) is None:
        return _make_receipt(plan, text, [*checks, *_not_run_checks(NOT_COMPILED)], None)
    if plan.run is None:
        return _make_receipt(plan, text, [*checks, *_not_run_checks(_cost_reason(plan))], None)
    job = make_job(plan, text)
    foreign = not _has_known_syntax(checks)
    measured = runner({**job, "foreign": foreign}, discard=foreign or level is Level.FULL)
    for compare in COMPARISONS[level]:
        checks += compare(plan, measured)
    return _make_receipt(plan, text, checks, str(measured.get("torch_version")))


def unverified_receipt(source: PythonSource) -> Verification:
    """The receipt of a source whose verification was not requested."""
    return Verification(
        level=Level.NONE,
        checks=(Check(name="run", passed=None, reason=make_reason("not_requested")),),
        width=None,
        torch_version=None,
        seed=RECEIPT_SEED,
        source_sha256=source.sha256,
    )


def _make_receipt(
    plan: Plan, text: str, checks: list[Check], torch_version: str | None
) -> Verification:
    return Verification(
        level=plan.level,
        checks=tuple(checks),
        width=plan.width if torch_version is not None else None,
        torch_version=torch_version,
        seed=RECEIPT_SEED,
        source_sha256=text_sha256(text),
    )


def _has_known_syntax(checks: list[Check]) -> bool:
    """Whether the source can do nothing but what rendered sources do, so that its process may stay."""
    return any(check.name == "text.syntax" and check.passed is True for check in checks)


def _not_run_checks(reason: Reason) -> list[Check]:
    names = [compare.__name__.removeprefix("compare_") for compare in STANDARD_COMPARISONS]
    return [Check(name=name, passed=None, reason=reason) for name in names]


def _cost_reason(plan: Plan) -> Reason:
    smallest = plan.full if plan.level is Level.FULL else plan.thin
    return make_reason(
        "run_too_expensive",
        multiply_adds=predicted_multiply_adds(smallest),
        bytes=predicted_bytes(smallest),
        base_channels=smallest.widths.base_channels,
    )
