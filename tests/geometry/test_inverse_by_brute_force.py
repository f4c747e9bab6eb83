"""Inverses of layers, phases and connected chains, by trying all that could be meant."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest

from designer.errors import InvalidLayer
from designer.geometry.chain import Chain
from designer.geometry.equivalence.connectivity import disconnected_axes
from designer.geometry.equivalence.inverse import invert_layer
from designer.geometry.equivalence.phases import layer_phases
from designer.geometry.layers import Conv, ConvTranspose, Window

WINDOWS = [
    Window(kernel_size=kernel, stride=stride, padding=padding, dilation=dilation, output_padding=a)
    for kernel, stride, padding, dilation in product(range(1, 5), range(1, 5), range(4), (1, 2, 4))
    for a in range(max(stride, dilation))
]


def legal_size(window: Window, side: int, *, transposed: bool) -> int | None:
    """The size after a layer, None if it is illegal there."""
    try:
        return window.conv_transpose(side) if transposed else window.conv(side)
    except InvalidLayer:
        return None


def layer_of(*windows: Window) -> ConvTranspose:
    return ConvTranspose(in_channels=2, out_channels=3, windows=windows)


@pytest.mark.parametrize("side", [1, 2, 5, 8])
def test_the_inverse_of_a_transposed_layer_pads_as_much_as_restores_the_size(side: int) -> None:
    """The layer's own padding if possible, else the most below it; the reason says which."""
    for window in WINDOWS:
        large = legal_size(window, side, transposed=True)
        if large is None:
            continue
        found = invert_layer(layer_of(window), (side,))
        paddings = range(window.padding, -1, -1)
        tried = [Window(kernel_size=window.kernel_size, stride=window.stride, padding=padding,
                        dilation=window.dilation) for padding in paddings]  # fmt: skip
        best = next((w for w in tried if legal_size(w, large, transposed=False) == side), None)
        if found.layer is None:
            assert found.reason.code == "not_restored"
            continue
        (back,) = found.layer.windows
        assert back == best, window
        same = back.padding == window.padding
        assert found.reason.code == ("restored" if same else "restored_with_less_padding")


def test_an_inverse_is_unique_if_every_axis_has_one_size() -> None:
    """Of the sizes that a convolution maps to its output, on two axes."""
    windows = [Window(kernel_size=3, stride=stride, padding=1) for stride in (1, 2, 3)]
    for pair, size in product(product(windows, repeat=2), product((6, 7), repeat=2)):
        layer = Conv(in_channels=1, out_channels=1, windows=pair)
        found = invert_layer(layer, size)
        sizes = [
            [near for near in range(1, 30) if window.conv(near) == window.conv(side)]
            for window, side in zip(pair, size, strict=True)
        ]
        assert found.ambiguous == tuple((each[0], each[-1]) for each in sizes)
        assert found.unique == all(len(each) == 1 for each in sizes)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("stride", [2, 3])
def test_a_pixel_shuffle_has_a_channel_for_each_phase(axes: int, stride: int) -> None:
    """The product of the strides, over the axes."""
    window = Window(kernel_size=stride, stride=stride)
    match = layer_phases(layer_of(*[window] * axes), (4,) * axes).pixel_shuffle
    assert match.holds
    assert match.reason.facts["times"] == prod([stride] * axes)


def test_a_phase_without_taps_has_no_padding() -> None:
    """Every second pixel of kernel 1 and stride 2."""
    (axis,) = layer_phases(layer_of(Window(kernel_size=1, stride=2)), (4,)).axes
    assert [(phase.taps, phase.padding) for phase in axis] == [((0,), (0, 0)), ((), (0, 0))]


def test_a_disconnected_chain_of_many_layers_is_found() -> None:
    """Not by following each of its trillions of paths."""
    grow = Window(kernel_size=6, padding=2)
    apart = Window(kernel_size=2, stride=2, padding=39, dilation=61)
    sides = [*range(4, 21), 22]
    chain = Chain(sizes=tuple((s,) for s in sides), windows=((grow,),) * 16 + ((apart,),))
    assert chain.axes == 1
    assert disconnected_axes(chain) == (0,)
