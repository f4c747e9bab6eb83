"""Measurements of calls: side effects, independence of the batch, use of the random seed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import ModuleType

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.layer_laws import largest_difference, thin_network
from designer.verification.probe.loading import (
    ForwardArguments,
    build_network,
    forward_arguments,
    random_input,
)

_SAMPLES = 3
_ROUNDING = 1e-10


def measure_call_behaviour(
    module: ModuleType, network: dict[str, JsonValue], seed: int
) -> dict[str, bool]:
    """For each rule of calls, whether the network obeys it."""
    model = thin_network(module, network, seed)
    given = forward_arguments(network, random_input(network, "thin", _SAMPLES, torch.float64))
    found = _call_effects(model.eval(), given, model.state_dict())
    trained = _call_effects(model.train(), given, dict(model.named_parameters()))
    found = {rule: kept and trained[rule] for rule, kept in found.items()}
    model.eval()
    return {
        **found,
        "answers_each_sample_by_itself": _is_batch_independent(model, network, given),
        "gives_what_main_gives": _matches_main(module, network),
        "draws_other_weights_from_another_seed": _depends_on_seed(module, network, seed),
    }


def _call_effects(
    model: nn.Module, given: ForwardArguments, weights: dict[str, torch.Tensor]
) -> dict[str, bool]:
    """Whether a call leaves unchanged its input, ``weights``, the mode and torch's random state."""
    before = {name: weight.detach().clone() for name, weight in weights.items()}
    copies = tuple(value.clone() for value in given)
    training, random = model.training, torch.get_rng_state()
    with torch.no_grad():
        model(*copies)
    return {
        "keeps_its_input": all(map(torch.equal, copies, given)),
        "keeps_its_weights": all(torch.equal(weights[name], old) for name, old in before.items()),
        "keeps_its_mode": all(layer.training is training for layer in model.modules()),
        "draws_no_random_numbers": torch.equal(torch.get_rng_state(), random),
    }


def _is_batch_independent(
    model: nn.Module, network: dict[str, JsonValue], given: ForwardArguments
) -> bool:
    """Whether, in evaluation, a sample has the same output alone as in a batch, in its shape."""
    with torch.no_grad():
        together = model(*given)
        alone = [model(*(value[index : index + 1] for value in given)) for index in range(_SAMPLES)]
    shape = torch.Size((1, *network["output_shape"]))
    return all(
        one.shape == shape
        and (largest_difference(one, together[index : index + 1]) or 0.0) <= _ROUNDING
        for index, one in enumerate(alone)
    )


def _matches_main(module: ModuleType, network: dict[str, JsonValue]) -> bool:
    """Whether, at the width of the run, ``main`` gets the input and its output is returned.

    A label's vector may be joined to the input; a projection adds to the output of ``main``.
    """
    model = build_network(module, network, "run").eval()
    value = random_input(network, "run", 1)
    seen: list[torch.Tensor] = []
    record: Callable[..., None] = partial(_record_call, seen)
    with model.get_submodule("main").register_forward_hook(record), torch.no_grad():
        answer = model(*forward_arguments(network, value))
    if len(seen) != 2:
        return False
    taken = seen[0][:, : value.shape[1]] if network["labels"] == "joined" else seen[0]
    given = seen[1].flatten() if network["labels"] != "projected" else answer.flatten()
    return torch.equal(taken, value) and torch.equal(given, answer.flatten())


def _record_call(
    seen: list[torch.Tensor],
    _main: nn.Module,
    given: tuple[torch.Tensor, ...],
    output: torch.Tensor,
) -> None:
    seen += [given[0].clone(), output.clone()]


def _depends_on_seed(module: ModuleType, network: dict[str, JsonValue], seed: int) -> bool:
    """Whether every weight tensor that is not constant differs between two seeds."""
    drawn = []
    for other in (seed, seed + 1):
        torch.manual_seed(other)
        drawn.append(build_network(module, network, "thin").apply(module.weights_init))
    pairs = zip(*(model.parameters() for model in drawn), strict=True)
    return not any(
        torch.equal(one, two) and bool((one != one.flatten()[0]).any()) for one, two in pairs
    )
