"""Values that a repair tries for a layer that fails: they are the ones that make it run."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from math import prod
from operator import sub
from typing import Any

import pytest

from designer.audit.layers_json import read_audit_layers
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import LayerError
from designer.audit.ops.padding import crop_or_pad

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


@pytest.mark.parametrize("axes", [1, 2])
def test_a_crop_or_a_padding_bridges_a_small_difference(axes: int) -> None:
    """Of two pixels, or of a quarter of the wanted size; both ends differ by at most one pixel."""
    sides = [1, 2, 5, 6, 7, 8, 9, 30, 37, 38, 40, 41]
    for sizes, wanted in product(product(sides, repeat=axes), repeat=2):
        far = any(abs(a - b) > max(2, b // 4) for a, b in zip(sizes, wanted, strict=True))
        found = [*crop_or_pad(sizes, wanted)]
        assert len(found) == (not far and sizes != wanted), (sizes, wanted)
        for document in found:
            layer = read(json.loads(json.dumps(document)))
            assert layer.step((2, 3, *sizes), []).shape[2:] == wanted
            assert document["op"] == ("pad" if min(map(sub, sizes, wanted)) < 0 else "crop")
    assert [*crop_or_pad((5,), (5, 5))] == [*crop_or_pad((), ())] == []


@pytest.mark.parametrize("source", range(-1, 4))
def test_other_sources_of_a_skip_are_all_layers_before_the_last(source: int) -> None:
    """And the input, but not the layer whose output the skip joins."""
    (*_, layer) = read_audit_layers(
        [{"op": "flatten"}] * 5 + [{"op": "add_from", "from": source}], pointer=""
    )
    earlier = [(2, 3)] * 6
    wanted = [other for other in range(-1, 4) if other != source]
    assert [values["from"] for values in layer.matching_values(earlier)] == wanted
    assert layer.skip_source == source


@pytest.mark.parametrize("channels", range(1, 13))
def test_the_most_groups_of_a_norm_that_divide_the_channels_are_tried(channels: int) -> None:
    """Up to those that it has; nothing where it fits."""
    for groups, count in product(range(1, 6), range(1, 13)):
        layer = read({"op": "group_norm", "num_groups": groups, "num_channels": count})
        fitting = [n for n in range(1, groups + 1) if channels % n == 0][-1]
        tried = [*layer.matching_values([(2, channels, 5)])]
        changed = {"num_channels": channels, "num_groups": fitting}
        assert len(tried) == ((count, groups) != (channels, fitting))
        for values in tried:
            assert {"num_channels": count, "num_groups": groups} | values == changed
            assert runs(replace(layer, **values), (2, channels, 5))


def test_values_that_are_tried_are_all_of_a_small_range() -> None:
    """Factors, axes, borders and roundings that differ from the layer's own."""
    shape = (2, 4, 6, 6)
    tried = read({"op": "pixel_shuffle", "upscale_factor": 2}).tried_values(shape, ())
    assert [*tried["upscale_factor"]] == [*range(1, 9)]
    assert read({"op": "pixel_shuffle", "upscale_factor": 3}).wanted_count(shape) == 36
    tried = read({"op": "flatten"}).tried_values(shape, ())
    assert ([*tried["start_dim"]], [*tried["end_dim"]]) == ([1, 2, 3], [-1, 1, 2, 3])
    tried = read({"op": "instance_norm", "ndim": 1}).tried_values(shape, ())
    assert ([*tried["num_features"]], [*tried["ndim"]]) == ([4], [2])
    assert [*read({"op": "instance_norm"}).tried_values(shape, ())["ndim"]] == []
    assert [*read({"op": "instance_norm", "ndim": 2}).tried_values((2, 4), ())["ndim"]] == []
    tried = read({"op": "reshape", "shape": [2, 3]}).tried_values(shape, (7,))
    assert {*tried["shape"]} == {(7, 3), (-1, 3), (2, 7), (2, -1)}
    assert [*tried["fold_batch"]] == [False]
    windows = read({"op": "max_pool", "kernel_size": [2, 5]}).window_values(shape)
    assert ([*windows["padding"]], [*windows["ceil_mode"]]) == ([0, 1, 2], [True])
    conv = {"op": "conv", "in_channels": 4, "out_channels": 6, "kernel_size": [2, 3], "groups": 2}
    windows = read(conv).window_values(shape)
    assert ([*windows["padding"]], [*windows["dilation"]]) == ([*range(6)], [1, 2, 3, 4])
    assert "dilation" not in read({**conv, "kernel_size": 1}).window_values(shape)
    assert "output_padding" not in windows
    assert "padding" not in read({**conv, "padding": "same"}).window_values(shape)
    windows = read({**conv, "op": "conv_transpose"}).window_values(shape)
    assert [*windows["output_padding"]] == [*range(8)]
    tried = read({**conv, "in_channels": 12, "out_channels": 12, "groups": 12}).tried_values(
        shape, (6, 12, 18, 24)
    )
    assert ([*tried["groups"]], [*tried["out_channels"]]) == ([6, 4, 3, 2, 1], [12, 24])
    tried = read({**conv, "in_channels": 8, "out_channels": 12, "groups": 4}).tried_values(
        shape, ()
    )
    assert [*tried["groups"]] == [2, 1]


@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (1, 4, 1), (-1, 4), (2, -1), (0, 3)])
def test_a_reshape_wants_the_numbers_that_it_holds(shape: tuple[int, ...]) -> None:
    """If it has sizes and all are positive."""
    layer = read({"op": "reshape", "shape": [*shape]})
    counted = bool(shape) and all(size > 0 for size in shape)
    assert layer.wanted_count((2, 5)) == (prod(shape) if counted else None)


@pytest.mark.parametrize(
    ("shape", "code", "contradictory"),
    [
        ((-1, 2, -1), "several_inferred_sizes", True),
        ((5, -1), "no_layout", False),
        ((5, 2), "other_numbers", False),
    ],
)
def test_a_refused_reshape_says_what_is_wrong(
    shape: tuple[int, ...], code: str, contradictory: bool
) -> None:
    """Only two sizes to infer are wrong for every map."""
    with pytest.raises(LayerError) as refused:
        read({"op": "reshape", "shape": [*shape]}).step((2, 3, 4), ())
    assert [reason.code for reason in refused.value.reasons] == [code]
    assert refused.value.self_contradictory is contradictory


def test_other_numbers_of_axes_and_groups_are_tried() -> None:
    """One to three axes where ``ndim`` is set, and every smaller number of groups."""
    pool = {"op": "adaptive_pool", "output_size": 2}
    assert [*read({**pool, "ndim": 2}).other_ranks()] == [1, 2, 3]
    assert [*read(pool).other_ranks()] == []
    assert [*read({**pool, "output_size": [2, 2]}).other_ranks()] == []
    layer = read({"op": "group_norm", "num_groups": 4, "num_channels": 12})
    assert [*layer.tried_values((2, 12, 5), ())["num_groups"]] == [3, 2, 1]
    assert [*read({"op": "flatten"}).matching_values([(2, 3)])] == []
    assert read({"op": "linear", "in_features": 7, "out_features": 2}).wanted_count((2, 5)) == 7


def test_borders_and_factors_that_are_tried() -> None:
    """One side from −4 to 4, or all sides alike; a crop on one side or on both; factors to 8."""
    shape = (2, 3, 9, 9)
    tried = read({"op": "pad", "pad": [1, 2]}).tried_values(shape, ())
    moved = {(n, 2) for n in range(-4, 5)} | {(1, n) for n in range(-4, 5)}
    assert {*tried["pad"]} == moved | {(n, n) for n in range(5)}
    assert [*tried["mode"]] == ["constant"]
    tried = read({"op": "crop", "crop": [[1, 2], [0, 3]]}).tried_values(shape, ())
    first = {(n, 2) for n in range(5)} | {(1, n) for n in range(5)} | {(n, n) for n in range(5)}
    last = {(n, 3) for n in range(5)} | {(0, n) for n in range(5)} | {(n, n) for n in range(5)}
    assert {*tried["crop"]} == {(new, (0, 3)) for new in first} | {((1, 2), new) for new in last}
    tried = read({"op": "upsample", "scale_factor": 2}).tried_values(shape, (5,))
    assert [*tried["scale_factor"]] == [*range(1, 9)]
    assert {*tried["mode"]} == {"bilinear", "bicubic", "nearest"}
    assert [*read({"op": "upsample", "size": 2}).tried_values(shape, (5,))["size"]] == [5]
    for document in ({"op": "max_pool", "kernel_size": 2}, {"op": "upsample", "size": 2}):
        assert read(document).thinned() == read(document)
    linear = read({"op": "linear", "in_features": 6, "out_features": 2})
    assert [*linear.adapters([(2, 6, 5)])] == [{"op": "flatten"}, {"op": "global_pool"}]
    assert [*linear.adapters([(2, 6, 5), (2, 7)])] == []
    assert len([*linear.adapters([(2, 7), (2, 6, 5)])]) == 2
    assert (
        read({"op": "conv", "in_channels": 4, "out_channels": 2, "kernel_size": 1}).wanted_count(
            (2, 3, 5)
        )
        == 4
    )
    assert (
        read({"op": "conv", "in_channels": 3, "out_channels": 2, "kernel_size": 1}).wanted_count(
            (2, 3, 5)
        )
        is None
    )
