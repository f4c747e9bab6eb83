"""Flatten, reshape and output sizes for all small arguments, against torch; and the size limit."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from math import prod

import pytest

from designer.audit.layers_json import read_audit_layers
from designer.audit.ops.conv_transpose import ConvTransposeLayer
from designer.audit.ops.layer_errors import LayerError, refuse_too_large
from designer.audit.trace import AuditNetwork, trace_network
from designer.validation.limits import MAX_ELEMENTS
from tests.audit.eager_torch import Json, Outcome, run_layers
from tests.audit.test_eager_agreement import assert_same_words


@cache
def outcome_on(layer: str, shape: tuple[int, ...], batch: int) -> Outcome:
    """What torch makes of a layer in JSON on a map."""
    return run_layers([json.loads(layer)], [*shape], batch=batch)


def assert_as_torch(layer: Json, shape: tuple[int, ...], batch: int = 2) -> None:
    """Verdict, shape and words; and both sides of its formula are equal."""
    outcome = outcome_on(json.dumps(layer), shape, batch)
    read = read_audit_layers([layer], pointer="")
    trace = trace_network(AuditNetwork(input_shape=shape, layers=read, batch=batch))
    assert trace.fails_at == outcome.fails_at, (layer, shape)
    assert [list(found[1:]) for found in trace.shapes[1:]] == outcome.shapes, (layer, shape)
    if trace.layer_error is not None:
        assert_same_words(trace, outcome)
        return
    for formula in trace.steps[0].arithmetic:
        sides = [
            prod(map(int, side.split("·"))) for side in formula.split(" = ") if "→" not in side
        ]
        assert len({*sides}) <= 1, formula


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(6,), (2, 3), (2, 3, 4), (2, 1, 3, 2)])
def test_flatten_takes_the_dimensions_that_torch_takes(shape: tuple[int, ...]) -> None:
    """All from far below to far above."""
    for start, end in product(range(-5, 5), repeat=2):
        assert_as_torch({"op": "flatten", "start_dim": start, "end_dim": end}, shape)


@pytest.mark.torch
@pytest.mark.parametrize("fold", [False, True])
@pytest.mark.parametrize("shape", [(6,), (2, 3), (4, 3)])
def test_reshape_takes_the_shapes_that_torch_takes(shape: tuple[int, ...], fold: bool) -> None:
    """With one size inferred, with several, and with none."""
    sizes = (-1, 0, 1, 2, 3, 6)
    for length in range(4):
        for target in product(sizes, repeat=length):
            assert_as_torch({"op": "reshape", "shape": [*target], "fold_batch": fold}, shape)


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(5,), (6,), (2, 6), (6, 2), (1, 2, 6)])
def test_linear_takes_the_last_axis(shape: tuple[int, ...]) -> None:
    """Of any number of axes; the message counts all others."""
    assert_as_torch({"op": "linear", "in_features": 6, "out_features": 4}, shape, batch=3)


@pytest.mark.parametrize("batch", [1, 3])
def test_maps_up_to_the_limit_are_accepted(batch: int) -> None:
    """For one sample; the refusal has its numbers."""
    refuse_too_large((batch, MAX_ELEMENTS), batch)
    refuse_too_large((batch, 2, MAX_ELEMENTS // 2), batch)
    with pytest.raises(LayerError) as refused:
        refuse_too_large((batch, 2, MAX_ELEMENTS), batch)
    (reason,) = refused.value.reasons
    assert refused.value.facts == {"elements": 2 * MAX_ELEMENTS, "maximum": MAX_ELEMENTS}
    assert f"2×{MAX_ELEMENTS}" in reason.sentence


@pytest.mark.parametrize(
    ("dilation", "code"), [(1, "uneven_overlap"), (3, "dilated_uneven_overlap")]
)
def test_a_warning_of_uneven_overlap_says_if_a_dilation_is_the_cause(
    dilation: int, code: str
) -> None:
    """A kernel of 3 and a stride of 2, and taps three pixels apart."""
    layer = ConvTransposeLayer(
        in_channels=1, out_channels=1, kernel_size=3, stride=2, dilation=dilation
    )
    before = (1, 1, 8)
    (warning,) = layer.window_warnings(before, layer.step(before, ()).shape)
    assert warning.code == code
