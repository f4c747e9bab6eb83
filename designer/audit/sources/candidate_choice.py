"""Which of the networks that a text may mean is judged."""

from __future__ import annotations

from collections.abc import Sequence

from designer.audit.graph.model import all_shapes
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.trace_reply import CandidateRun

WantedShapes = Sequence[TensorShape | None]
"""A wanted shape of one sample per output; None for an output that may have any."""


def choose_candidate(
    candidates: Sequence[CandidateRun], wanted: WantedShapes | None, batch: int
) -> CandidateRun | None:
    """The network that is judged, None if there is none; the one that the request names, if it does.

    A network that takes the input, if only in its first calls, comes before one that does not; then one
    that the text makes before a class of which it makes none; then one that runs; then one with the
    wanted output; then the first.
    """
    if not candidates:
        return None
    named = next((candidate for candidate in candidates if candidate.is_named), None)
    if named is not None:
        return named
    return min(candidates, key=lambda candidate: _badness(candidate, wanted, batch))


def _badness(candidate: CandidateRun, wanted: WantedShapes | None, batch: int) -> tuple[int, ...]:
    """Sort key: whether it takes the input, how likely it is meant, whether it runs, and as wanted."""
    trace = candidate.trace
    if trace is None:
        missing = candidate.needs_arguments or candidate.rank > 0
        return (3 if missing else 1, candidate.rank, 1, 1)
    if trace.raised is None:
        misses = wanted is not None and not reaches_wanted(trace.outputs, wanted, batch)
        return (0, candidate.rank, 0, misses)
    accepts = any(node.parameters for node in trace.nodes)
    takes_inputs = trace.raised.type != "TypeError" or bool(trace.nodes)
    return (0 if accepts else 1 if takes_inputs else 2, candidate.rank, 1, 1)


def reaches_wanted(outputs: object, wanted: WantedShapes, batch: int) -> bool:
    """Whether outputs with their batch have the wanted shapes; one wanted shape is that of any output.

    >>> reaches_wanted([[2, 3, 64, 64], [2, 10]], [(3, 64, 64)], 2)
    True
    """
    shapes = all_shapes(outputs)
    if len(wanted) == 1:
        return any(shape == (batch, *(wanted[0] or shape[1:])) for shape in shapes)
    return len(wanted) == len(shapes) and all(
        each is None or shape == (batch, *each) for shape, each in zip(shapes, wanted, strict=True)
    )
