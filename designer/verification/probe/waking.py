"""Parameters without a gradient at step 0, and whether the first step gives them one."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.algebra import FORMULAS
from designer.verification.probe.blocked_convolutions import blocked_convolutions
from designer.verification.probe.loading import ForwardArguments, build_network
from designer.verification.probe.network_parts import parts_of
from designer.verification.probe.pass_results import pass_arguments, reference_of
from designer.verification.probe.weights import fit_weights, network_state

_STEP = 1e-3
"""Largest change of a weight in the step."""


def measure_waking(
    module: ModuleType, network: dict[str, JsonValue], seed: int
) -> dict[str, JsonValue]:
    """The parameters whose gradient is zero, in containers with a weight that ``weights_init`` sets to zero.

    ``at_start`` are those at step 0, ``after_step`` those after a step of gradient descent. Other
    weights are fitted, so that no rectifier stops all gradients of a thin network.
    """
    with blocked_convolutions(network, "thin"):
        torch.default_generator.manual_seed(seed)
        model = build_network(module, network, "thin").double()
        batch = 2 if network["further_measures"] else 1
        given = pass_arguments(network, "thin", batch, torch.float64, within_range=True)
        reference = reference_of(network, "thin", FORMULAS)
        fit_weights(network_state(model), reference, given, seed)
        _copy_from_initial(module, model, network["starting_zeros"].values())
        start = _gradients(model.train(), given)
        largest = max(float(gradient.abs().max()) for gradient in start.values()) or 1.0
        with torch.no_grad():
            for name, weight in parts_of(model).weights.items():
                weight -= start[name] * (_STEP / largest)
        after = _gradients(model, given)
    alone = {name for name, gradient in after.items() if _is_one_divided_number(name, gradient)}
    woken = {name: gradient for name, gradient in after.items() if name not in alone}
    return {"at_start": _silent(start, network), "after_step": _silent(woken, network)}


def _copy_from_initial(module: ModuleType, model: nn.Module, names: Iterable[str]) -> None:
    """Give these weights of a network the numbers that ``weights_init`` gives them."""
    fitted = {name: weight.detach().clone() for name, weight in parts_of(model).weights.items()}
    model.apply(module.weights_init)
    with torch.no_grad():
        for name, weight in parts_of(model).weights.items():
            if name not in names:
                weight.copy_(fitted[name])


def _gradients(model: nn.Module, given: ForwardArguments) -> dict[str, torch.Tensor]:
    """The gradient of every parameter for a random cotangent."""
    weights = parts_of(model).weights
    output = model(*given)
    found = torch.autograd.grad(output, list(weights.values()), torch.randn_like(output))
    return dict(zip(weights, found, strict=True))


def _is_one_divided_number(name: str, gradient: torch.Tensor) -> bool:
    """Whether a weight is a single number with spectral norm, which makes one or minus one of it."""
    return name.endswith("original") and gradient.numel() == 1


def _silent(gradients: dict[str, torch.Tensor], network: dict[str, JsonValue]) -> list[str]:
    inside = tuple(f"{name}." for name in network["starting_zeros"])
    return sorted(
        name
        for name, gradient in gradients.items()
        if name.startswith(inside) and not gradient.any()
    )
