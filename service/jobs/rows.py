"""From a brief as JSON to a row of a result: figures and verdict, or the problem. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from designer.brief.brief_json import brief_from_document
from designer.brief.model import Brief
from designer.brief.permalink import write_id
from designer.chains import weigh_chain
from designer.errors import DesignerError, ProbeFailed
from designer.networks import Network
from designer.pipeline.design import Design
from designer.pipeline.design_json import design_document
from designer.validation.json_readers import Document
from service.jobs.job import Kind
from service.jobs.store.protocol import Row
from service.problems.problem_document import problem_document, refusal_problem
from service.problems.registry import PROBLEMS

Make = Callable[[Brief], Design]

FIGURES = (
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
"""What a row of a sweep holds beside its index; null where it has no such thing."""


def make_row(index: int, document: Document, kind: Kind, make: Make) -> Row:
    """The row of a brief: for a sweep its figures, for a job of one design the whole design.

    >>> from designer.pipeline.design import design
    >>> brief = {"resolution": 28, "latent_dim": 64, "verify": "none"}
    >>> row = json.loads(make_row(5, brief, Kind.SWEEP, design).body)
    >>> row["index"], row["sizes"], row["verdict"], row["problem"]
    (5, [[7, 7], [14, 14], [28, 28]], 'not_run', None)
    """
    try:
        made = make(brief_from_document(document))
    except MemoryError:
        failed = ProbeFailed("the row needs more memory than its process may use")
        return problem_row(index, document, kind, refusal_problem(failed))
    except DesignerError as refusal:
        return problem_row(index, document, kind, refusal_problem(refusal))
    result = design_document(made) if kind is Kind.DESIGN else sweep_row(index, made)
    return Row(index=index, body=_line(result), failed=False)


def sweep_row(index: int, made: Design) -> Document:
    """The figures of a design."""
    brief = made.brief
    weighed = weigh_chain(made.chain, space=brief.space, widths=brief.widths)
    networks = {role: made.gan.networks.get(role) for role in ("generator", "discriminator")}
    return {
        "index": index,
        "id": write_id(brief, made.chain),
        "resolution": list(brief.resolution),
        "latent_dim": brief.latent_dim,
        "sizes": [list(size) for size in made.chain.sizes],
        "departure": weighed.departure,
        "count": made.count,
        **{role: network_figures(network) for role, network in networks.items()},
        "encoder": network_figures(made.gan.networks.get("encoder")),
        "source_sha256": made.source.sha256,
        "verdict": str(made.verification.verdict),
        "problem": None,
    }


def network_figures(network: Network | None) -> Document | None:
    """What a network costs."""
    if network is None:
        return None
    return {
        "parameters": network.parameters,
        "multiply_adds": network.multiply_adds,
        "activation_bytes": network.activation_bytes,
    }


def problem_row(index: int, document: Document, kind: Kind, problem: dict[str, Any]) -> Row:
    """The row of a brief that came to nothing: what was asked, and the problem as HTTP tells it."""
    asked = {name: document.get(name) for name in ("resolution", "latent_dim")}
    empty = dict.fromkeys(FIGURES)
    result = {"index": index, **empty, **asked, "problem": problem}
    body = problem if kind is Kind.DESIGN else result
    return Row(index=index, body=_line(body), failed=True)


def timeout_problem(seconds: float) -> dict[str, Any]:
    """The problem of a row that was stopped."""
    stopped = ProbeFailed(f"the row took more than {seconds:g} s and was stopped", wall_s=seconds)
    return refusal_problem(stopped)


def exhausted_problem(attempts: int) -> dict[str, Any]:
    """The problem of a row that ended its process as often as it may."""
    return problem_document(
        PROBLEMS["attempts_exhausted"],
        detail=f"the row was tried {attempts} times, and each time its process ended",
        facts={"attempts": attempts},
    )


def _line(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
