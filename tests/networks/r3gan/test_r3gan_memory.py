"""Memory of R3GAN's networks, compared with the tensors that torch saves and has alive."""

from __future__ import annotations

import pytest
import torch
from torch.autograd.graph import saved_tensors_hooks

from designer import Design
from designer.networks.memory import inference_memory, training_memory
from tests.networks.r3gan.r3gan_designs import (
    R3GAN_CASES,
    ROLES,
    built_network,
    r3gan_design,
    random_arguments,
)
from tests.networks.test_memory import live_bytes

pytestmark = pytest.mark.torch


def saved_bytes(found: Design, role: str, batch: int) -> int:
    """Bytes of the storages that a pass in training saves, without those of parameters."""
    torch.manual_seed(0)
    network = built_network(found, role)
    own = {tensor.untyped_storage().data_ptr() for tensor in network.parameters()}
    kept: list[torch.Tensor] = []  # alive, so that no place is taken twice
    given = random_arguments(found.gan.networks[role], batch)

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        kept.append(tensor)
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        output = network(*given)
    assert output.requires_grad
    storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage() for tensor in kept}
    return sum(each.nbytes() for place, each in storages.items() if place not in own)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", R3GAN_CASES)
def test_activation_bytes_are_what_torch_saves_of_one_sample(case: str, role: str) -> None:
    """Each tensor once, also a filter."""
    found = r3gan_design(case)
    assert saved_bytes(found, role, 1) == found.gan.networks[role].activation_bytes


def most_bytes(found: Design, role: str, batch: int) -> int:
    """The most bytes of maps alive at once, in evaluation."""
    network = built_network(found, role).eval()
    given = random_arguments(found.gan.networks[role], batch)
    with live_bytes(given[0], *network.parameters(), *network.buffers()) as counter:
        before = counter.now - given[0].nbytes
        network(*given)
    return counter.most - before


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", R3GAN_CASES)
def test_maps_of_inference_are_the_most_that_torch_has_alive(case: str, role: str) -> None:
    """The input of a block stays until it is added."""
    found = r3gan_design(case)
    predicted = inference_memory(found.gan.networks[role]).sample_bytes
    assert [most_bytes(found, role, batch) for batch in (1, 3)] == [predicted, 3 * predicted]


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
