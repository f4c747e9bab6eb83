"""Receptive fields and pixel gradients of residual networks, compared with gradients of torch."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
import pytest
import torch
from torch import nn

from designer.brief.options import DiscriminatorStyle, Normalization, Output
from designer.brief.residual_widths import ResidualWidths
from designer.geometry.chain import Chain
from designer.geometry.layers import Size, Window, Windows
from designer.geometry.resampling import Upsampling
from designer.networks import Gan, Network, PlacedPaths, assemble_gan, receptive_fields
from designer.networks.pixel_gradients import pixel_gradients
from tests.networks.network_factory import LONGER, PLAIN, module_of
from tests.networks.residual.residual_designs import RESIDUAL_CASES, residual_design

pytestmark = pytest.mark.torch

SHORTER = Window(kernel_size=3, stride=2, padding=1)
THREEFOLD = Window(kernel_size=5, stride=3, padding=1)
CHAINS: dict[str, tuple[Size, tuple[Window | Windows, ...]]] = {
    "two doublings": ((120,), (PLAIN, PLAIN)),
    "one more": ((145,), (PLAIN, LONGER)),
    "one less": ((157,), (SHORTER, SHORTER)),
    "tripled": ((180,), (THREEFOLD, PLAIN)),
    "kernel of five": ((100,), (Window(kernel_size=5, stride=2, padding=2, output_padding=1),)),
    "two axes": ((64, 45), (PLAIN, (PLAIN, LONGER))),
    "three axes": ((24, 26, 28), (PLAIN,)),
}
STYLE = DiscriminatorStyle(normalization=Normalization.SPECTRAL, output=Output.LOGIT)


def residual_gan(chain: str, upsampling: Upsampling, blocks: int = 1) -> Gan:
    """The networks along a chain, of few channels."""
    target, steps = CHAINS[chain]
    windows = tuple((step,) * len(target) if isinstance(step, Window) else step for step in steps)
    widths = ResidualWidths(
        latent_dim=2,
        channels=1,
        base_channels=1,
        max_channels=2,
        upsampling=upsampling,
        blocks=blocks,
    )
    return assemble_gan(Chain.leading_to(target, windows), widths, STYLE)


def linear_network(gan: Gan, network: Network) -> nn.Module:
    """The built network in double precision, its norms, activations and attention left out."""
    module = module_of(gan)
    module.spectral_norm = lambda layer: layer  # type: ignore[attr-defined]
    built: nn.Module = getattr(module, network.class_name)().double()
    for name, layer in [*built.named_modules()]:
        kind = type(layer).__name__
        if "Norm" in kind or kind in ("ReLU", "Tanh", "Sigmoid", "Attention"):
            place, _, child = name.rpartition(".")
            setattr(built.get_submodule(place), child, nn.Identity())
    for tensor in built.parameters():
        nn.init.uniform_(tensor, 0.5, 1.5)
    return built


def map_outputs(
    network: nn.Module, size: Size, start: str
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """A map in place of a module's output, or of the network's input, and the maps after it by name."""
    found: dict[str, torch.Tensor] = {}
    given: list[torch.Tensor] = []

    def note(name: str, output: torch.Tensor) -> torch.Tensor | None:
        if name == start:
            given.append(torch.zeros_like(output, requires_grad=True))
            return given[0]
        if given and output.dim() > 2:
            found[name] = output
        return None

    for name, module in network.named_modules():
        module.register_forward_hook(lambda _, __, output, name=name: note(name, output))
    if start:
        latent = torch.zeros(1, 2, *[1] * len(size), dtype=torch.float64)
        network(latent)
    else:
        given.append(torch.zeros(1, 1, *size, dtype=torch.float64, requires_grad=True))
        network(given[0])
    return given[0], found


def inner_extent(output: torch.Tensor, value: torch.Tensor, axis: int) -> int:
    """The widest extent of a gradient along an axis that reaches neither border."""
    total = output[0].sum(0)
    middle, side = [length // 2 for length in total.shape], total.shape[axis]
    few = len(middle) == 3  # the chain of three axes is even: a few positions show all phases
    widest = 0
    for position in range(side // 2 - 2, side // 2 + 3) if few else range(side):
        index = tuple(position if a == axis else at for a, at in enumerate(middle))
        (gradient,) = torch.autograd.grad(total[index], value, retain_graph=True)
        seen = gradient[0].abs().sum(0).nonzero()[:, axis]
        if len(seen) and seen.min() > 0 and seen.max() < value.shape[axis + 2] - 1:
            widest = max(widest, int(seen.max() - seen.min()) + 1)
    return widest


def assert_network_fields(gan: Gan, network: Network, start: str) -> int:
    """Predicted and measured fields agree for every map, on every axis; the number of comparisons."""
    names = [placed.name for placed in network.placed_modules]
    fields = dict(zip(names, receptive_fields(network), strict=True))
    for entry in network.main:
        if isinstance(entry, PlacedPaths):
            fields[entry.name] = fields[entry.body[-1].name]
    value, outputs = map_outputs(linear_network(gan, network), network.input_map.size, start)
    compared, extents = 0, {}
    for name, output in outputs.items():
        field = fields.get(name)
        for axis, side in enumerate(value.shape[2:]):
            if field is not None and field[axis] <= side // 2:
                place = (output.data_ptr(), axis)  # what is left out gives the map before it
                if place not in extents:
                    extents[place] = inner_extent(output, value, axis)
                assert extents[place] == field[axis], (name, axis)
                compared += 1
    return compared


@pytest.mark.slow
@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("upsampling", Upsampling)
def test_fields_in_blocks_are_what_gradients_reach(upsampling: Upsampling, chain: str) -> None:
    """Of the modules of both paths, and of the sums, which read what their body reads."""
    gan = residual_gan(chain, upsampling)
    assert gan.discriminator is not None
    assert assert_network_fields(gan, gan.generator, start="main.2") >= 6
    assert assert_network_fields(gan, gan.discriminator, start="") >= 6


@pytest.mark.parametrize("upsampling", Upsampling)
def test_fields_of_several_blocks_are_what_gradients_reach(upsampling: Upsampling) -> None:
    """A block that keeps the size adds four positions."""
    gan = residual_gan("two doublings", upsampling, blocks=2)
    assert gan.discriminator is not None
    assert assert_network_fields(gan, gan.generator, start="main.2") >= 6
    assert assert_network_fields(gan, gan.discriminator, start="") >= 6


def torch_pixel_gradients(gan: Gan, network: Network, divided: bool) -> np.ndarray:
    """The gradient of each pixel from a sum over the map before the head, one channel of it."""
    built = linear_network(gan, network)
    for layer in built.modules():
        weight = getattr(layer, "weight", None)
        if isinstance(weight, nn.Parameter) and weight.dim() > 2:
            kernels = len(weight) if divided else 1
            nn.init.constant_(weight, 1 / (weight[0].numel() * kernels))
    value = torch.ones(1, *network.input_map.shape, dtype=torch.float64, requires_grad=True)
    last: list[torch.Tensor] = []
    pool = next(m for m in built.modules() if type(m).__name__ == "SumPool")
    pool.register_forward_hook(lambda _, given, __: last.append(given[0]))
    built(value, *[torch.zeros(1, dtype=torch.int64)] * network.takes_labels)
    (gradient,) = torch.autograd.grad(last[0].sum(), value)
    found: np.ndarray = gradient[0, 0].numpy()
    return found


@pytest.mark.parametrize("case", RESIDUAL_CASES)
@pytest.mark.parametrize("normalization", ["batch", "spectral"])
def test_pixel_gradients_are_those_of_torch(case: str, normalization: str) -> None:
    """With equal weights, of every pixel."""
    found = residual_design(case, discriminator={"normalization": normalization})
    network = found.gan.discriminator
    assert network is not None
    measured = torch_pixel_gradients(found.gan, network, normalization == "spectral")
    predicted = pixel_gradients(network)
    assert measured.size == prod(network.input_map.size)
    np.testing.assert_allclose(predicted / predicted.mean(), measured / measured.mean(), rtol=1e-9)
    assert _has_all_positive(predicted.ravel())


def _has_all_positive(numbers: Sequence[float]) -> bool:
    return bool(min(numbers) > 0)
