"""The audit's trace against eager torch: verdict, first failing layer, shapes, wording."""

from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random

import pytest

from designer.audit.layers_json import audit_layer_document, read_audit_layers
from designer.audit.trace import AuditNetwork, Trace, trace_network
from designer.errors import InvalidRequest
from tests.audit.eager_torch import Json, Outcome, run_layers
from tests.audit.random_networks import MAKERS, random_network
from tests.support import soak_count

BLOCKS = 10
COUNT = soak_count(110, 1_100)
"""Networks of a block."""


def assert_same_words(trace: Trace, outcome: Outcome) -> None:
    """The audit's ``torch_error`` is torch's message, character by character.

    Two exceptions: torch has two messages for a transposed convolution of negative size, depending
    on the machine's convolution library; and pooling a vector has no equivalent call in torch.
    """
    assert trace.layer_error is not None
    if trace.layer_error.fields == ("padding",) and "Output size is too small" in (
        outcome.error or ""
    ):
        return
    if outcome.error != "nothing to pool":
        assert trace.layer_error.torch_error == outcome.error


@cache
def case_of(seed: int) -> tuple[list[int], list[Json], int, Outcome]:
    """A random network and what torch makes of it: input shape, layers, batch and outcome."""
    shape, layers, batch = random_network(Random(seed))
    return shape, layers, batch, run_layers(layers, shape, batch=batch)


@pytest.mark.torch
@pytest.mark.parametrize("block", range(BLOCKS))
def test_random_networks_run_as_traced(block: int) -> None:
    """Legal and illegal networks of all ops on one to three axes, run in torch."""
    seen: Counter[str] = Counter()
    for seed in range(block * COUNT, (block + 1) * COUNT):
        shape, layers, batch, outcome = case_of(seed)
        try:
            read = read_audit_layers(layers, pointer="/layers")
        except InvalidRequest:
            continue  # per-axis lists of one layer that contradict each other
        trace = trace_network(AuditNetwork(input_shape=tuple(shape), layers=read, batch=batch))
        assert trace.fails_at == outcome.fails_at, (seed, layers)
        assert [list(found[1:]) for found in trace.shapes[1:]] == outcome.shapes, (seed, layers)
        if trace.layer_error is not None:
            assert_same_words(trace, outcome)
        assert (
            read_audit_layers([audit_layer_document(layer) for layer in read], pointer="") == read
        )
        seen["illegal" if trace.layer_error else "legal"] += 1
        seen.update(layer["op"] for layer in layers)
    assert min(seen["legal"], seen["illegal"]) > COUNT / 5
    assert set(MAKERS) <= set(seen)
