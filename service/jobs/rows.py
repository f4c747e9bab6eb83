"""Pure functions from a brief as JSON to a row: figures and verdict, or the problem."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from designer.brief.brief_json import brief_from_document
from designer.brief.model import Brief
from designer.chains import evaluate_chain
from designer.errors import DesignerError, ProbeEnded, ProbeFailed
from designer.networks import Network
from designer.pipeline.design import Design, design_document
from designer.pipeline.trial import Trial
from designer.validation.json_readers import JsonObject
from service.jobs.job import JobKind
from service.jobs.store.protocol import JobRow
from service.jobs.trial_request import trial_of_row
from service.problems.problem_document import designer_error_problem, problem_document
from service.problems.registry import PROBLEMS

MakeDesign = Callable[[Brief], Design]

FitSeed = Callable[[Trial, int], JsonObject]
"""From a trial and a seed to the answer with the run of this seed alone."""

ROW_FIELDS = (
    "id",
    "resolution",
    "latent_dim",
    "sizes",
    "departure",
    "count",
    "generator",
    "discriminator",
    "encoder",
    "source_sha256",
    "verdict",
    "problem",
)
"""The fields of a sweep's row besides its index; null where they do not apply."""


def make_row(index: int, document: JsonObject, kind: JobKind, make: MakeDesign) -> JobRow:
    """The row of a brief: its figures in a sweep, the complete design in a job of one design.

    >>> from designer.pipeline.make_design import design
    >>> brief = {"resolution": 28, "latent_dim": 64, "verify": "none"}
    >>> row = json.loads(make_row(5, brief, JobKind.SWEEP, design).body)
    >>> row["index"], row["sizes"], row["verdict"], row["problem"]
    (5, [[7, 7], [14, 14], [28, 28]], 'not_run', None)

    Raises:
        ProbeEnded: if a verifying process was killed: this says nothing of the row.
    """

    def compute() -> JsonObject:
        design = make(brief_from_document(document))
        return design_document(design) if kind is JobKind.DESIGN else sweep_row(index, design)

    return _computed_row(index, document, kind, compute)


def make_trial_row(index: int, document: JsonObject, fit: FitSeed) -> JobRow:
    """The row of one seed of a trial: the answer with its run alone.

    Raises:
        ProbeEnded: if a verifying process was killed: this says nothing of the row.
    """
    return _computed_row(index, document, JobKind.TRIAL, lambda: fit(*trial_of_row(document)))


def _computed_row(
    index: int, document: JsonObject, kind: JobKind, compute: Callable[[], JsonObject]
) -> JobRow:
    """The row with what is computed, or with the problem of a refusal."""
    try:
        result = compute()
    except MemoryError:
        failed = ProbeFailed("the row needs more memory than its process may use")
        return problem_row(index, document, kind, designer_error_problem(failed))
    except ProbeEnded:
        raise
    except DesignerError as refusal:
        return problem_row(index, document, kind, designer_error_problem(refusal))
    return JobRow(index=index, body=_line(result), failed=False)


def sweep_row(index: int, design: Design) -> JsonObject:
    """The figures of a design."""
    brief = design.brief
    costs = evaluate_chain(design.chain, space=brief.space, widths=brief.widths)
    networks = {role: design.gan.networks.get(role) for role in ("generator", "discriminator")}
    return {
        "index": index,
        "id": design.id,
        "resolution": list(brief.resolution),
        "latent_dim": brief.latent_dim,
        "sizes": [list(size) for size in design.chain.sizes],
        "departure": costs.departure,
        "count": design.count,
        **{role: network_costs(network) for role, network in networks.items()},
        "encoder": network_costs(design.gan.networks.get("encoder")),
        "source_sha256": design.source.sha256,
        "verdict": str(design.verification.verdict),
        "problem": None,
    }


def network_costs(network: Network | None) -> JsonObject | None:
    """The costs of a network, or None."""
    if network is None:
        return None
    return {
        "parameters": network.parameters,
        "multiply_adds": network.multiply_adds,
        "activation_bytes": network.activation_bytes,
    }


def problem_row(index: int, document: JsonObject, kind: JobKind, problem: dict[str, Any]) -> JobRow:
    """The row of a failed request: what was requested, and the problem document.

    That of one design is the problem alone.
    """
    return JobRow(index=index, body=_line(_FAILED[kind](index, document, problem)), failed=True)


def _failed_brief(index: int, document: JsonObject, problem: JsonObject) -> JsonObject:
    requested = {name: document.get(name) for name in ("resolution", "latent_dim")}
    return {"index": index, **dict.fromkeys(ROW_FIELDS), **requested, "problem": problem}


_FAILED: dict[JobKind, Callable[[int, JsonObject, JsonObject], JsonObject]] = {
    JobKind.SWEEP: _failed_brief,
    JobKind.DESIGN: lambda _, __, problem: problem,
    JobKind.TRIAL: lambda index, _, problem: {"seed": index, "problem": problem},
}


def timeout_problem(seconds: float) -> dict[str, Any]:
    """The problem of a row that exceeded its time limit."""
    stopped = ProbeFailed(f"the row took more than {seconds:g} s and was stopped", wall_s=seconds)
    return designer_error_problem(stopped)


def exhausted_problem(attempts: int) -> dict[str, Any]:
    """The problem of a row that ended its process in every permitted attempt."""
    return problem_document(
        PROBLEMS["attempts_exhausted"],
        detail=f"the row was tried {attempts} times, and its process ended each time",
        facts={"attempts": attempts},
    )


def _line(document: JsonObject) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
