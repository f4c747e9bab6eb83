"""Pads, crops, skips and resizing for all small arguments, against torch; what refusals name."""

from __future__ import annotations

import json
from functools import cache
from itertools import product

import pytest

from designer.audit.layers_json import read_audit_layers
from designer.audit.trace import AuditNetwork, Trace, trace_network
from designer.errors import InvalidRequest
from tests.audit.eager_torch import Json, Outcome, run_layers
from tests.audit.test_eager_agreement import assert_same_words


@cache
def outcome_on(layers: str, shape: tuple[int, ...]) -> Outcome:
    """What torch makes of layers in JSON on a map."""
    return run_layers(json.loads(layers), [*shape])


def trace_as_torch(layers: list[Json], shape: tuple[int, ...]) -> Trace:
    """The trace, after a comparison of verdict, shapes and words with torch."""
    outcome = outcome_on(json.dumps(layers), shape)
    read = read_audit_layers(layers, pointer="")
    trace = trace_network(AuditNetwork(input_shape=shape, layers=read))
    assert trace.fails_at == outcome.fails_at, (layers, shape)
    assert [list(found[1:]) for found in trace.shapes[1:]] == outcome.shapes, (layers, shape)
    if trace.layer_error is not None and outcome.error is not None:
        assert_same_words(trace, outcome)
    return trace


@pytest.mark.torch
@pytest.mark.parametrize("side", [1, 2, 4])
def test_pads_that_crop_are_torchs(side: int) -> None:
    """Constant pads of one axis and of two, from far below to above; sizes are in the formulas."""
    for near, far in product(range(-5, 4), repeat=2):
        for pad in ([near, far], [1, 0, near, far], [near, far, 0, -1], [0, 1, 1, 1, near, far]):
            trace = trace_as_torch([{"op": "pad", "pad": pad}], (2, side, 4, side)[: len(pad) + 2])
            if trace.layer_error is None:
                sizes = trace.shapes[1][-(len(pad) // 2) :]
                formulas = trace.steps[0].arithmetic
                assert [int(text.split(" = ")[1]) for text in formulas] == [*sizes]


@pytest.mark.torch
@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize("shape", [(2, 3), (2, 2, 3), (2, 2, 1, 3)])
def test_pads_of_every_mode_that_cut_the_map_are_refused(shape: tuple[int, ...], mode: str) -> None:
    """In torch's words where no axis is left, and where one is cut below zero circularly."""
    axes = len(shape) - 1
    for pairs in product(
        ((0, 0), (-1, 0), (-3, 0), (0, -3), (-2, -2), (-3, 1), (4, 0)), repeat=axes
    ):
        layer = {"op": "pad", "pad": [n for pair in pairs for n in pair], "mode": mode}
        outcome = outcome_on(json.dumps([layer]), shape)
        if "written-to tensor" in (outcome.error or ""):
            continue  # torch refuses some circular pads, depending on where it stores the map
        (read,) = read_audit_layers([layer], pointer="")
        trace = trace_network(AuditNetwork(input_shape=shape, layers=(read,)))
        assert trace.fails_at == outcome.fails_at, layer
        if trace.layer_error is None:
            assert [list(found[1:]) for found in trace.shapes[1:]] == outcome.shapes
            continue
        facts = trace.layer_error.facts
        if "output_shape" not in facts:  # a reflection of more than the map has
            assert_same_words(trace, outcome)
            continue
        sizes = [
            near + far + side for (near, far), side in zip(pairs[::-1], shape[1:], strict=True)
        ]
        assert mode == "circular" or facts["output_shape"] == [shape[0], *sizes]
        words = trace.layer_error.torch_error
        said = (outcome.error or "").startswith(("input (", "Negative padding"))
        assert words == (outcome.error if said else None), (layer, outcome.error)


@pytest.mark.torch
@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize("shape", [(3,), (1, 3), (2, 1, 3), (2, 2, 1, 3), (1, 2, 1, 2, 3)])
def test_pads_of_every_mode_and_rank_are_torchs(shape: tuple[int, ...], mode: str) -> None:
    """One to four pairs, none of which crops."""
    for pairs in range(1, 5):
        for rows in ((0, 0), (1, 0), (0, 2), (3, 3), (1, 4)):
            trace_as_torch([{"op": "pad", "pad": [*rows] * pairs, "mode": mode}], shape)
    trace_as_torch([{"op": "pad", "pad": [1, 1, 1], "mode": mode}], shape)


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(3,), (1, 3), (2, 1, 3), (2, 4, 1, 3)])
def test_crops_are_torchs(shape: tuple[int, ...]) -> None:
    """Of fewer axes, of as many and of more; also by more rows than there are."""
    for pairs in range(1, 4):
        for rows in product(((0, 0), (1, 0), (0, 2), (2, 2), (5, 0)), repeat=pairs):
            trace = trace_as_torch([{"op": "crop", "crop": [*map(list, rows)]}], shape)
            if trace.layer_error is not None and "output_shape" in trace.layer_error.facts:
                left = [max(0, side - a - b) for (a, b), side in zip(rows, shape[1:], strict=False)]
                assert trace.layer_error.facts["output_shape"] == [
                    shape[0], *left, *shape[1 + pairs :]
                ]  # fmt: skip
            if pairs > len(shape) - 1:
                assert trace.layer_error is not None
                (reason,) = trace.layer_error.reasons
                assert (reason.facts["axes"], reason.facts["map_axes"]) == (pairs, len(shape) - 1)


SHAPES = [
    [6],
    [1, 6],
    [6, 1],
    [2, 3],
    [3, 2],
    [2, 3, 1],
    [2, 1, 3],
    [1, 2, 3],
    [6, 1, 1],
    [1, 1, 6],
]


@pytest.mark.torch
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("op", ["add_from", "concat_from"])
def test_skips_between_any_two_shapes_are_torchs(op: str, first: bool) -> None:
    """From the input and from a layer; a refusal has both shapes and says where the skip is from."""
    for one, two in product(SHAPES, repeat=2):
        for source in (-1, 0):
            layers = [
                {"op": "reshape", "shape": one},
                {"op": "reshape", "shape": two},
                {"op": op, "from": source, "skip_first": first},
            ]
            trace = trace_as_torch(layers, (6,))
            if trace.layer_error is not None:
                facts, (reason,) = trace.layer_error.facts, trace.layer_error.reasons
                assert facts["input_shape"] == two
                assert facts["skip_shape"] == [[6], one][source + 1]
                if "origin" in reason.facts:
                    place = "the input" if source == -1 else "layer 0"
                    assert place in reason.sentence
            elif op == "concat_from":
                (formula,) = trace.steps[2].arithmetic
                assert int(formula.split(" = ")[1]) == trace.shapes[3][1]
                assert sum(map(int, formula.split(" = ")[0].split(" + "))) == trace.shapes[3][1]


@pytest.mark.parametrize("source", [-2, 2, 3, 99])
def test_a_skip_from_no_earlier_layer_is_refused(source: int) -> None:
    """With the sources that there are."""
    layers = [{"op": "flatten"}, {"op": "flatten"}, {"op": "add_from", "from": source}]
    with pytest.raises(InvalidRequest) as refused:
        read_audit_layers(layers, pointer="")
    facts = refused.value.errors[0].facts
    assert facts["minimum"] == -1
    assert source < 0 or facts["maximum"] == 1


@pytest.mark.torch
@pytest.mark.parametrize(
    "mode", ["nearest", "nearest-exact", "area", "linear", "bilinear", "trilinear", "bicubic"]
)
@pytest.mark.parametrize("shape", [(3,), (1, 3), (2, 1, 3), (2, 2, 1, 3), (1, 2, 1, 2, 3)])
def test_resizing_of_every_mode_and_rank_is_torchs(shape: tuple[int, ...], mode: str) -> None:
    """By a number, by numbers and to sizes; a refusal has the axes of the map."""
    for axes in range(1, 4):
        for fields in (
            {"scale_factor": 2}, {"scale_factor": [2.0] * axes}, {"size": 4}, {"size": [4] * axes},
            {"scale_factor": 0.3},
        ):  # fmt: skip
            trace = trace_as_torch([{"op": "upsample", "mode": mode, **fields}], shape)
            if trace.layer_error is not None:
                (reason,) = trace.layer_error.reasons
                assert reason.facts.get("map_axes", len(shape) - 1) == len(shape) - 1


@pytest.mark.torch
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_a_shuffle_says_how_its_channels_and_sizes_come_about(factor: int) -> None:
    """On maps with a batch and, with one axis less, on a single sample."""
    for shape in ((4, 3, 2), (9, 2, 2), (36, 1, 2), (3, 2), (36,), (1, 4, 3, 2), (2, 9, 3, 2)):
        trace = trace_as_torch([{"op": "pixel_shuffle", "upscale_factor": factor}], shape)
        if trace.layer_error is None:
            formulas = trace.steps[0].arithmetic
            assert [int(f.split(" = ")[1]) for f in formulas] == [*trace.shapes[1][-3:]]
            channels = formulas[0].split(" = ")[0].split(" / ")[0]
            assert int(channels) == trace.shapes[0][-3]


@pytest.mark.torch
@pytest.mark.parametrize("op", ["max_pool", "avg_pool"])
@pytest.mark.parametrize("shape", [(2, 1), (2, 3, 1), (2, 1, 2, 3)])
def test_pools_that_do_not_fit_are_refused_in_torchs_words(op: str, shape: tuple[int, ...]) -> None:
    """The refusal has the sizes of the map along the axes of the window."""
    axes = len(shape) - 1
    for kernel, padding, ceil in product((2, 4, 5), (0, 1, 2, 3), (False, True)):
        layer = {"op": op, "kernel_size": kernel, "padding": padding, "ceil_mode": ceil}
        trace = trace_as_torch([layer], shape)
        if trace.layer_error is not None:
            (reason,) = trace.layer_error.reasons
            if "sizes" in reason.facts:
                assert list(reason.facts["sizes"]) == [*shape[-axes:]]


@pytest.mark.torch
def test_one_vector_has_no_channels_to_concatenate() -> None:
    """Neither with extra channels nor with a skip."""
    folded = {"op": "reshape", "shape": [], "fold_batch": True}
    for layer in (
        {"op": "concat", "extra_channels": 3},
        {"op": "concat_from", "from": 0},
        {"op": "concat_from", "from": -1},
        {"op": "crop", "crop": [[0, 1]]},
        {"op": "upsample", "size": [2]},
        {"op": "upsample", "scale_factor": 2, "mode": "bilinear"},
    ):
        trace = trace_as_torch([folded, layer], (6,))
        assert trace.fails_at == 1
        assert trace.layer_error is not None
        (reason,) = trace.layer_error.reasons
        assert reason.facts.get("map_axes", 0) == 0
    pairs = {"op": "reshape", "shape": [2], "fold_batch": True}
    for first in (False, True):
        skip = {"op": "concat_from", "from": 0, "skip_first": first}
        trace = trace_as_torch([folded, pairs, skip], (6,))
        assert trace.layer_error is not None
        assert [reason.code for reason in trace.layer_error.reasons] == ["skip_of_other_axes"]
