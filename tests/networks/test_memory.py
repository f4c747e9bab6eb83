"""Memory of a network and its modules, compared with the tensors that torch has alive."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from designer import Design, design
from designer.networks.memory import inference_memory, training_memory
from designer.pipeline.networks_json import network_document
from tests.networks.measured_memory import most_map_bytes

pytestmark = pytest.mark.torch

SMALL = {"base_channels": 8, "latent_dim": 32, "verify": "none"}
CASES: dict[str, dict[str, Any]] = {
    "dcgan": {"size": 64},
    "oblong, one channel": {"size": [28, 40], "channels": 1},
    "signal": {"size": 256, "dimensions": 1},
    "volume": {"size": 16, "dimensions": 3},
    "resize": {"size": 45, "upsampling": "resize"},
    "subpixel": {"size": 32, "upsampling": "subpixel"},
    "instance": {"size": 32, "normalization": "instance"},
    "decoder": {"size": 64, "latent_dim": None, "initial_map": {"channels": 16, "size": [8, 8]}},
    "patch": {"size": 64, "discriminator": {"patch": 34}},
}
SPECTRAL = {"size": 32, "discriminator": {"normalization": "spectral"}}
LABELS = {"size": 32, "classes": 3}


def made(case: dict[str, Any]) -> Design:
    """The design of a case."""
    options = SMALL | case
    size = options.pop("size")
    return design(size, **{name: value for name, value in options.items() if value is not None})


def built(found: Design, role: str) -> nn.Module:
    """A network of torch."""
    network: nn.Module = getattr(found, role)()
    return network


def arguments(found: Design, role: str, batch: int) -> list[torch.Tensor]:
    """Arguments of a network's ``forward``."""
    network = found.gan.networks[role]
    given = [torch.randn(batch, *network.input_map.shape)]
    return [*given, torch.zeros(batch, dtype=torch.int64)] if network.takes_labels else given


@pytest.mark.parametrize("role", ["generator", "discriminator"])
@pytest.mark.parametrize("case", CASES)
def test_maps_of_inference_are_the_most_that_torch_has_alive(case: str, role: str) -> None:
    found = made(CASES[case])
    if role not in found.gan.networks:
        return
    predicted = inference_memory(found.gan.networks[role]).sample_bytes
    assert [
        most_map_bytes(built(found, role), arguments(found, role, batch)) for batch in (1, 3)
    ] == [predicted, 3 * predicted]


@pytest.mark.parametrize("role", ["generator", "discriminator"])
@pytest.mark.parametrize("case", [LABELS, SPECTRAL], ids=["labels", "spectral"])
def test_with_labels_and_spectral_norm_torch_needs_no_more(case: dict[str, Any], role: str) -> None:
    """The maps of one step and the divided weight of another count together, so it may need less."""
    found = made(case)
    memory, network = inference_memory(found.gan.networks[role]), built(found, role)
    owned = sum(tensor.nbytes for tensor in (*network.parameters(), *network.buffers()))
    measured = owned + most_map_bytes(built(found, role), arguments(found, role, 4))
    predicted = memory.fixed_bytes + 4 * memory.sample_bytes
    divided = max(weight.nbytes for weight in network.parameters()) * (case is SPECTRAL)
    assert predicted - divided <= measured <= predicted


@pytest.mark.parametrize("role", ["generator", "discriminator"])
@pytest.mark.parametrize("case", [*CASES, "labels", "spectral"])
def test_fixed_bytes_of_training_are_weights_gradients_moments_and_buffers(
    case: str, role: str
) -> None:
    found = made({**CASES, "labels": LABELS, "spectral": SPECTRAL}[case])
    if role not in found.gan.networks:
        return
    network = built(found, role)
    adam = torch.optim.Adam(network.parameters())
    network(*arguments(found, role, 2)).sum().backward()
    adam.step()
    moments = [state[name] for state in adam.state.values() for name in ("exp_avg", "exp_avg_sq")]
    gradients = [weight.grad for weight in network.parameters() if weight.grad is not None]
    tensors = [*network.parameters(), *network.buffers(), *gradients, *moments]
    predicted = training_memory(found.gan.networks[role])
    assert predicted.fixed_bytes == sum(tensor.nbytes for tensor in tensors)


@pytest.mark.parametrize("role", ["generator", "discriminator"])
@pytest.mark.parametrize("case", [*CASES, "labels", "spectral"])
def test_modules_are_those_that_torch_calls(case: str, role: str) -> None:
    """Hooks see the same names, classes, shapes and numbers of parameters, in this order."""
    found = made({**CASES, "labels": LABELS, "spectral": SPECTRAL}[case])
    if role not in found.gan.networks:
        return
    network = built(found, role)
    called: list[dict[str, Any]] = []

    def note(name: str, module: nn.Module, output: torch.Tensor) -> None:
        shape, weights = list(output.shape[1:]), sum(w.numel() for w in module.parameters())
        kind = type(module).__name__.removeprefix("Parametrized")
        called.append(
            {"name": name, "class_name": kind, "output_shape": shape, "parameters": weights}
        )

    for name, module in network.named_modules():
        if name and "parametrizations" not in name and not isinstance(module, nn.Sequential):
            module.register_forward_hook(lambda m, _, out, name=name: note(name, m, out))
    network(*arguments(found, role, 2))
    rows = network_document(found.gan.networks[role])["modules"]
    assert isinstance(rows, list)
    work = [row.pop("multiply_adds") for row in rows]
    assert rows == called
    assert sum(work) == found.gan.networks[role].multiply_adds
