"""Faults of lists of layers that people ask about most, each with the repair that they want first."""

from __future__ import annotations

from typing import Any

import pytest

from designer.audit import audit, read_request
from tests.audit.eager_torch import run_layers
from tests.audit.forum_questions import FLAT, conv, linear, pool, up
from tests.audit.test_repairs import apply_documented_changes, assert_best_first, run_in_process

Json = dict[str, Any]

NORMED: Json = {"norm": "batch", "activation": "leaky_relu"}
DISCRIMINATOR = [
    conv(3, 8, 4, 2, 1, activation="leaky_relu"),
    conv(8, 16, 4, 2, 1, **NORMED),
    conv(16, 32, 4, 2, 1, **NORMED),
    conv(32, 64, 4, 2, 1, **NORMED),
    conv(64, 1, 4, activation="sigmoid"),
]
"""A DCGAN's discriminator for 64×64."""

PLAIN = [
    conv(3, 8, 4, 2, 1),
    {"op": "norm", "num_features": 8},
    conv(8, 16, 4, 2, 1),
    {"op": "norm", "num_features": 16},
    conv(16, 1, 4),
]
"""The same for 16×16, with norms as layers of their own."""

GENERATOR = [
    up(64, 32, 4, 2, 1, norm="batch", activation="relu"),
    up(32, 3, 4, 2, 1, activation="tanh"),
]


def u_net(levels: int, width: int = 4) -> list[Json]:
    """A U-Net with one pooling per level."""
    layers, skips = [conv(1, width, 3, 1, 1)], [0]
    for _ in range(levels):
        layers += [pool(), conv(width, width, 3, 1, 1)]
        skips.append(len(layers) - 1)
    skips.pop()
    for level in range(levels):
        layers += [
            up(2 * width if level else width, width, 2, 2),
            {"op": "concat_from", "from": skips.pop()},
        ]
    return [*layers, conv(2 * width, 1, 1)]


def repairs_of(layers: list[Json], input_shape: list[int], **more: object) -> list[Json]:
    """The repairs of a network, each run in eager torch as documented."""
    request = {"layers": layers, "input_shape": input_shape, **more}
    answer: Any = audit(read_request(request), runner=run_in_process)
    assert answer["verdict"] != "fits"
    assert_best_first(answer["repairs"])
    for repair in answer["repairs"]:
        edited, start = apply_documented_changes(layers, input_shape, repair["changes"])
        outcome = run_layers(edited, start)
        assert outcome.fails_at is None, repair["summary"]
        assert outcome.shapes[-1] == repair["output_shape"], repair["summary"]
    return list(answer["repairs"])


@pytest.mark.torch
def test_a_discriminator_for_64_px_on_128_px_gets_one_more_stage() -> None:
    """Copied with its norm and activation, before the head; the cost is counted by hand."""
    first = repairs_of(DISCRIMINATOR, [3, 128, 128], wanted_shape=[1, 1, 1])[0]
    assert first["idea"] == ["copied_stage"]
    [change] = first["changes"]
    assert change["index"] == 4
    assert change["to"] == conv(64, 64, 4, 2, 1, **NORMED) | {"op": "conv"}
    parameters = first["costs"]["parameters"]
    assert parameters["after"] - parameters["before"] == 64 * 64 * 4 * 4
    assert first["costs"]["receptive_field"] == {"before": [94, 94], "after": [190, 190]}
    assert first["why"] == ["4 (conv): ⌊(8 + 2·1 − 4) / 2⌋ + 1 = 4"]


@pytest.mark.torch
def test_a_copied_stage_takes_the_norm_layer_behind_it_along() -> None:
    first = repairs_of(PLAIN, [3, 32, 32], wanted_shape=[1, 1, 1])[0]
    added = [change["to"]["op"] for change in first["changes"]]
    assert (first["idea"], added) == (["copied_stage"], ["conv", "norm"])
    assert {change["index"] for change in first["changes"]} == {4}


@pytest.mark.torch
def test_no_stride_above_the_kernel_comes_first() -> None:
    """64×2×2 to 3×16×16: one more stage, where stride 6 under kernel 4 left 44 % of the map unpainted."""
    repairs = repairs_of(GENERATOR, [64, 2, 2], wanted_shape=[3, 16, 16])
    assert repairs[0]["idea"] == ["copied_stage"]
    for repair in repairs:
        edited, _ = apply_documented_changes(GENERATOR, [64, 2, 2], repair["changes"])
        holes = any(layer["kernel_size"] < layer["stride"] for layer in edited)
        codes = [reason["code"] for reason in repair["reasons"]]
        assert holes == ("leaves_holes" in codes), repair["summary"]


@pytest.mark.torch
def test_a_repair_that_leaves_holes_says_so() -> None:
    """(6 − 1)·4 − 2 + 3 = 21 with kernel 3: it stands below all others, another input among them."""
    *others, last = repairs_of([up(4, 4, 3, 2, 1)], [4, 6, 6], wanted_shape=[4, 21, 21])
    assert last["summary"].startswith("layer 0 (conv_transpose): stride 2 → 4; A kernel is smaller")
    assert "leaves_holes" in [reason["code"] for reason in last["reasons"]]
    assert "other_input" in [idea for repair in others for idea in repair["idea"]]
    assert last["costs"]["unpainted_axes"] == {"before": 0, "after": 2}


@pytest.mark.torch
@pytest.mark.parametrize(
    ("levels", "shape", "changed"),
    [(5, [1, 300, 300], {13: 1, 15: 1}), (4, [1, 684, 1024], {9: [1, 0], 11: [1, 0]})],
)
def test_a_u_net_gets_output_padding_at_every_layer_that_needs_it(
    levels: int, shape: list[int], changed: dict[int, object]
) -> None:
    """300, 150, 75, 37, 18, 9: 75 and 37 are odd. All edits are one idea, and the size stays."""
    first = repairs_of(u_net(levels), shape)[0]
    assert (first["idea"], first["output_shape"]) == (["output_padding"], shape)
    assert {each["index"]: each["to"] for each in first["changes"]} == changed


@pytest.mark.torch
@pytest.mark.parametrize("size", [(7, 7), (7, 8)])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "extra"),
    [(3, 2, 1, 1), (4, 2, 1, 0), (5, 2, 2, 1), (5, 1, 2, 0), (2, 2, 0, 0), (2, 3, 0, 1)],
)
def test_same_on_a_transposed_layer_is_what_other_frameworks_do(
    kernel: int, stride: int, padding: int, extra: int, size: tuple[int, int]
) -> None:
    """The size times the stride; torch itself refuses the name."""
    layer = up(8, 4, kernel, stride, "same")
    outcome = run_layers([layer], [8, *size])
    assert outcome.error is not None
    assert "padding" in outcome.error
    first = repairs_of([layer], [8, *size])[0]
    assert first["idea"] == ["same_padding"]
    assert first["output_shape"] == [4, size[0] * stride, size[1] * stride]
    expected = {"padding": padding} | ({"output_padding": extra} if extra else {})
    assert {change["field"]: change["to"] for change in first["changes"]} == expected


@pytest.mark.torch
def test_a_flatten_comes_before_other_features() -> None:
    layers = [conv(3, 4, 3), linear(144, 5)]
    first = repairs_of(layers, [3, 8, 8])[0]
    assert first["idea"] == ["flattened"]
    assert [change["to"] for change in first["changes"]] == [FLAT]
