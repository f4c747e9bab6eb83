"""Figures of tensors: how often trials exceed them, how much is drawn, and what it is drawn for."""

from __future__ import annotations

from collections import Counter
from math import gcd, log, prod, sqrt
from types import ModuleType

import pytest
import torch
from torch import nn

from designer.networks import Gan
from designer.verification import initialization_plan
from designer.verification.checks import initialization_figures
from designer.verification.checks.initialization_figures import (
    coincidence,
    expected_repeats,
    moment_figures,
    planned_figures,
)
from designer.verification.checks.standard import measurement_at
from designer.verification.false_alarms import allowed_surprise
from designer.verification.initialization_plan import (
    NUMBERS,
    InitialTensor,
    describe_tensors,
    planned_tensors,
)
from designer.verification.probe.initialization import describe_initialisation
from tests.support import soak_count
from tests.verification.designs import doubling_gan
from tests.verification.initializations import DESIGNS

KERNELS = InitialTensor(
    layer="0",
    tensor="weight",
    mean=0.0,
    deviation=0.02,
    axes={"kernels": 4, "channels": 5, "taps": 4},
)
LEVEL = 0.05


def weights_init(module: nn.Module) -> None:
    """DCGAN's initialization of convolutions."""
    if isinstance(module, nn.Conv1d):
        nn.init.normal_(module.weight, 0.0, 0.02)


@pytest.mark.torch
def test_figures_exceed_their_bounds_as_rarely_as_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a rate of 5 %, no figure fails more often in trials, and two fail about as often."""
    monkeypatch.setattr(initialization_plan, "NUMBERS", 6_000)
    for module in (initialization_plan, initialization_figures):
        monkeypatch.setattr(module, "TIE_SAMPLE", 1_024)
    figures = planned_figures(KERNELS, [], expected_repeats([KERNELS]))[2:]
    described = {"initial": describe_tensors([KERNELS])}
    source, network = ModuleType("model"), nn.Sequential(nn.Conv1d(5, 4, 4, bias=False))
    source.__dict__["weights_init"] = weights_init
    exceeded, trials = Counter[str](), soak_count(400, 10_000)
    torch.manual_seed(20_160_107)
    for _ in range(trials):
        network.apply(weights_init)
        found = describe_initialisation(source, described, network)["0 weight"]
        for figure in figures:
            surprise = figure.surprise(measurement_at(found, *figure.keys))
            exceeded[str(figure.label)] += surprise >= log(2 * figure.comparisons / LEVEL)
    allowed = trials * LEVEL + 4 * sqrt(trials * LEVEL)
    assert {label: times for label, times in exceeded.items() if times > allowed} == {}
    assert exceeded["distance from the normal distribution"] > trials * LEVEL / 3
    assert exceeded["farthest number in deviations"] > trials * LEVEL / 3


@pytest.mark.torch
@pytest.mark.parametrize(("mean", "deviation"), [(0.0, 0.02), (1.0, 0.02), (0.0, 1.0)])
def test_float32_numbers_coincide_as_often_as_stated(mean: float, deviation: float) -> None:
    """Rounding makes between half and one and a half times as many ties."""
    count, trials = 100_000, 20
    torch.manual_seed(20_160_107)
    ties = 0
    for _ in range(trials):
        numbers = torch.empty(count).normal_(mean, deviation).sort().values
        ties += int((numbers[1:] == numbers[:-1]).sum())
    expected = trials * coincidence(mean, deviation) * count**2 / 2
    assert 0.5 * expected < ties < 1.5 * expected


def test_an_error_of_one_percent_is_six_standard_errors() -> None:
    """Of a small tensor and of a large one, and more than ten of the numbers that may follow."""
    for length in (1, 8, 100, 512, 179_999, 4_000_000):
        tensor = InitialTensor(
            layer="0", tensor="weight", mean=1.0, deviation=0.02, axes={"channels": length}
        )
        assert 0.01 * sqrt(2 * tensor.pooled) >= 6
        assert tensor.pooled < NUMBERS + length
        assert 0.01 * sqrt(2 * tensor.all_pooled) >= 12
        assert tensor.draws >= 2


def test_a_deviation_is_accepted_near_the_stated_one() -> None:
    """By 2.5 standard errors at first, and by the bound of a receipt if more is drawn."""
    allowed = allowed_surprise(1, 600)
    _, first = moment_figures(KERNELS, KERNELS.pooled)
    _, all_pooled = moment_figures(KERNELS, KERNELS.all_pooled)
    low, high = first.bounds(allowed)
    assert (0.02 - low) / 0.02 == pytest.approx(2.5 / sqrt(2 * NUMBERS), rel=0.01)
    assert (high - 0.02) / 0.02 == pytest.approx(2.5 / sqrt(2 * NUMBERS), rel=0.01)
    low, high = all_pooled.bounds(allowed)
    assert 0.0198 < low < 0.02 < high < 0.0202


@pytest.mark.parametrize("gan", DESIGNS.values(), ids=DESIGNS)
def test_the_axes_have_the_sizes_of_the_weights(gan: Gan) -> None:
    """The lengths multiply to the number of weights, for each module that has any."""
    for network in gan.networks.values():
        for placed in network.placed_modules:
            module = placed.module
            assert prod(module.weight_axes.values()) == (module.weights or (1,))[0]
            assert len(module.weights) == len(module.initial_weights)


def test_samples_are_no_larger_than_the_draws() -> None:
    """At the widths of a receipt, each axis has enough columns to tell a tie from chance."""
    for gan in (doubling_gan(4), doubling_gan(8, base_channels=4), *DESIGNS.values()):
        tensors = [t for network in gan.networks.values() for t in planned_tensors(network)]
        for tensor in (tensor for tensor in tensors if tensor.deviation):
            assert gcd(tensor.compared_step, tensor.size) == 1
            for place, counts in tensor.samples.values():
                assert all(map(int.__le__, counts, tensor.four_axes))
                assert prod(counts) // counts[place] >= 128


def test_the_kernels_of_a_pixel_shuffle_are_counted_once() -> None:
    """Copies are no independent draws."""
    tensors = {
        tensor.name: tensor
        for tensor in planned_tensors(DESIGNS["sub-pixel"].networks["generator"])
    }
    assert tensors["main.3 weight"].copies == 4
    assert tensors["main.3 weight"].axes == {"kernels": 8, "channels": 16, "taps": 9}
    assert tensors["main.1 weight"].copies == 1
