"""Memory of residual networks, compared with the tensors that torch saves and has alive."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from designer.networks.memory import inference_memory, training_memory
from tests.networks.measured_memory import most_map_bytes, saved_bytes
from tests.networks.residual.residual_designs import (
    RESIDUAL_CASES,
    built_network,
    random_arguments,
    residual_design,
)

pytestmark = pytest.mark.torch

ROLES = ["generator", "discriminator"]
SPECTRAL = {"discriminator": {"normalization": "spectral"}}
LABELS = {"classes": 3, **SPECTRAL}


@pytest.mark.parametrize("more", [{}, SPECTRAL, LABELS], ids=["batch", "spectral", "labels"])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", RESIDUAL_CASES)
def test_activation_bytes_are_what_torch_saves_of_one_sample(
    case: str, role: str, more: dict[str, Any]
) -> None:
    """Each tensor once, also one that both paths of a block save."""
    found = residual_design(case, **more)
    network = found.gan.networks[role]
    measured = saved_bytes(built_network(found, role), random_arguments(network, 1))
    assert measured == network.activation_bytes


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", RESIDUAL_CASES)
def test_maps_of_inference_are_the_most_that_torch_has_alive_in_blocks(
    case: str, role: str
) -> None:
    """The input of a block stays until its shortcut has read it."""
    found = residual_design(case)
    network, built = found.gan.networks[role], built_network(found, role)
    predicted = inference_memory(network).sample_bytes
    measured = [most_map_bytes(built, random_arguments(network, batch)) for batch in (1, 3)]
    assert measured == [predicted, 3 * predicted]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", RESIDUAL_CASES)
def test_with_labels_and_spectral_norm_torch_needs_no_more_for_blocks(case: str, role: str) -> None:
    """The maps of one step and the divided weight of another count together, so it may need less."""
    found = residual_design(case, **LABELS)
    network, memory = built_network(found, role), inference_memory(found.gan.networks[role])
    owned = sum(tensor.nbytes for tensor in (*network.parameters(), *network.buffers()))
    measured = owned + most_map_bytes(network, random_arguments(found.gan.networks[role], 4))
    predicted = memory.fixed_bytes + 4 * memory.sample_bytes
    largest = max(weight.nbytes for weight in network.parameters())
    assert predicted - largest - 64 <= measured <= predicted


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", RESIDUAL_CASES)
def test_fixed_bytes_of_training_are_those_of_a_step_of_adam(case: str, role: str) -> None:
    """Weights, gradients, moments and buffers, with labels and spectral norm."""
    found = residual_design(case, **LABELS)
    network = built_network(found, role)
    adam = torch.optim.Adam(network.parameters())
    network(*random_arguments(found.gan.networks[role], 2)).sum().backward()
    adam.step()
    moments = [state[name] for state in adam.state.values() for name in ("exp_avg", "exp_avg_sq")]
    gradients = [weight.grad for weight in network.parameters() if weight.grad is not None]
    tensors = [*network.parameters(), *network.buffers(), *gradients, *moments]
    predicted = training_memory(found.gan.networks[role])
    assert predicted.fixed_bytes == sum(tensor.nbytes for tensor in tensors)
