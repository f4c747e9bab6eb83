"""Every op on maps of every number of axes: torch's verdict, shape and words, and the mirror."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from random import Random
from typing import Any

import pytest

from designer.audit.layers_json import audit_layer_document, read_audit_layers
from designer.audit.mirror import mirror_network
from designer.audit.trace import AuditNetwork, Trace, trace_network
from designer.errors import InvalidRequest
from tests.audit.eager_torch import Json, Outcome, run_layers
from tests.audit.random_networks import MAKERS, OPS
from tests.audit.test_eager_agreement import assert_same_words
from tests.support import soak_count

COUNT = soak_count(60, 600)
"""Layers of each op for each number of axes."""

LARGEST = {0: 1, 1: 40, 2: 20, 3: 9, 4: 6, 5: 4}
"""Longest side by the length of a shape."""


@cache
def case_of(op: str, length: int, seed: int) -> tuple[list[int], Json, int, Outcome]:
    """A random layer after a map with so many sizes, and torch's outcome: shape, layer, batch."""
    random = Random(f"{op} {length} {seed}")
    shape = [random.randint(1, LARGEST[length]) for _ in range(length)]
    layer = {"op": op, **MAKERS[op](random, shape, 0)}
    batch = random.choice((1, 2, 3))
    return shape, layer, batch, run_layers([layer], shape, batch=batch)


@pytest.mark.torch
@pytest.mark.parametrize("length", range(1, 6))
@pytest.mark.parametrize("op", sorted({*OPS}))
def test_an_op_accepts_and_refuses_what_torch_does(op: str, length: int) -> None:
    """With torch's shape, or torch's message word by word."""
    for seed in range(COUNT):
        shape, layer, batch, outcome = case_of(op, length, seed)
        if layer.get("mode") == "circular" and min(layer["pad"]) < 0:
            continue  # torch refuses some, depending on where it stores the map
        try:
            read = read_audit_layers([layer], pointer="")
        except InvalidRequest:
            continue
        trace = trace_network(AuditNetwork(input_shape=tuple(shape), layers=read, batch=batch))
        assert trace.fails_at == outcome.fails_at, (layer, shape, batch)
        assert [list(found[1:]) for found in trace.shapes[1:]] == outcome.shapes
        if trace.layer_error is not None:
            assert_same_words(trace, outcome)
            assert_facts_of_one_sample(trace, layer, shape)


def assert_facts_of_one_sample(trace: Trace, layer: Json, shape: list[int]) -> None:
    """A refusal names the map without the batch, unless the samples are what it counts.

    A reshape has a ``shape`` of its own.
    """
    assert trace.layer_error is not None
    (reason,) = trace.layer_error.reasons
    assert list(reason.facts.get("map", shape)) == shape
    if "Expected more than 1" in (trace.layer_error.torch_error or ""):
        shape = list(trace.shapes[0])
    for facts in (reason.facts, trace.layer_error.facts):
        for name in {"shape", "input_shape"} & facts.keys() - {*layer}:
            assert list(facts[name]) == shape, (layer, facts)


MIRRORED = {
    "adaptive_pool", "avg_pool", "conv", "conv_transpose", "crop", "flatten", "global_pool",
    "linear", "max_pool", "pad", "pixel_shuffle", "reshape", "upsample",
}  # fmt: skip
"""Ops with an opposite."""


def max_of(value: int | list[int]) -> int:
    """The largest entry of a field."""
    return max(value) if isinstance(value, list) else value


def is_plain(layer: Json, shape: list[int], after: list[int]) -> bool:
    """Whether a layer changes a map and takes neither samples nor channels for an axis.

    Rows of output padding that are the whole map cannot be cropped.
    """
    axes = len(shape) - 1
    lengths = [len(value) for name, value in layer.items() if isinstance(value, list)]
    pairs = len(layer.get("pad", ())) // 2
    return (
        after != shape
        and pairs <= axes
        and layer.get("ndim", axes) == axes
        and layer.get("start_dim", 1) > 0
        and (layer["op"] != "pixel_shuffle" or axes == 2)
        and max_of(layer.get("output_padding", 0)) < min(after[1:], default=1)
        and not layer.get("fold_batch")
        and (layer["op"] in ("pad", "reshape", "crop") or set(lengths) <= {axes})
    )


@pytest.mark.torch
@pytest.mark.parametrize("op", sorted(MIRRORED))
def test_the_mirror_of_an_op_restores_its_map(op: str) -> None:
    """In torch, on one to three axes."""
    seen = 0
    for length in (2, 3, 4):
        for seed in range(COUNT):
            shape, layer, batch, outcome = case_of(op, length, seed)
            if outcome.fails_at is not None or not is_plain(layer, shape, outcome.shapes[-1]):
                continue
            try:
                read = read_audit_layers([layer], pointer="")
            except InvalidRequest:
                continue
            network = AuditNetwork(input_shape=tuple(shape), layers=read, batch=batch)
            mirror = mirror_network(network, trace_network(network))
            assert not mirror.left_out, (layer, shape)
            back = [audit_layer_document(each) for each in mirror.network.layers]
            assert list(mirror.network.input_shape) == outcome.shapes[-1]
            run = run_layers(back, outcome.shapes[-1], batch=batch)
            assert run.shapes[-1] == shape, (layer, shape, back)
            seen += 1
    assert seen >= 3


@pytest.mark.parametrize("side", range(1, 7))
def test_the_mirror_of_same_padding_restores_every_side(side: int) -> None:
    """Also where the kernel is larger than the map, or has an even number of taps."""
    for kernel_size, dilation in product(range(1, 6), range(1, 4)):
        layer = {"op": "conv", "in_channels": 1, "out_channels": 2, "kernel_size": kernel_size}
        layers = read_audit_layers([{**layer, "dilation": dilation, "padding": "same"}], pointer="")
        network = AuditNetwork(input_shape=(1, side), layers=layers)
        mirror = mirror_network(network, trace_network(network))
        assert not mirror.left_out
        assert trace_network(mirror.network).shapes[-1] == (network.batch, 1, side)


@cache
def outcome_of_pool(length: int, layer: str) -> Outcome:
    """What torch makes of an adaptive pool, in JSON, on a map with so many sizes."""
    return run_layers([json.loads(layer)], [3] * length)


@pytest.mark.torch
@pytest.mark.parametrize("mode", ["avg", "max"])
@pytest.mark.parametrize("length", range(1, 6))
def test_adaptive_pooling_to_numbers_and_tuples_is_torchs(length: int, mode: str) -> None:
    """Torch treats a tuple otherwise than a number, and an average to one position too."""
    for axes in (1, 2, 3):
        sizes: list[Any] = [{"ndim": axes, "output_size": number} for number in (1, 2)]
        sizes += [{"output_size": [number] * axes} for number in (1, 2, None)]
        sizes += [{"output_size": [1, *[None] * (axes - 1)]}]
        for fields in sizes:
            if set(fields["output_size"] if "ndim" not in fields else ()) == {None}:
                continue  # at least one size is given
            layer = {"op": "adaptive_pool", "mode": mode, **fields}
            outcome = outcome_of_pool(length, json.dumps(layer))
            read = read_audit_layers([layer], pointer="")
            trace = trace_network(AuditNetwork(input_shape=(3,) * length, layers=read))
            assert trace.fails_at == outcome.fails_at, layer
            assert [list(found[1:]) for found in trace.shapes[1:]] == outcome.shapes
            if trace.layer_error is not None:
                assert_same_words(trace, outcome)


@pytest.mark.torch
@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular", "zeros"])
@pytest.mark.parametrize("channels", [1, 2])
def test_same_padding_of_every_mode_is_torchs(mode: str, channels: int) -> None:
    """Every small kernel and side, with channels that match and that do not."""
    for kernel_size, dilation, side in product(range(1, 6), (1, 2), range(1, 6)):
        layer = {
            "op": "conv", "in_channels": 1, "out_channels": 1, "kernel_size": kernel_size,
            "dilation": dilation, "padding": "same", "padding_mode": mode,
        }  # fmt: skip
        outcome = outcome_on(json.dumps([layer]), channels, side)
        read = read_audit_layers([layer], pointer="")
        trace = trace_network(AuditNetwork(input_shape=(channels, side), layers=read))
        assert trace.fails_at == outcome.fails_at, layer
        if trace.layer_error is not None:
            assert_same_words(trace, outcome)


@cache
def outcome_on(layers: str, *shape: int) -> Outcome:
    """What torch makes of layers in JSON on a map."""
    return run_layers(json.loads(layers), [*shape])


@pytest.mark.parametrize("scale", [0, -1, 1025, 1e9])
def test_a_scale_beyond_its_bounds_is_refused_with_them(scale: float) -> None:
    """Above 0 and at most 1,024."""
    with pytest.raises(InvalidRequest) as refused:
        read_audit_layers([{"op": "upsample", "scale_factor": scale}], pointer="")
    facts = refused.value.errors[0].facts
    assert (facts["minimum"], facts["maximum"]) == (0, 1024)
    for legal in (1e-6, 0.5, 1024):
        assert read_audit_layers([{"op": "upsample", "scale_factor": legal}], pointer="")


RESIZING: list[Json] = [
    {"op": "max_pool", "kernel_size": [2, 1]}, {"op": "max_pool", "kernel_size": [1, 2]},
    {"op": "avg_pool", "kernel_size": [2, 1]}, {"op": "avg_pool", "kernel_size": [1, 2]},
    {"op": "upsample", "size": [12, 8]}, {"op": "upsample", "size": [6, 16]},
    {"op": "upsample", "size": [3, 8]}, {"op": "upsample", "size": [6, 4]},
    {"op": "adaptive_pool", "output_size": [3, 8]}, {"op": "adaptive_pool", "output_size": [6, 4]},
]  # fmt: skip


@pytest.mark.parametrize("document", RESIZING, ids=str)
def test_the_mirror_of_one_axis_restores_it(document: Json) -> None:
    """The other axis keeps its size; a map that keeps both needs no layer."""
    (layer,) = layers = read_audit_layers([document], pointer="")
    network = AuditNetwork(input_shape=(3, 6, 8), layers=layers)
    mirror = mirror_network(network, trace_network(network))
    assert not mirror.left_out
    assert trace_network(mirror.network).shapes[-1] == (network.batch, 3, 6, 8)
    assert [*layer.reversed_layers((2, 3, 6, 8), (2, 3, 6, 8))] == []


def test_a_layer_is_its_own_module_unless_it_is_a_slice() -> None:
    """Torch has a module for a negative padding, none for a slice."""
    flatten, crop = read_audit_layers(
        [{"op": "flatten"}, {"op": "crop", "crop": [[0, 1], [2, 0]]}], pointer=""
    )
    assert flatten.as_module() is flatten
    assert flatten.axes((2, 3, 4, 5)) == 2
    assert audit_layer_document(crop.as_module()) == {"op": "pad", "pad": [-2, 0, 0, -1]}
    assert crop.as_module().step((2, 8, 7, 5), ()).shape == crop.step((2, 8, 7, 5), ()).shape


@pytest.mark.torch
def test_other_channels_name_the_map_without_its_padding() -> None:
    """Torch pads first, and has the padded sizes in its message, also where it takes the batch for channels."""
    layer = {
        "op": "conv", "in_channels": 4, "out_channels": 2, "kernel_size": 2, "padding": 2,
        "padding_mode": "circular", "ndim": 1,
    }  # fmt: skip
    for shape, batch in (([4], 3), ([3, 4], 2)):
        outcome = run_layers([layer], shape, batch=batch)
        read = read_audit_layers([layer], pointer="")
        trace = trace_network(AuditNetwork(input_shape=tuple(shape), layers=read, batch=batch))
        assert trace.layer_error is not None
        assert "3, 8]" in (trace.layer_error.torch_error or "")
        assert_same_words(trace, outcome)
        assert_facts_of_one_sample(trace, layer, shape)
