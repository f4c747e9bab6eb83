"""Connectivity of chains, compared with whether torch's layers pass a signal."""

from __future__ import annotations

from itertools import product
from math import gcd
from random import Random

import pytest
import torch
from torch import nn

from designer.geometry.chain import Chain
from designer.geometry.equivalence.connectivity import disconnected_axes
from designer.geometry.layers import Window
from tests.support import soak_count

pytestmark = pytest.mark.torch


def windows(kernels: range, dilations: tuple[int, ...]) -> list[Window]:
    """Every window of the solver's space with these kernels and dilations."""
    return [
        Window(
            kernel_size=kernel, stride=stride, dilation=dilation, padding=padding, output_padding=a
        )
        for kernel, dilation in product(kernels, dilations)
        for stride in range(1, kernel + 1)
        if gcd(stride, dilation) == 1
        for padding in range(dilation * (kernel - 1) + 1)
        for a in range(stride)
    ]


def passes_signal(chain: Chain) -> bool:
    """Whether an input of ones gives a nonzero output through layers with weights of one."""
    signal = torch.ones(1, 1, *chain.initial_size)
    for (window,) in chain.windows:
        layer = nn.ConvTranspose1d(
            1, 1, window.kernel_size, window.stride, window.padding, window.output_padding,
            bias=False, dilation=window.dilation,
        )  # fmt: skip
        nn.init.ones_(layer.weight)
        signal = layer(signal).clamp(max=1)
    return bool(signal.sum() > 0)


def grow_chain(start: int, *steps: Window) -> Chain | None:
    """The chain that starts at a side, None if a step does not enlarge it."""
    sizes = [start]
    for window in steps:
        reach = (sizes[-1] - 1) * window.stride + (window.kernel_size - 1) * window.dilation + 1
        sizes.append(reach - 2 * window.padding + window.output_padding)
    if sizes != sorted(set(sizes)):
        return None
    return Chain(sizes=tuple((side,) for side in sizes), windows=tuple((step,) for step in steps))


@pytest.mark.parametrize("start", [1, 2, 3, 5])
def test_a_window_is_disconnected_where_torch_output_is_zero(start: int) -> None:
    """Every window of up to three taps, dilations to 7."""
    with torch.no_grad():
        found = [
            (chain, passes_signal(chain))
            for window in windows(range(1, 4), (1, 2, 3, 5, 7))
            if (chain := grow_chain(start, window)) is not None
        ]
    assert [
        chain for chain, through in found if (disconnected_axes(chain) == (0,)) is through
    ] == []
    assert {through for _, through in found} == ({True, False} if start < 4 else {True})


def test_chains_are_disconnected_where_torch_output_is_zero() -> None:
    """Random chains of two layers."""
    random, choices = Random(7), windows(range(2, 5), (3, 5, 7, 9, 11))
    found = []
    with torch.no_grad():
        for _ in range(soak_count(3000, 100_000)):
            chain = grow_chain(random.randint(1, 2), random.choice(choices), random.choice(choices))
            if chain is not None:
                assert (disconnected_axes(chain) == ()) is passes_signal(chain), chain
                found.append(disconnected_axes(chain))
    assert {*found} == {(), (0,)}


def test_two_connected_layers_may_be_disconnected_together() -> None:
    """The second layer's taps miss the pixels that the first layer contributes to."""
    first = Window(kernel_size=3, dilation=11, padding=8)
    second = Window(kernel_size=2, stride=2, dilation=11, padding=8)
    alone = [grow_chain(1, first), grow_chain(7, second)]
    assert [chain is not None and disconnected_axes(chain) for chain in alone] == [(), ()]
    both = grow_chain(1, first, second)
    assert both is not None
    assert disconnected_axes(both) == (0,)
    assert not passes_signal(both)
