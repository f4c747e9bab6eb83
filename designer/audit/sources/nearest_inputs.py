"""The nearest input sizes with which the network of a source runs, each of which was run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product

from designer.audit.graph.figures import count_warned_axes
from designer.audit.graph.model import first_shape
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.input_sizes import size_distance
from designer.audit.repairs.nearest_json import nearest_document, nearest_shapes
from designer.audit.sources.candidate_choice import WantedShapes, reaches_wanted
from designer.audit.sources.layer_chain import LayerChain
from designer.audit.sources.repairs.resampling_blocks import has_residual_blocks
from designer.audit.sources.source_text import SourceText
from designer.audit.sources.trace_reply import CandidateRun, NetworkTrace
from designer.audit.sources.trace_run import run_source
from designer.audit.suggested_brief import known_architecture, suggest_brief
from designer.errors import SourceFailed
from designer.validation.json_readers import JsonObject
from designer.validation.limits import MAX_SIDE
from designer.verification import ProbeRunner

MAX_NEAREST_RUNS = 4
"""Maximum number of input sizes that are run."""

MAX_NEAREST = 3
"""Maximum number of input sizes that are offered."""

Pair = tuple[TensorShape, TensorShape]
"""An input shape with its output shape, of one sample."""


class NearestInputs:
    """Runs the network of a source with other input sizes."""

    def __init__(
        self, source: SourceText, judged: CandidateRun, *, batch: int, runner: ProbeRunner
    ) -> None:
        self.runs = 0
        self._source = source
        self._judged = judged
        self._batch = batch
        self._runner = runner

    def document(self, chain: LayerChain | None, wanted: WantedShapes | None) -> JsonObject | None:
        """The shapes as JSON, None for a network without sizes.

        By the laws of its layers if the network is a list of them, else multiples of powers of two. The
        brief of a residual network is residual.
        """
        trace = self._judged.trace
        assert trace is not None, "only a network that was traced has inputs"
        shape = trace.inputs[0].shape
        only = wanted[0] if wanted and len(wanted) == 1 else None
        design = None
        if (chain is None or len(shape) < 2) and has_residual_blocks(trace.nodes):
            architecture = known_architecture(trace.nodes, is_residual=True)
            design = suggest_brief(shape, only, architecture=architecture)
        if len(shape) < 2 or trace.inputs[0].dtype != "float32":
            return design and nearest_document(None, only, [], Goal(), design=design)
        if chain is not None:
            shapes, goal = nearest_shapes(chain.network, only)
            pairs = self._confirmed(trace, iter(shapes), wanted if goal.wanted else None)
            return nearest_document(chain.network, only, pairs, goal)
        pairs = self._confirmed(trace, _rounded_shapes(shape), None)
        if not pairs and design is None:
            return None
        return nearest_document(None, only, pairs, Goal(), design=design)

    def _confirmed(
        self, trace: NetworkTrace, shapes: Iterator[TensorShape], wanted: WantedShapes | None
    ) -> list[Pair]:
        """The shapes with which the network runs, those that leave nothing unread first."""
        found: list[tuple[int, Pair]] = []
        for shape in islice(shapes, MAX_NEAREST_RUNS):
            after = self.run_at(trace, shape)
            if after is None or after.raised is not None:
                continue
            if wanted is None or reaches_wanted(after.outputs, wanted, self._batch):
                unread = count_warned_axes(after.nodes)[1]
                found.append((unread, (shape, (first_shape(after.outputs) or (1,))[1:])))
            if len(found) == MAX_NEAREST:
                break
        return [pair for _, pair in sorted(found, key=lambda each: each[0])]

    def run_at(self, trace: NetworkTrace, shape: TensorShape) -> NetworkTrace | None:
        """What the network does with other sizes, at every input that has the sizes of the first."""
        old = trace.inputs[0].shape[1:]
        inputs = tuple(
            replace(each, shape=(each.shape[0], *shape[1:])) if each.shape[1:] == old else each
            for each in trace.inputs
        )
        self.runs += 1
        try:
            run = run_source(
                replace(self._source, inputs=inputs), batch=self._batch, runner=self._runner
            )
        except SourceFailed:
            return None
        same = (self._judged.class_name, self._judged.name)
        found = (each.trace for each in run.candidates if (each.class_name, each.name) == same)
        return next(found, None)


def _rounded_shapes(shape: TensorShape) -> Iterator[TensorShape]:
    """Shapes with each side up or down to a multiple of a power of two, closest first."""
    channels, *sizes = shape
    found = set()
    for power in (4, 8, 16, 32, 64, 128):
        sides = [(size // power * power, -(-size // power) * power) for size in sizes]
        found |= {each for each in product(*sides) if min(each) > 0 and max(each) <= MAX_SIDE}
    found -= {tuple(sizes)}
    if len(set(sizes)) == 1:
        found = {each for each in found if len(set(each)) == 1}
    for each in sorted(found, key=lambda each: (size_distance(sizes, each), each)):
        yield (channels, *each)
