"""Gradients of gradients of a thin network, as a gradient penalty takes them, and what else is rare.

A second backward pass through one graph, and one whose cotangent has no numbers.

The reference calls torch's functions, whose second derivatives torch defines.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.pass_results import pass_arguments, reference_of
from designer.verification.probe.tensor_sample import (
    LEAST_SCALE,
    relative_difference,
    worst_difference,
)
from designer.verification.probe.torch_calls import CALLS
from designer.verification.probe.weights import network_state


def measure_second_derivatives(
    model: nn.Module, network: dict[str, JsonValue]
) -> dict[str, float | None]:
    """The largest difference from the reference, for one sample in training; buffers are restored."""
    nn.Module.train(model)
    given, *labels = pass_arguments(network, "thin", 1, torch.float64)
    directions = (
        torch.randn(1, *network["output_shape"]["thin"], dtype=torch.float64),
        torch.randn_like(given),
    )
    state = network_state(model)
    kept = {name: tensor.clone() for name, tensor in nn.Module.named_buffers(model)}
    leaf = given.clone().requires_grad_()
    weights = {
        name: state[name].clone().requires_grad_() for name, _ in nn.Module.named_parameters(model)
    }
    reference = reference_of(network, "thin", CALLS)
    trace = reference.run(state | kept | weights, (leaf, *labels), training=True, keep_all=False)
    expected_first = _first_gradients(trace.final, leaf, directions[0])
    expected = _second_gradients(trace.final, leaf, weights, directions)
    leaf = given.clone().requires_grad_()
    output = model(leaf, *labels)
    found_first = _first_gradients(output, leaf, directions[0])
    found = _second_gradients(output, leaf, dict(nn.Module.named_parameters(model)), directions)
    with torch.no_grad():
        for name, tensor in kept.items():
            state[name].copy_(tensor)
    scale = LEAST_SCALE * max(float(each.abs().max()) for each in expected.values())
    return {
        "second derivatives": worst_difference(
            relative_difference(found[name], each, scale) for name, each in expected.items()
        ),
        **{
            name: _difference_and_places(found_first[name], each)
            for name, each in expected_first.items()
        },
    }


def _first_gradients(
    output: torch.Tensor, leaf: torch.Tensor, cotangent: torch.Tensor
) -> dict[str, torch.Tensor]:
    """Gradients of the input from two backward passes through one graph, first of a loss that is NaN."""
    (none,) = torch.autograd.grad(output, leaf, cotangent * torch.nan, retain_graph=True)
    (again,) = torch.autograd.grad(output, leaf, cotangent, retain_graph=True)
    return {"again": again, "not a number": none}


def _difference_and_places(found: torch.Tensor, expected: torch.Tensor) -> float | None:
    """The relative difference; None unless the same places hold no number."""
    if not torch.equal(found.isnan(), expected.isnan()):
        return None
    return relative_difference(found.nan_to_num(), expected.nan_to_num())


def _second_gradients(
    output: torch.Tensor,
    leaf: torch.Tensor,
    weights: Mapping[str, torch.Tensor],
    directions: tuple[torch.Tensor, torch.Tensor],
) -> dict[str, torch.Tensor]:
    """Gradients of the input's gradient along a direction: of weights, input and cotangent."""
    cotangent = directions[0].clone().requires_grad_()
    (first,) = torch.autograd.grad(output, leaf, cotangent, create_graph=True)
    leaves = {**weights, "input": leaf, "cotangent": cotangent}
    found = torch.autograd.grad(first, list(leaves.values()), directions[1], allow_unused=True)
    return {
        name: torch.zeros_like(each) if gradient is None else gradient
        for (name, each), gradient in zip(leaves.items(), found, strict=True)
    }
