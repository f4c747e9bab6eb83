"""Silent parameters and signals of residual networks, compared with passes of torch."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import nn

from designer import Design
from designer.networks import PlacedPaths
from designer.networks.signal import network_signals, start_deviation
from designer.networks.silent_parameters import silent_parameters
from tests.networks.network_factory import module_of
from tests.networks.residual.residual_designs import (
    RESIDUAL_CASES,
    built_network,
    random_arguments,
    residual_design,
)

pytestmark = pytest.mark.torch

ROLES = ["generator", "discriminator"]
SILENT = 1e-9
"""Largest gradient of a bias in double precision that is rounding, relative to the largest of all biases."""


def bias_gradients(found: Design, role: str) -> dict[str, float]:
    """The largest gradient of each bias of a convolution or a linear layer, in training."""
    torch.manual_seed(1)
    network = built_network(found, role, spectral=False).double().train()
    biases = {
        f"{name}.bias": layer.bias
        for name, layer in network.named_modules()
        if isinstance(getattr(layer, "bias", None), nn.Parameter)
        and "Norm" not in type(layer).__name__
    }
    for tensor in network.parameters():
        nn.init.normal_(tensor, 0.2, 0.5) if tensor.dim() == 1 else nn.init.normal_(tensor, 0, 0.2)
    given = random_arguments(found.gan.networks[role], 4)
    output = network(*[each.double() if each.is_floating_point() else each for each in given])
    (output * torch.randn_like(output)).sum().backward()
    return {name: float(bias.grad.abs().max()) for name, bias in biases.items()}


NORMS = ["batch", "instance", "group", "layer"]


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", RESIDUAL_CASES)
def test_silent_biases_are_those_without_a_gradient(case: str, role: str, norm: str) -> None:
    """With every norm in both networks."""
    more: dict[str, Any] = {"normalization": norm, "discriminator": {"normalization": norm}}
    found = residual_design(case, **more)
    gradients = bias_gradients(found, role)
    least = SILENT * max(gradients.values())
    measured = sorted(name for name, gradient in gradients.items() if gradient <= least)
    assert measured == sorted(silent_parameters(found.gan.networks[role]))


def test_no_bias_of_a_spectral_discriminator_is_silent() -> None:
    """It has no norm that centres a channel."""
    found = residual_design("resize", discriminator={"normalization": "spectral"})
    assert found.gan.discriminator is not None
    assert silent_parameters(found.gan.discriminator) == []
    assert min(bias_gradients(found, "discriminator").values()) > 0


WIDE = {"base_channels": 32, "max_channels": 64, "latent_dim": 64}
DRAWS = 12


def moment(value: torch.Tensor) -> float:
    """Second moment of the middle half of a map along each axis, at least one position."""
    for axis in range(2, value.dim()):
        side = value.shape[axis]
        value = value.narrow(axis, side // 4, max(1, side // 2))
    return float(value.square().mean()) / DRAWS


def measured_signals(found: Design, role: str) -> dict[str, tuple[float, float, float]]:
    """Second moments at step 0, means over draws: in the middle before and after, and of the whole map after."""
    network = built_network(found, role)
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0] * 3)
    before: dict[str, float] = {}

    def note(name: str, output: torch.Tensor) -> None:
        whole = float(output.square().mean()) / DRAWS
        for index, number in enumerate((before[name], moment(output), whole)):
            sums[name][index] += number

    for name, layer in network.named_modules():
        if name and not isinstance(layer, nn.Sequential | nn.Embedding):
            layer.register_forward_pre_hook(
                lambda _, given, name=name: before.update({name: moment(given[0])})
            )
            layer.register_forward_hook(lambda _, __, output, name=name: note(name, output))
    for seed in range(DRAWS):
        torch.manual_seed(seed)
        network.apply(module_of(found.gan).weights_init)
        with torch.no_grad():
            network(*random_arguments(found.gan.networks[role], 8))
    return {name: (first, second, third) for name, (first, second, third) in sums.items()}


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", RESIDUAL_CASES)
def test_signals_of_blocks_are_those_of_torch(case: str, role: str) -> None:
    """Of each module the gain, of norms the whole map, of blocks the sum of both independent paths."""
    found = residual_design(case, **WIDE)
    network, measured = found.gan.networks[role], measured_signals(found, role)
    signals = network_signals(network)
    known = [
        placed
        for placed in network.placed_modules
        if placed.name in signals and signals[placed.name].after is not None
    ]
    assert known
    for placed in known:
        signal, (first, second, whole) = signals[placed.name], measured[placed.name]
        assert signal.after is not None
        if placed.module.role == "norm":
            assert whole == pytest.approx(signal.after, rel=0.02), placed.name
        else:
            expected = placed.module.signal_after(first, placed.before)
            assert second == pytest.approx(expected, rel=0.15), placed.name
    for entry in network.main:
        if isinstance(entry, PlacedPaths):
            ends = [measured[path[-1].name][1] for path in (entry.body, entry.shortcut)]
            assert measured[entry.name][1] == pytest.approx(sum(ends), rel=0.1), entry.name


@pytest.mark.parametrize("case", ["resize", "subpixel", "transposed, uneven"])
def test_signals_of_sums_are_the_sums_of_their_paths(case: str) -> None:
    """In the predictions of what follows a block."""
    network = residual_design(case).gan.generator
    signals = network_signals(network)
    for entry, after in pairwise(network.main):
        if isinstance(entry, PlacedPaths):
            ends = [signals[path[-1].name].after for path in (entry.body, entry.shortcut)]
            following = after.body[0] if isinstance(after, PlacedPaths) else after
            assert None not in ends
            assert signals[following.name].before == pytest.approx(sum(filter(None, ends)))


@pytest.mark.parametrize("case", ["resize", "subpixel", "transposed"])
def test_the_start_of_residual_generators_is_near_that_of_torch(case: str) -> None:
    """Of the picture's middle; a norm sets the whole map to one, whose middle is stronger."""
    found = residual_design(case, **WIDE)
    last = found.gan.generator.placed_modules[-1].name
    predicted = start_deviation(found.gan.generator)
    assert predicted is not None
    measured = measured_signals(found, "generator")[last][1] ** 0.5
    assert 0.95 * predicted < measured < 1.35 * predicted
