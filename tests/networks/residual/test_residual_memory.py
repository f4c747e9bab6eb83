"""Memory of residual networks, compared with the tensors that torch saves and has alive."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.autograd.graph import saved_tensors_hooks

from designer import Design
from designer.networks.memory import inference_memory, training_memory
from tests.networks.residual.residual_designs import (
    RESIDUAL_CASES,
    built_network,
    random_arguments,
    residual_design,
)
from tests.networks.test_memory import live_bytes

pytestmark = pytest.mark.torch

ROLES = ["generator", "discriminator"]
SPECTRAL = {"discriminator": {"normalization": "spectral"}}
LABELS = {"classes": 3, **SPECTRAL}


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


@pytest.mark.parametrize("more", [{}, SPECTRAL, LABELS], ids=["batch", "spectral", "labels"])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", RESIDUAL_CASES)
def test_activation_bytes_are_what_torch_saves_of_one_sample(
    case: str, role: str, more: dict[str, Any]
) -> None:
    """Each tensor once, also one that both paths of a block save."""
    found = residual_design(case, **more)
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
@pytest.mark.parametrize("case", RESIDUAL_CASES)
def test_maps_of_inference_are_the_most_that_torch_has_alive_in_blocks(
    case: str, role: str
) -> None:
    """The input of a block stays until its shortcut has read it."""
    found = residual_design(case)
    predicted = inference_memory(found.gan.networks[role]).sample_bytes
    assert [most_bytes(found, role, batch) for batch in (1, 3)] == [predicted, 3 * predicted]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", RESIDUAL_CASES)
def test_with_labels_and_spectral_norm_torch_needs_no_more_for_blocks(case: str, role: str) -> None:
    """The maps of one step and the divided weight of another count together, so it may need less."""
    found = residual_design(case, **LABELS)
    network, memory = built_network(found, role), inference_memory(found.gan.networks[role])
    owned = sum(tensor.nbytes for tensor in (*network.parameters(), *network.buffers()))
    measured = owned + most_bytes(found, role, 4)
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
