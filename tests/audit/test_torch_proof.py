"""How much of a repaired network torch runs, and how that is reported."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from designer.audit.layers_json import audit_layer_document, read_audit_layers
from designer.audit.torch_proof import Proof, prove_networks
from designer.audit.trace import AuditNetwork, trace_network
from designer.errors import InvalidRequest
from designer.verification.probe.layer_list import run_layer_list
from tests.audit.eager_torch import run_layers
from tests.audit.random_networks import random_network


def run_in_process(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
    """Runner that calls the probe in this process."""
    return {"traces": [run_layer_list(network) for network in job["layer_lists"]]}


@pytest.mark.torch
@pytest.mark.slow
def test_the_probe_agrees_with_eager_torch() -> None:
    """Two ways of building the same modules: same shapes, refusals and messages."""
    for seed in range(200):
        shape, layers, batch = random_network(Random(seed))
        try:
            read = read_audit_layers(layers, pointer="")
        except InvalidRequest:
            continue
        sent = [audit_layer_document(layer) for layer in read]
        outcome = run_layers(layers, shape, batch=batch)
        answer = run_layer_list({"input_shape": shape, "batch": batch, "layers": sent})
        if outcome.fails_at is not None and outcome.error in (None, "nothing to pool"):
            continue  # an empty map, which the probe accepts
        assert answer["fails_at"] == outcome.fails_at
        assert answer["error"] == outcome.error
        assert [found[1:] for found in answer["shapes"]] == outcome.shapes


def network(channels: int, side: int, kernel: int = 4) -> AuditNetwork:
    layers = [
        {
            "op": "conv",
            "in_channels": channels,
            "out_channels": channels,
            "kernel_size": kernel,
            "stride": 2,
        },
        {"op": "max_pool", "kernel_size": 2},
        {"op": "flatten"},
    ]
    return AuditNetwork(
        input_shape=(channels, side, side), layers=read_audit_layers(layers, pointer="")
    )


@pytest.mark.torch
@pytest.mark.parametrize(
    ("built_network", "expected"),
    [
        (network(4, 32), Proof.WHOLE),
        (network(4096, 64), Proof.LAYERS),
        (network(1, 16_384, kernel=64), Proof.LAWS),
    ],
    ids=["cheap", "wide", "large"],
)  # fmt: skip
def test_how_much_is_run_depends_on_predicted_cost(
    built_network: AuditNetwork, expected: Proof
) -> None:
    """It never depends on time, so that answers repeat."""
    assert prove_networks([(built_network, trace_network(built_network))], run_in_process) == [
        expected
    ]


def test_repairs_that_torch_contradicts_are_dropped() -> None:
    """Torch measures a shape other than the trace's."""
    built_network = network(4, 32)

    def wrong(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        return {"traces": [{"shapes": [[2, 4, 9, 9]], "fails_at": None, "error": None}]}

    assert prove_networks([(built_network, trace_network(built_network))], wrong) == [None]
