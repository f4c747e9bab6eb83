"""Windows that a search tries, their sizes, remainders and costs, by counting and by torch."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from designer.audit.layers_json import read_audit_layers
from designer.audit.ops.axis_layer import MAX_TRIED_KERNEL
from designer.audit.ops.conv import ConvLayer
from designer.audit.ops.conv_transpose import ConvTransposeLayer
from designer.audit.ops.layer_errors import LayerError

AxisWindow = tuple[int, int, int, int]

WINDOWS = [*product(range(1, 5), range(1, 4), range(3), (1, 2))]
"""Kernel, stride, padding and dilation."""


def counted_positions(window: AxisWindow, dilation: int, size: int) -> int:
    """Positions at which all taps of a convolution are on the padded map."""
    kernel, stride, padding, _ = window
    last = (kernel - 1) * dilation
    return len([p for p in range(0, size + 2 * padding, stride) if p + last < size + 2 * padding])


def painted_pixels(window: AxisWindow, dilation: int, size: int) -> int:
    """Pixels from the first to the last tap of a transposed convolution, cropped and extended."""
    kernel, stride, padding, extra = window
    return (size - 1) * stride + (kernel - 1) * dilation + 1 - 2 * padding + extra


@pytest.mark.parametrize("size", [1, 2, 5, 9])
def test_the_size_of_a_move_is_counted(size: int) -> None:
    """0 for a convolution that does not fit."""
    for kernel, stride, padding, dilation in WINDOWS:
        window = (kernel, stride, padding, 0)
        counted = counted_positions(window, dilation, size)
        assert ConvLayer.reached_size(window, dilation, size) == counted
        for extra in range(max(stride, dilation)):
            grown = (kernel, stride, padding, extra)
            painted = painted_pixels(grown, dilation, size)
            assert ConvTransposeLayer.reached_size(grown, dilation, size) == painted


@pytest.mark.parametrize("size", [1, 2, 7, 64, 65])
@pytest.mark.parametrize(
    "now", [(1, 1, 0, 0), (3, 2, 1, 0), (4, 2, 1, 1), (9, 4, 3, 2), (9, 4, 0, 0)]
)
@pytest.mark.parametrize("dilation", [1, 2])
def test_moves_change_one_field_or_two(now: AxisWindow, dilation: int, size: int) -> None:
    """To kernels near by and usual ones, strides to 4, paddings to 3, output paddings to 2."""
    kernels = {*range(now[0] - 2, now[0] + 5), *range(2, 7)}
    for layer, extras, counted in (
        (ConvLayer, (0,), counted_positions),
        (ConvTransposeLayer, (0, 1, 2), painted_pixels),
    ):
        start = now if layer is ConvTransposeLayer else (*now[:3], 0)
        wanted = {start}
        for window in product(kernels, {1, 2, 3, 4, now[1]}, {0, 1, 2, 3, now[2]}, extras):
            kernel, stride, padding, extra = window
            legal = 0 <= padding <= dilation * (kernel - 1) and extra < max(stride, dilation)
            changes = sum(a != b for a, b in zip(window, start, strict=True))
            if kernel >= 1 and legal and changes <= 2:
                wanted.add(window)
        if layer is ConvLayer and now[0] > 1 and dilation == 1 and size <= 64:
            wanted.add((size + 2 * now[2], *start[1:]))
        if layer is ConvTransposeLayer and size == 1:
            wanted |= {(kernel, *start[1:]) for kernel in range(1, 129)}
        sizes = {window: counted(window, dilation, size) for window in wanted}
        found = layer.near_moves(start, dilation, size)
        assert {*found} == {(w, s) for w, s in sizes.items() if s >= 1}, layer
        assert sizes[start] < 1 or found[0] == (start, sizes[start])


@pytest.mark.parametrize("stop", [3, 12, 59, 60, 70])
@pytest.mark.parametrize("kernel", [1, 3, 70])
def test_kernels_are_tried_up_to_a_little_more_than_the_map(kernel: int, stop: int) -> None:
    """Up to five more than the largest side, and up to the present kernel; at most 64."""
    layer = ConvLayer(in_channels=1, out_channels=1, kernel_size=kernel)
    tried = layer.kernels_and_strides((1, 1, 2, stop))
    largest = min(MAX_TRIED_KERNEL, max(stop + 5, kernel + 1))
    assert [*tried["kernel_size"]] == [*range(1, largest + 1)]
    assert MAX_TRIED_KERNEL == 64
    assert [*tried["stride"]] == [*range(1, 9)]
    assert layer.kernels_and_strides((1, 1)) == {}
    wide = ConvLayer(in_channels=99, out_channels=1, kernel_size=kernel)
    assert wide.kernels_and_strides((50, 99, stop)) == layer.kernels_and_strides((1, 1, stop))


COSTLY = [
    ({"op": "conv", "in_channels": 4, "out_channels": 6, "kernel_size": 3, "groups": 2}, nn.Conv2d, (4, 7, 6)),
    ({"op": "conv_transpose", "in_channels": 4, "out_channels": 6, "kernel_size": 3, "stride": 2, "groups": 2}, nn.ConvTranspose2d, (4, 5, 3)),
    ({"op": "conv", "in_channels": 2, "out_channels": 3, "kernel_size": 4, "stride": 2, "padding": 1}, nn.Conv1d, (2, 9)),
    ({"op": "linear", "in_features": 6, "out_features": 5}, nn.Linear, (6,)),
    ({"op": "linear", "in_features": 6, "out_features": 5}, nn.Linear, (3, 6)),
]  # fmt: skip


@pytest.mark.torch
@pytest.mark.parametrize(("document", "module", "shape"), COSTLY)
@pytest.mark.parametrize("batch", [1, 3])
def test_costs_are_torchs(
    document: dict[str, int], module: type[nn.Module], shape: tuple[int, ...], batch: int
) -> None:
    """Weights without a bias, and half of torch's operations for the batch."""
    (layer,) = read_audit_layers([document], pointer="")
    built = module(**{name: v for name, v in document.items() if name != "op"}, bias=False)
    with FlopCounterMode(display=False) as counter:
        after = built(torch.zeros(batch, *shape))
    weights, multiply_adds = layer.cost((batch, *shape), tuple(after.shape))
    assert weights == sum(weight.numel() for weight in built.parameters())
    assert 2 * multiply_adds == counter.get_total_flops()


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_a_vector_is_reshaped_where_a_map_of_equal_sides_has_as_many_numbers(
    channels: int, axes: int
) -> None:
    """The channels times a power of a side; nothing else is offered."""
    layer = ConvLayer(in_channels=channels, out_channels=1, kernel_size=(1,) * axes)
    for numbers in range(1, 300):
        sides = [side for side in range(1, 300) if channels * side**axes == numbers]
        wanted = [{"op": "reshape", "shape": (channels, *(side,) * axes)} for side in sides]
        if axes == 1 and channels == 1:
            wanted *= 2  # it is a vector and a picture without a channel axis
        assert [*layer.adapters([(4, numbers)])] == wanted
    assert [*layer.adapters([(4, channels, *(5,) * axes)])] == []
    picture = [*layer.adapters([(4, *(5, 6, 7)[:axes])])]
    without_channels = [{"op": "reshape", "shape": (1, *(5, 6, 7)[:axes])}]
    assert axes == 1 or picture == (without_channels if channels == 1 else [])


@pytest.mark.parametrize("op", ["flatten", "max_pool", "global_pool", "crop", "pad"])
def test_layers_without_weights_cost_nothing(op: str) -> None:
    """No weights, and no multiply-adds."""
    fields = {"max_pool": {"kernel_size": 2}, "crop": {"crop": [[0, 1]]}, "pad": {"pad": [1, 1]}}
    (layer,) = read_audit_layers([{"op": op, **fields.get(op, {})}], pointer="")
    assert layer.cost((2, 3, 8), (2, 3, 4)) == (0, 0)


@pytest.mark.parametrize("op", ["conv", "conv_transpose"])
def test_a_layer_with_one_channel_has_the_same_windows(op: str) -> None:
    """So torch confirms its sizes with less work."""
    fields = {"kernel_size": [3, 2], "stride": 2, "padding": [1, 0]}
    (layer,) = read_audit_layers(
        [{"op": op, "in_channels": 4, "out_channels": 6, "groups": 2, **fields}], pointer=""
    )
    thin = layer.thinned()
    assert thin is not None
    whole, one = layer.step((2, 4, 7, 8), ()), thin.step((2, 1, 7, 8), ())
    assert one.shape == (2, 1, *whole.shape[2:])
    assert layer.axis_window(0) == (3, 2, 1, 0)
    assert layer.axis_window(1) == (2, 2, 0, 0)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_other_channels_are_reported_as_those_of_a_sample_where_there_is_no_batch(
    axes: int,
) -> None:
    """Torch takes a tensor with one axis less for a single sample."""
    layer = ConvLayer(in_channels=9, out_channels=1, kernel_size=(1,) * axes)
    for shape, code in (((2, 3), "other_channels"), ((3,), "other_channels_unbatched")):
        with pytest.raises(LayerError) as refused:
            layer.step((*shape, *[4] * axes), ())
        assert [reason.code for reason in refused.value.reasons] == [code]
