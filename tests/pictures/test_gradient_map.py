"""The gradient map of a discriminator: the middle of torch's gradient for weights of one."""

from __future__ import annotations

import re

import pytest
import torch
from torch import nn

from designer import Design, design
from designer.pictures.design_pictures import draw_gan_overlap
from designer.pictures.gradient_map import SHOWN_PIXELS, gradient_lines, middle_gradient


def torch_gradient(made: Design) -> torch.Tensor:
    """The gradient of the middle pixels for outputs of one and weights of one, relative to the mean."""
    size = made.gan.generator.output_map.size
    picture = torch.ones(1, 1, *size, dtype=torch.float64, requires_grad=True)
    value = picture
    convolutions = {1: nn.functional.conv1d, 2: nn.functional.conv2d, 3: nn.functional.conv3d}
    network = made.gan.discriminator
    assert network is not None
    for _, layer in network.convolutions:
        kernel = torch.ones(1, 1, *(window.kernel_size for window in layer.windows)).double()
        value = convolutions[len(size)](
            value,
            kernel,
            stride=tuple(window.stride for window in layer.windows),
            padding=tuple(window.padding for window in layer.windows),
            dilation=tuple(window.dilation for window in layer.windows),
        )
    value.sum().backward()
    assert picture.grad is not None
    gradient, most = picture.grad[0, 0], SHOWN_PIXELS[len(size)]
    for axis, side in enumerate(size):
        start = max(0, (side - most) // 2)
        gradient = gradient.narrow(axis, start, min(side, start + most) - start)
    return gradient / gradient.mean()


@pytest.mark.torch
@pytest.mark.parametrize(
    ("size", "kernel"), [(64, 4), (64, 3), ((45, 33), 3), ((80,), 5), ((16, 8, 8), 3)]
)
def test_the_map_is_torchs_gradient(size: int | tuple[int, ...], kernel: int) -> None:
    """Its least and largest value, and the description of the picture says so."""
    made = design(size, search={"kernel_sizes": [kernel]}, verify="none")
    network = made.gan.discriminator
    assert network is not None
    gradient, (said,) = torch_gradient(made), gradient_lines(middle_gradient(network))
    ends = float(gradient.min()), float(gradient.max())
    if ends[0] == pytest.approx(ends[1]):
        assert "every pixel gets the same gradient" in said
    else:
        assert f"a pixel gets {ends[0]:.2f} to {ends[1]:.2f} of their mean" in said
    assert said in draw_gan_overlap(made.gan)


def test_a_checkerboard_is_seen() -> None:
    """Kernel 3 and stride 2 have several shades, kernel 4 has one; without a discriminator, no map."""
    shades = []
    for kernel in (3, 4):
        made = design(64, search={"kernel_sizes": [kernel]}, verify="none")
        picture = draw_gan_overlap(made.gan).partition("gradient per pixel</text>")[2]
        shades.append(len(set(re.findall(r"fill-opacity=\"[\d.]+\"|fill-opacity:[\d.]+", picture))))
    alone = design(64, discriminator=None, verify="none")
    assert "gradient per pixel" not in draw_gan_overlap(alone.gan)
    assert shades[0] > shades[1]
