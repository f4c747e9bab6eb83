"""The mirror of a network, and its adaptation to another size."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from designer.audit.answer import audit
from designer.audit.layers_json import audit_layer_document, read_audit_layers
from designer.audit.mirror import mirror_network
from designer.audit.request import read_request
from designer.audit.trace import AuditNetwork, trace_network
from designer.errors import InvalidRequest
from tests.audit.eager_torch import run_layers
from tests.audit.published_cases import ARCHITECTURES, Json, as_request
from tests.audit.random_networks import random_network
from tests.support import soak_count

MIRRORED = frozenset(
    (
        "conv",
        "conv_transpose",
        "linear",
        "flatten",
        "max_pool",
        "avg_pool",
        "upsample",
        "pad",
        "crop",
    )
)


def mirrored_sizes(network: AuditNetwork) -> tuple[list[Json], list[list[int]]]:
    """The mirrored layers, and the shapes that they pass in order."""
    trace = trace_network(network)
    mirror = mirror_network(network, trace)
    back = trace_network(mirror.network)
    assert back.layer_error is None
    sizes = [list(shape[1:]) for shape in back.shapes]
    passed = [list(shape[1:]) for shape in reversed(trace.shapes)]
    assert sizes[-1] == passed[-1]
    assert [shape for shape in sizes if shape in passed] == sizes or len(sizes) > len(passed)
    return [audit_layer_document(layer) for layer in mirror.network.layers], sizes


@pytest.mark.torch
@pytest.mark.slow
def test_a_mirror_restores_every_size() -> None:
    """Random encoders and decoders of the ops that can be mirrored; the mirror runs in torch."""
    seen, seed = 0, 0
    while seen < soak_count(60, 600):
        seed += 1
        shape, layers, _ = random_network(Random(seed))
        layers = [layer for layer in layers if layer["op"] in MIRRORED]
        try:
            network = AuditNetwork(
                input_shape=tuple(shape), layers=read_audit_layers(layers, pointer="")
            )
        except InvalidRequest:
            continue
        trace = trace_network(network)
        plain = all(len(s) == len(trace.shapes[0]) or len(s) == 2 for s in trace.shapes)
        if trace.layer_error or not plain or any(s[0] != 2 for s in trace.shapes):
            continue
        if any(layer.get("padding") == "same" or "padding_mode" in layer for layer in layers):
            continue
        if mirror_network(network, trace).left_out:
            continue  # a pool on a vector, which torch treats as one sample
        seen += 1
        back, sizes = mirrored_sizes(network)
        if back:
            assert run_layers(back, sizes[0]).shapes == sizes[1:]


@pytest.mark.torch
@pytest.mark.slow
def test_a_complete_mirror_restores_the_input_shape() -> None:
    """Networks of all ops, also those where torch treats the batch or the channels as an axis."""
    seen, seed = 0, 10_000
    while seen < soak_count(60, 600):
        seed += 1
        shape, layers, batch = random_network(Random(seed))
        try:
            read = read_audit_layers(layers, pointer="")
        except InvalidRequest:
            continue
        network = AuditNetwork(input_shape=tuple(shape), layers=read, batch=batch)
        trace = trace_network(network)
        if trace.layer_error or (mirror := mirror_network(network, trace)).left_out:
            continue
        seen += 1
        back = [audit_layer_document(layer) for layer in mirror.network.layers]
        outcome = run_layers(back, list(mirror.network.input_shape), batch=batch)
        assert outcome.fails_at is None, seed
        assert not back or outcome.shapes[-1] == shape, seed


ENCODERS = [
    case
    for case in ARCHITECTURES
    if case["complete"]
    and all(layer["op"] in ("conv", "flatten", "linear") for layer in case["layers"])
]


@pytest.mark.parametrize("case", ENCODERS, ids=lambda case: case["id"])
def test_the_mirror_of_a_published_encoder_restores_its_input(case: Json) -> None:
    """From its last shape to its input, through every size between."""
    layers = read_audit_layers(as_request(case["layers"]), pointer="")
    _, sizes = mirrored_sizes(AuditNetwork(input_shape=tuple(case["input_shape"]), layers=layers))
    assert sizes == [*reversed(case["shapes"]), case["input_shape"]]


def test_a_mirror_keeps_every_norm_and_activation() -> None:
    """They belong to the map between two layers: each follows the other layer that makes it."""
    window = {"kernel_size": 4, "stride": 2, "padding": 1}
    first = {"op": "conv", "in_channels": 3, "out_channels": 8, **window}
    second = {"op": "conv", "in_channels": 8, "out_channels": 16, **window, "norm": "instance"}
    layers = [
        {**first, "activation": "leaky_relu"},
        {**second, "activation": "relu"},
        {"op": "flatten", "activation": "sigmoid"},
        {"op": "linear", "in_features": 1024, "out_features": 5, "activation": "tanh"},
    ]
    request = {"input_shape": [3, 32, 32], "layers": layers, "mirror": True}
    answer: Any = audit(read_request(request), runner=None)
    found = [
        (layer["op"], layer.get("norm"), layer.get("activation")) for layer in answer["mirror"]
    ]
    assert found == [
        ("linear", None, "sigmoid"),
        ("reshape", "instance", "relu"),
        ("conv_transpose", None, "leaky_relu"),
        ("conv_transpose", None, None),
    ]


def test_a_mirror_lists_the_layers_it_leaves_out() -> None:
    """A skip cannot be mirrored."""
    layers = [
        {"op": "concat", "extra_channels": 4},
        {"op": "linear", "in_features": 6, "out_features": 2},
    ]
    answer: Any = audit(
        read_request({"input_shape": [2, 6], "layers": layers, "mirror": True}), runner=None
    )
    assert [layer["op"] for layer in answer["mirror"]] == ["linear"]
    assert answer["mirror_left_out"] == ["layer 0 (concat, 2×6 to 6×6) cannot be mirrored"]


GENERATOR = [
    {"op": "conv_transpose", "in_channels": 8, "out_channels": 8, "kernel_size": 4},
    {"op": "conv_transpose", "in_channels": 8, "out_channels": 4, "kernel_size": 4, "stride": 2, "padding": 1},
    {"op": "conv_transpose", "in_channels": 4, "out_channels": 3, "kernel_size": 4, "stride": 2, "padding": 1},
]  # fmt: skip
DISCRIMINATOR = [
    {"op": "conv", "in_channels": 3, "out_channels": 4, "kernel_size": 4, "stride": 2, "padding": 1},
    {"op": "conv", "in_channels": 4, "out_channels": 8, "kernel_size": 4, "stride": 2, "padding": 1},
    {"op": "conv", "in_channels": 8, "out_channels": 1, "kernel_size": 4},
]  # fmt: skip


@pytest.mark.parametrize(
    "sides", [[16, 16], [24, 24], [28, 28], [32, 32], [17, 16], [20, 24], [33, 33]]
)
def test_a_generator_is_adapted_to_other_sides(sides: list[int]) -> None:
    """At most one layer changes, and the output has the requested sides."""
    request = {"input_shape": [8, 1, 1], "layers": GENERATOR, "adapt_to": sides}
    adapted: Any = audit(read_request(request), runner=None)
    adapted = adapted["adapted"]
    assert adapted["output_shape"] == [3, *sides]
    assert adapted["input_shape"] == [8, 1, 1]
    assert run_layers(adapted["layers"], [8, 1, 1]).shapes[-1] == [3, *sides]
    touched = {change["index"] for change in adapted["changes"]}
    assert len(touched) == (0 if sides == [16, 16] else 1)


@pytest.mark.parametrize("sides", [[26, 33], [23, 16], [40, 25]])
def test_sides_that_need_several_layers_are_reached(sides: list[int]) -> None:
    """At most two layers change, each on one axis or on both."""
    request = {"input_shape": [8, 1, 1], "layers": GENERATOR, "adapt_to": sides}
    answer: Any = audit(read_request(request), runner=None)
    adapted = answer["adapted"]
    assert run_layers(adapted["layers"], [8, 1, 1]).shapes[-1] == [3, *sides]
    assert len({change["index"] for change in adapted["changes"]}) <= 2


@pytest.mark.parametrize("sides", [[16, 16], [24, 24], [32, 32], [20, 28], [31, 31], [50, 50]])
def test_a_discriminator_is_adapted_to_other_sides(sides: list[int]) -> None:
    """It accepts the picture and still ends at one number."""
    request = {"input_shape": [3, 16, 16], "layers": DISCRIMINATOR, "adapt_to": sides}
    adapted: Any = audit(read_request(request), runner=None)
    adapted = adapted["adapted"]
    assert adapted["input_shape"] == [3, *sides]
    assert run_layers(adapted["layers"], [3, *sides]).shapes[-1] == [1, 1, 1]


def test_a_network_that_breaks_is_not_adapted() -> None:
    """It has no output shape to keep."""
    request = {"input_shape": [3, 5, 5], "layers": DISCRIMINATOR, "adapt_to": 32}
    with pytest.raises(InvalidRequest, match="this one breaks") as refused:
        audit(read_request(request), runner=None)
    assert refused.value.code == "cannot_adapt"
