"""Fan-in and fan-out, against counts of what torch's layers add up."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.geometry.fan_in import fan_in, fan_out
from designer.geometry.layers import Conv, ConvTranspose, Window

SIDE = 48

windows = st.builds(
    lambda kernel_size, stride, dilation: Window(
        kernel_size=kernel_size, stride=stride, dilation=dilation
    ),
    kernel_size=st.integers(1, 6),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
)


@pytest.mark.torch
@given(
    axes=st.lists(windows, min_size=1, max_size=2),
    channels=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    groups=st.integers(1, 2),
    transposed=st.booleans(),
)
def test_the_products_are_those_that_torch_adds_up(
    axes: list[Window], channels: tuple[int, int], groups: int, transposed: bool
) -> None:
    """With ones for inputs and weights an output counts its products; their gradient, the fan-out.

    The mean is over one period of the phases, in the middle of the map.
    """
    import torch
    from torch import nn

    kind = ConvTranspose if transposed else Conv
    before, after = (groups * each for each in channels)
    layer = kind(
        in_channels=before, out_channels=after, windows=tuple(axes), groups=groups, bias=False
    )
    made = getattr(nn, f"{kind.__name__}{len(axes)}d")(
        before,
        after,
        [each.kernel_size for each in axes],
        stride=[each.stride for each in axes],
        dilation=[each.dilation for each in axes],
        groups=groups,
        bias=False,
    )
    with torch.no_grad():
        made.weight.fill_(1.0)
    ones = torch.ones(1, before, *[SIDE] * len(axes), requires_grad=True)
    output = made(ones)
    output.sum().backward()
    assert ones.grad is not None

    def middle(value: torch.Tensor) -> float:
        period = [slice(side // 2, side // 2 + 6) for side in value.shape[2:]]
        return float(value.detach()[(0, 0, *period)].mean())

    assert middle(output) == pytest.approx(fan_in(layer))
    assert middle(ones.grad) == pytest.approx(fan_out(layer))


def test_the_products_of_both_directions_are_equally_many() -> None:
    """Each product has one input and one output; there are ΠS times as many of the larger map's."""
    step = (Window(kernel_size=5, stride=3, padding=1), Window(kernel_size=4, stride=2, padding=1))
    for kind in (Conv, ConvTranspose):
        layer = kind(in_channels=6, out_channels=10, windows=step)
        ratio = prod(layer.strides) if kind is ConvTranspose else 1 / prod(layer.strides)
        assert fan_in(layer) * 10 * ratio == pytest.approx(fan_out(layer) * 6)
