"""Figures of U-Nets: costs of the solver, what torch counts, receptive fields, memory."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from designer import Design, design
from designer.networks.memory import inference_memory
from designer.networks.receptive_field import receptive_fields
from designer.pipeline.solve_brief import solve_brief
from tests.networks.measured_memory import most_map_bytes
from tests.verification.random_unets import drawn_brief

pytestmark = pytest.mark.torch

SEEDS = range(30)


def made_design(seed: int) -> Design:
    """A small U-Net of any kind."""
    return design(**{**drawn_brief(seed), "verify": "none"})


@pytest.mark.parametrize("seed", SEEDS)
def test_costs_are_those_of_the_solver_and_of_torch(seed: int) -> None:
    """The order of preference counts what the network will have."""
    made = made_design(seed)
    solution, network = solve_brief(made.brief), made.gan.generator
    assert solution.parameters == network.parameters
    assert solution.multiply_adds == network.multiply_adds
    module = made.generator().eval()
    assert sum(each.numel() for each in module.parameters()) == network.parameters
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(torch.zeros(1, *network.input_map.shape))
    assert counter.get_total_flops() // 2 == network.multiply_adds


@pytest.mark.parametrize("seed", SEEDS)
def test_memory_is_what_torch_has_alive(seed: int) -> None:
    """Of all maps at once, without gradients; a norm has some numbers for each channel besides."""
    made = made_design(seed)
    network = made.gan.generator
    module = made.generator().eval()
    image = torch.zeros(1, *network.input_map.shape)
    measured = most_map_bytes(module, [image])
    widest = max(placed.after.channels for placed in network.placed_modules)
    assert 0 <= measured - inference_memory(network).sample_bytes <= 64 * widest


@pytest.mark.parametrize("upsampling", ["transposed", "resize"])
def test_a_receptive_field_is_what_gradients_reach(upsampling: str) -> None:
    """Of the output, at a pixel whose field is inside the input, one of each phase."""
    made = design(
        (64, 64),
        encoder=True,
        skips="add",
        chain=[{"kernel_size": 4, "stride": 2, "padding": 1}] * 2,
        base_channels=2,
        blocks=1,
        normalization="none",
        upsampling=upsampling,
        verify="none",
    )
    network = made.generator(initial_channels=2).double().eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.fill_(0.01)
    widest = 0
    for row in range(28, 32):
        image = torch.ones(1, 3, 64, 64, dtype=torch.float64, requires_grad=True)
        network(image)[0, 0, row, row].backward()
        assert image.grad is not None
        reached = image.grad[0, 0].abs().sum(1).nonzero().flatten()
        widest = max(widest, int(reached[-1] - reached[0]) + 1)
    assert receptive_fields(made.gan.generator)[-1] == (widest, widest)


def test_random_seeds_are_of_all_kinds() -> None:
    """Every way of taking sizes and both bodies are among them."""
    documents = [drawn_brief(seed) for seed in SEEDS]
    assert {each["any_size"] for each in documents} == {"output_padding", "pad", "off"}
    assert {each["architecture"] for each in documents} == {"dcgan", "resnet"}
