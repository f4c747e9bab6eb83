"""Memory of R3GAN's networks, compared with the tensors that torch saves and has alive."""

from __future__ import annotations

import pytest
import torch

from designer.networks.memory import inference_memory, training_memory
from tests.networks.measured_memory import most_map_bytes, saved_bytes
from tests.networks.r3gan.r3gan_designs import (
    R3GAN_CASES,
    ROLES,
    built_network,
    r3gan_design,
    random_arguments,
)

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", R3GAN_CASES)
def test_activation_bytes_are_what_torch_saves_of_one_sample(case: str, role: str) -> None:
    """Each tensor once, also a filter."""
    found = r3gan_design(case)
    network = found.gan.networks[role]
    measured = saved_bytes(built_network(found, role), random_arguments(network, 1))
    assert measured == network.activation_bytes


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", R3GAN_CASES)
def test_maps_of_inference_are_the_most_that_torch_has_alive(case: str, role: str) -> None:
    """The input of a block stays until it is added."""
    found = r3gan_design(case)
    network, built = found.gan.networks[role], built_network(found, role)
    predicted = inference_memory(network).sample_bytes
    measured = [most_map_bytes(built, random_arguments(network, batch)) for batch in (1, 3)]
    assert measured == [predicted, 3 * predicted]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", R3GAN_CASES)
def test_fixed_bytes_are_those_of_the_network_and_of_a_step_of_adam(case: str, role: str) -> None:
    """Weights and filters; in training also gradients and moments, which a filter has not."""
    found = r3gan_design(case)
    network = built_network(found, role)
    owned = sum(tensor.nbytes for tensor in (*network.parameters(), *network.buffers()))
    assert inference_memory(found.gan.networks[role]).fixed_bytes == owned
    adam = torch.optim.Adam(network.parameters())
    network(*random_arguments(found.gan.networks[role], 2)).sum().backward()
    adam.step()
    moments = [state[name] for state in adam.state.values() for name in ("exp_avg", "exp_avg_sq")]
    gradients = [weight.grad for weight in network.parameters() if weight.grad is not None]
    predicted = training_memory(found.gan.networks[role]).fixed_bytes
    assert predicted == owned + sum(tensor.nbytes for tensor in (*gradients, *moments))
