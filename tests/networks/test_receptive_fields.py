"""Receptive fields, compared with the extent of nonzero gradients."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from designer.brief.options import DiscriminatorStyle
from designer.geometry.layers import FeatureMap, Window
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.resampling import Upsampling
from designer.networks import Gan, Network, receptive_fields
from tests.networks.network_factory import LONGER, PLAIN, make_gan, module_of

pytestmark = pytest.mark.torch

SPATIAL_CLASSES = (
    nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d,
    nn.Upsample, nn.PixelShuffle, nn.ZeroPad1d, nn.ZeroPad2d, nn.ZeroPad3d,
)  # fmt: skip
"""Modules that mix positions; norms and activations would change the extent of the gradient."""


def measured_field(layers: list[nn.Module], before: FeatureMap, axis: int) -> int:
    """The widest extent of the gradient of a position away from the borders."""
    network = nn.Sequential(*layers).double()
    for weight in network.parameters():
        nn.init.uniform_(weight, 0.5, 1.5)
    value = torch.zeros(1, *before.shape, dtype=torch.float64, requires_grad=True)
    output = network(value)[0].sum(0)
    middle = [side // 2 for side in output.shape]
    side, widest = output.shape[axis], 0
    for position in range(side // 4, side - side // 4):
        index = tuple(position if a == axis else at for a, at in enumerate(middle))
        (gradient,) = torch.autograd.grad(output[index], value, retain_graph=True)
        seen = gradient[0].abs().sum(0).nonzero()[:, axis]
        widest = max(widest, int(seen.max() - seen.min()) + 1)
    return widest


def spatial_modules(gan: Gan, network: Network, start: int) -> list[tuple[str, nn.Module]]:
    """The built modules that mix positions, from an index in ``main`` on, by name."""
    built = getattr(module_of(gan), network.class_name)()
    custom = "PixelShuffle"
    return [
        (f"main.{index}", module)
        for index, module in enumerate(built.main)
        if index >= start
        and (isinstance(module, SPATIAL_CLASSES) or type(module).__name__.startswith(custom))
    ]


def assert_fields(gan: Gan, network: Network, *, start: int) -> None:
    """Predicted and measured fields agree after every layer, on every axis."""
    predicted = dict(
        zip((p.name for p in network.placed_modules), receptive_fields(network), strict=True)
    )
    before = next(p.before for p in network.placed_modules if p.name == f"main.{start}")
    layers: list[nn.Module] = []
    for name, module in spatial_modules(gan, network, start):
        layers.append(module)
        field = predicted[name]
        assert field is not None
        for axis, side in enumerate(before.size):
            if field[axis] <= side // 2:
                assert measured_field(layers, before, axis) == field[axis], (name, axis)


GENERATORS: dict[str, tuple[Any, ...]] = {
    "kernel 4": ((96, 96), PLAIN, PLAIN),
    "one more": ((49, 96), (PLAIN, PLAIN), (LONGER, PLAIN)),
    "kernel 5": ((96, 96), *(Window(kernel_size=5, stride=2, padding=2, output_padding=1),) * 2),
    "stride 3": ((144,), Window(kernel_size=8, stride=3, padding=3, output_padding=1), PLAIN),
    "dilated": ((99,), Window(kernel_size=6, stride=3, padding=4, dilation=2), Window(kernel_size=3, stride=1, padding=1)),
    "audio": ((512,), Window(kernel_size=25, stride=4, padding=11, output_padding=1), PLAIN),
}  # fmt: skip


@pytest.mark.parametrize("upsampling", Upsampling)
@pytest.mark.parametrize("chain", GENERATORS)
def test_the_generators_receptive_fields_are_what_gradients_reach(
    chain: str, upsampling: Upsampling
) -> None:
    """From the initial map on, through transposed, resized and shuffled layers."""
    target, *steps = GENERATORS[chain]
    gan = make_gan(target, *steps, upsampling=upsampling, base_channels=1, channels=1)
    assert_fields(gan, gan.generator, start=3)


def measured_inner_field(layers: list[nn.Module], side: int) -> int:
    """The widest extent of a gradient that reaches neither end of the signal."""
    network = nn.Sequential(*layers).double()
    for weight in network.parameters():
        nn.init.uniform_(weight, 0.5, 1.5)
    value = torch.zeros(1, 1, side, dtype=torch.float64, requires_grad=True)
    widest = 0
    for position in network(value)[0, 0]:
        (gradient,) = torch.autograd.grad(position, value, retain_graph=True)
        seen = gradient[0, 0].nonzero()[:, 0]
        if seen.min() > 0 and seen.max() < side - 1:
            widest = max(widest, int(seen.max() - seen.min()) + 1)
    return widest


UNEVEN = [
    ((254,), Window(kernel_size=4, stride=3, padding=1, output_padding=2), Window(kernel_size=5, stride=4, padding=3, output_padding=3)),
    ((607,), Window(kernel_size=8, stride=4, padding=3, output_padding=2), Window(kernel_size=7, stride=3, padding=4, output_padding=2), Window(kernel_size=7, stride=3, padding=2, output_padding=1)),
    ((99,), PLAIN, Window(kernel_size=3, stride=2, padding=1)),
    ((103,), LONGER, LONGER),
    ((7 * 41 * 2,), Window(kernel_size=41, stride=41), PLAIN),
    ((9 * 47,), Window(kernel_size=47, stride=47)),
]  # fmt: skip


@pytest.mark.parametrize("chain", UNEVEN, ids=str)
def test_receptive_fields_of_uneven_resizing_are_exact(
    chain: tuple[Any, ...],
) -> None:
    """With a non-integer factor, or one that torch rounds, not all combinations of phases occur."""
    target, *steps = chain
    thin = {"base_channels": 1, "max_channels": 1, "channels": 1}
    gan = make_gan(target, *steps, upsampling=Upsampling.RESIZE, style=None, **thin)
    fields = dict(
        zip(
            (p.name for p in gan.generator.placed_modules),
            receptive_fields(gan.generator),
            strict=True,
        )
    )
    layers: list[nn.Module] = []
    for name, module in spatial_modules(gan, gan.generator, 3):
        layers.append(module)
        assert fields[name] == (measured_inner_field(layers, gan.chain.initial_size[0]),), name


def test_a_decoders_receptive_fields_include_its_stem() -> None:
    """The fields are counted in positions of the given map."""
    gan = make_gan(
        (96, 48), PLAIN, PLAIN, base_channels=1, latent_dim=None, initial_channels=1, style=None
    )
    assert_fields(gan, gan.generator, start=0)
    first = receptive_fields(gan.generator)[0]
    assert first == (3, 3)


@pytest.mark.parametrize("patch", [None, 16, 23, 34])
def test_the_discriminators_receptive_fields_are_what_gradients_reach(patch: int | None) -> None:
    """The last field of a patch discriminator is the requested one."""
    style = DiscriminatorStyle(patch=patch)
    gan = make_gan((96, 96), PLAIN, PLAIN, style=style, base_channels=1, channels=1)
    assert gan.discriminator is not None
    assert_fields(gan, gan.discriminator, start=0)
    last = [p for p in gan.discriminator.placed_modules if isinstance(p.module, ConvolutionModule)][
        -1
    ]
    names = [p.name for p in gan.discriminator.placed_modules]
    field = receptive_fields(gan.discriminator)[names.index(last.name)]
    if patch is not None:
        assert field == (patch, patch)


def test_the_dcgans_receptive_fields_are_the_published_ones() -> None:
    """4, 10, 22, 46 through the strided layers; the head covers the whole picture."""
    gan = make_gan((64, 64), PLAIN, PLAIN, PLAIN, PLAIN)
    assert gan.discriminator is not None
    fields = [
        field[0]
        for placed, field in zip(
            gan.discriminator.placed_modules, receptive_fields(gan.discriminator), strict=True
        )
        if isinstance(placed.module, ConvolutionModule) and field is not None
    ]
    assert fields == [4, 10, 22, 46, 94]
