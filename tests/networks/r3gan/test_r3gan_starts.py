"""R3GAN's networks at the start: what is silent, what two steps reach, and second moments, as torch has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from math import prod, sqrt
from statistics import mean, stdev
from typing import Any

import pytest
import torch
from torch import nn

from designer import Design
from designer.geometry.modules.interpolation import Interpolation
from designer.networks import Network, PlacedPaths
from designer.networks.signal import network_signals
from designer.networks.silent_parameters import (
    silent_at_start,
    silent_parameters,
    starting_zeros,
)
from tests.networks.network_factory import module_of
from tests.networks.r3gan.r3gan_designs import (
    R3GAN_CASES,
    ROLES,
    r3gan_design,
    random_arguments,
)
from tests.support import soak_count

pytestmark = pytest.mark.torch


def source_network(found: Design, role: str) -> tuple[nn.Module, Callable[[nn.Module], None]]:
    """A network of a design's source, and what draws its weights."""
    module: Any = module_of(found.gan)
    return getattr(module, role.capitalize())(), module.weights_init


def drawn_network(found: Design, role: str) -> nn.Module:
    """A network whose weights are drawn by its source."""
    torch.manual_seed(1)
    network, weights_init = source_network(found, role)
    return network.apply(weights_init)


def gradients(network: nn.Module, given: list[torch.Tensor]) -> dict[str, torch.Tensor]:
    """Those of a random number of each output, in double precision."""
    network.zero_grad()
    output = network(*[each.double() if each.is_floating_point() else each for each in given])
    (output * torch.randn_like(output)).sum().backward()
    found = {name: weight.grad for name, weight in network.named_parameters()}
    return {name: torch.zeros(1) if each is None else each.clone() for name, each in found.items()}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", R3GAN_CASES)
def test_two_steps_reach_every_number_of_every_parameter(case: str, role: str) -> None:
    """The first gradient of what a zero silences is zero, and no other one; the second one is zero nowhere."""
    found = r3gan_design(case)
    predicted = found.gan.networks[role]
    network = drawn_network(found, role).double()
    start = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    steps = torch.optim.SGD(network.parameters(), lr=0.05)
    given = random_arguments(predicted, 6)
    if predicted.takes_labels:
        given[1] = torch.arange(6) % 3
    first = gradients(network, given)
    steps.step()
    second = gradients(network, given)
    steps.step()
    silent = [name for name, gradient in first.items() if not gradient.any()]
    assert sorted(silent) == sorted(silent_at_start(predicted))
    assert [
        name for name, gradient in first.items() if name not in silent and not gradient.all()
    ] == []
    assert [name for name, gradient in second.items() if not gradient.all()] == []
    for name, weight in network.named_parameters():
        assert (weight != start[name]).all(), name


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", R3GAN_CASES)
def test_the_zeros_of_the_start_are_those_of_the_last_convolutions(case: str, role: str) -> None:
    """One in each block; biases are zero too, but silence nothing. No norm removes a bias."""
    found = r3gan_design(case)
    predicted, network = found.gan.networks[role], drawn_network(found, role)
    zero = {name for name, weight in network.named_parameters() if not weight.any()}
    blocks = [entry.name for entry in predicted.main if isinstance(entry, PlacedPaths)]
    assert starting_zeros(predicted) == {name: f"{name}.body.4.weight" for name in blocks}
    biases = {name for name, _ in network.named_parameters() if name.endswith("bias")}
    assert zero == biases | {*starting_zeros(predicted).values()}
    assert silent_parameters(predicted) == []


DRAWS = soak_count(100, 200)
WIDE: dict[str, Any] = {
    "latent_dim": 64,
    "base_channels": 64,
    "max_channels": 128,
    "channels": 64,
    "blocks": 1,
    "expansion": 1,
}
"""Many channels, so that few draws are near their mean."""


def periods(network: Network, name: str) -> list[list[int]]:
    """For each axis the strides of the resamplers up to a module, and of those from it on, multiplied."""
    before: list[Interpolation] = []
    after: list[Interpolation] = []
    for placed in network.placed_modules:
        if isinstance(placed.module, Interpolation):
            place = int(placed.name.split(".")[1])
            before += [placed.module] * (place <= int(name.split(".")[1]))
            after += [placed.module] * (place >= int(name.split(".")[1]))
    axes = range(len(network.placed_modules[0].before.size))
    return [
        [prod(module.windows[axis].stride for module in each) for axis in axes]
        for each in (before, after)
    ]


def middle(value: torch.Tensor, lengths: list[int]) -> torch.Tensor:
    """The middle of a map, of these lengths at most; a vector whole."""
    for axis, length in zip(range(2, value.dim()), lengths, strict=False):
        side = value.shape[axis]
        value = value.narrow(axis, (side - min(length, side)) // 2, min(length, side))
    return value


def measured_moments(found: Design, role: str) -> dict[str, tuple[list[float], list[float]]]:
    """Second moments at step 0, by draw: of what a module of ``main`` gives, and its input's gradient.

    In the middle, over a period of the resamplers before, or of those after.
    """
    drawn: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    network = found.gan.networks[role]
    lengths = {
        f"main.{place}": periods(network, f"main.{place}") for place in range(len(network.main))
    }

    def note(name: str, place: int, value: torch.Tensor) -> None:
        moment = middle(value.detach(), lengths[name][place]).square().mean()
        drawn[name][place].append(float(moment))

    def note_gradient(name: str, value: torch.Tensor) -> None:
        value.register_hook(lambda gradient: note(name, 1, gradient))

    built, weights_init = source_network(found, role)
    for name, layer in built.named_modules():
        if name.startswith("main.") and name.count(".") == 1:
            layer.register_forward_pre_hook(
                lambda _, given, name=name: note_gradient(name, given[0])
            )
            layer.register_forward_hook(lambda _, __, out, name=name: note(name, 0, out))
    for seed in range(DRAWS):
        torch.manual_seed(seed)
        built.apply(weights_init)
        latent = random_arguments(network, 6)[0].requires_grad_()
        output = built(latent)
        output.backward(torch.randn_like(output).sign())
    return dict(drawn)


def assert_mean(drawn: list[float], law: float, name: str) -> None:
    """The mean over draws is the law's, within a twentieth and three standard errors of at most 12 %."""
    assert len(drawn) == DRAWS
    error = stdev(drawn) / sqrt(DRAWS)
    assert error <= 0.12 * law, (name, error / law)
    assert abs(mean(drawn) - law) <= 0.05 * law + 3 * error, (name, mean(drawn), law, error)


def main_signals(network: Network) -> Iterator[tuple[str, float, float]]:
    """Predictions of the modules of ``main`` that are no blocks."""
    signals = network_signals(network)
    for entry in network.main:
        if not isinstance(entry, PlacedPaths):
            signal = signals[entry.name]
            assert signal.after is not None
            assert signal.gradient is not None
            yield entry.name, signal.after, signal.gradient


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("levels", range(2, soak_count(7, 11), soak_count(4, 1)))
def test_moments_through_levels_are_those_of_torch(levels: int, role: str) -> None:
    """Of maps and of gradients, through 2 to 10 doublings of a signal: 2 and 6 in `make test`."""
    space = {"strides": [2], "kernel_sizes": [4], "initial_size": [4]}
    found = r3gan_design("signal", size=4 << levels, search=space, **WIDE)
    assert len(found.chain.windows) == levels
    measured = measured_moments(found, role)
    for name, after, gradient in main_signals(found.gan.networks[role]):
        for moments, law in zip(measured[name], (after, gradient), strict=True):
            assert_mean(moments, law, name)
