"""Values that a repair tries for a layer that fails: they are the ones that make it run."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import prod
from typing import Any

import pytest

from designer.audit.layers_json import read_audit_layers
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import LayerError

Json = dict[str, Any]


def read(document: Json) -> AuditLayer:
    """A layer of a request."""
    (layer,) = read_audit_layers([document], pointer="")
    return layer


def runs(layer: AuditLayer, shape: tuple[int, ...]) -> bool:
    """Whether the layer accepts the tensor."""
    try:
        layer.step(shape, [shape])
    except LayerError:
        return False
    return True


COUNTED: dict[str, tuple[Json, str, tuple[int, ...]]] = {
    "conv": ({"op": "conv", "out_channels": 4, "kernel_size": 2}, "in_channels", (0, 5)),
    "conv of pictures": ({"op": "conv", "out_channels": 4, "kernel_size": 1}, "in_channels", (0, 5, 4)),
    "transposed": ({"op": "conv_transpose", "out_channels": 2, "kernel_size": 2}, "in_channels", (0, 5, 4)),
    "linear": ({"op": "linear", "out_features": 3}, "in_features", (0,)),
    "linear of sequences": ({"op": "linear", "out_features": 3}, "in_features", (7, 0)),
    "batch norm": ({"op": "norm"}, "num_features", (0, 4, 5)),
    "instance norm": ({"op": "instance_norm", "affine": True}, "num_features", (0, 4, 5)),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTED)
def test_the_count_that_comes_in_is_tried(name: str) -> None:
    """The only one with which the layer runs, and nothing with which it does not."""
    document, field, sizes = COUNTED[name]
    for count, given in product(range(1, 8), repeat=2):
        shape = (2, *(size or count for size in sizes))
        layer = read({**document, field: given})
        working = [n for n in range(1, 12) if runs(replace(layer, **{field: n}), shape)]
        assert working == [count]
        tried = [*layer.matching_values([shape])]
        if count != given:
            assert {field: count} in tried
            assert all(runs(replace(layer, **values), shape) for values in tried)


@pytest.mark.parametrize("depthwise", [False, True])
def test_groups_are_kept_where_they_divide_the_channels(depthwise: bool) -> None:
    """Otherwise there is one; a depthwise convolution stays one."""
    for count, groups, factor in product(range(1, 9), range(1, 5), range(1, 4)):
        channels = groups if depthwise else groups * factor
        out = channels if depthwise else 2 * groups
        layer = read(
            {
                "op": "conv", "in_channels": channels, "out_channels": out, "groups": groups,
                "kernel_size": 1,
            }
        )  # fmt: skip
        tried = [*layer.matching_values([(2, count, 5)])]
        if count == channels:
            assert tried == []
            continue
        kept = groups if count % groups == 0 else 1
        assert any(
            replace(layer, **values) == replace(layer, in_channels=count, groups=kept)
            for values in tried
        )
        whole = {"in_channels": count, "out_channels": count, "groups": count}
        assert (whole in tried) == (groups == channels == out)
        assert all(runs(replace(layer, **values), (2, count, 5)) for values in tried)


@pytest.mark.parametrize("out", [4, 6, 9, 10])
def test_the_most_groups_that_divide_both_counts_are_tried(out: int) -> None:
    """Where the channels match, but the groups do not divide them."""
    for groups, channels in product(range(2, 9), range(1, 13)):
        layer = read(
            {"op": "conv", "in_channels": channels, "out_channels": out, "groups": groups,
             "kernel_size": 1}
        )  # fmt: skip
        common = [n for n in range(1, groups + 1) if channels % n == out % n == 0]
        tried = [*layer.matching_values([(2, channels, 5)])]
        assert tried == ([] if common[-1] == groups else [{"groups": common[-1]}])


@pytest.mark.parametrize("numbers", [(12,), (3, 16), (2, 3, 6), (5, 3, 3), (7,)])
def test_a_reshape_is_tried_with_other_channels_and_with_other_sizes(
    numbers: tuple[int, ...],
) -> None:
    """The same sizes, or the same channels with equal sizes: all that hold the map's numbers."""
    whole = prod(numbers)
    for shape in (*product(range(1, 6), repeat=3), *product(range(1, 8), repeat=2), (3,), (-1, 4)):
        layer = read({"op": "reshape", "shape": [*shape]})
        tried = [values["shape"] for values in layer.matching_values([(2, *numbers)])]
        channels, *sizes = shape
        wanted = {(n, *sizes) for n in range(1, whole + 1) if n * prod(sizes) == whole}
        if channels > 0:
            wanted |= {
                (channels, *[side] * len(sizes))
                for side in range(1, whole + 1)
                if sizes and channels * side ** len(sizes) == whole
            }
        assert {*tried} == wanted, shape
