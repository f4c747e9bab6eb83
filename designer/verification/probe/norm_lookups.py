"""Every label, permuted and repeated, in the conditional norms of a network: which gain and bias it gets.

All other layers are replaced by stand-ins and each norm reads a small map, so that as many samples as
there are classes cost little.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.label_lookups import label_lists, lists_apart
from designer.verification.probe.loading import random_input
from designer.verification.probe.reference import LayerRow, ReferenceNetwork
from designer.verification.probe.tensor_sample import tensor_difference, worst_difference
from designer.verification.probe.weights import CONDITIONAL_NORM, label_tables, network_state

_SIDE = 2
"""Positions along each axis of the maps that the norms read."""

Maps = dict[str, torch.Tensor]
"""Maps by the name of the norm that reads or gives them."""


class _StandIn(nn.Module):
    """Takes the place of a layer: gives a number for each sample."""

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return value.new_zeros(len(value), 1)


def measure_norm_lookups(
    model: nn.Module, reference: ReferenceNetwork, network: dict[str, JsonValue], seed: int
) -> dict[str, JsonValue]:
    """Differences of the norms' outputs from the reference in all labels, and in equal ones.

    Compared are also the gradients of the tables; and whether labels outside are refused.
    """
    nn.Module.eval(model)
    classes, state = network["classes"], network_state(model)
    tables = {f"{name}.weight" for name in label_tables(reference.rows)}
    weights = {name: each for name, each in model.named_parameters() if name in tables}
    lists = label_lists(classes, seed)
    apart = lists_apart(weights.values(), len(lists))
    differences: list[float | None] = []
    for index, labels in enumerate(lists):
        maps = _draw_maps(reference.rows, len(labels))
        leaves = {name: each.detach().requires_grad_() for name, each in weights.items()}
        found = _call(model, reference, network, maps, labels)
        expected = {
            name: reference.normalize(state | leaves, name, value, labels)
            for name, value in maps.items()
        }
        differences += [
            tensor_difference(found[name], each.detach()) if name in found else None
            for name, each in expected.items()
        ]
        if found.keys() != expected.keys() or (index % apart and labels is not lists[-1]):
            continue
        cotangents = [torch.randn_like(each) for each in expected.values()]
        outputs = [found[name] for name in expected]
        differences += map(
            tensor_difference,
            torch.autograd.grad(outputs, list(weights.values()), cotangents),
            torch.autograd.grad(list(expected.values()), list(leaves.values()), cotangents),
        )
    return {
        "labels": worst_difference(differences),
        "refused": all(
            _is_refused(model, reference, network, label) for label in (-1, classes, classes + 1)
        ),
    }


def _draw_maps(rows: list[LayerRow], samples: int) -> Maps:
    """A small map for each norm."""
    norms = {name: settings for name, kind, settings in rows if kind == CONDITIONAL_NORM}
    channels = {
        name: settings["num_features"] for name, _, settings in rows if "num_features" in settings
    }
    return {
        name: torch.randn(
            samples, channels[f"{name}.norm"], *[_SIDE] * len(settings["input_size"])
        ).double()
        for name, settings in norms.items()
    }


def _is_refused(
    model: nn.Module, reference: ReferenceNetwork, network: dict[str, JsonValue], label: int
) -> bool:
    """Whether a label raises an ``IndexError``, as a lookup does."""
    try:
        _call(model, reference, network, _draw_maps(reference.rows, 1), torch.tensor([label]))
    except IndexError:
        return True
    return False


def _call(
    model: nn.Module,
    reference: ReferenceNetwork,
    network: dict[str, JsonValue],
    maps: Maps,
    labels: torch.Tensor,
) -> Maps:
    """What each norm makes of its map in a call of the network with these labels."""
    found: Maps = {}
    latent = random_input(network, "thin", len(labels), torch.float64)
    with _replaced_layers(model, reference.rows, maps), _recorded_norms(model, maps, found):
        model(latent, labels)
    return found


@contextmanager
def _replaced_layers(model: nn.Module, rows: list[LayerRow], maps: Maps) -> Iterator[None]:
    """All layers but the norms of these maps are stand-ins."""
    kept = tuple(f"{name}." for name in maps)
    names = [name for name, _, _ in rows if name not in maps and not name.startswith(kept)]
    inside = [name for name in names if any(name.startswith(f"{other}.") for other in names)]
    replaced: list[tuple[nn.Module, str, nn.Module]] = []
    try:
        for name in (each for each in names if each not in inside):
            home, _, key = name.rpartition(".")
            parent = model.get_submodule(home)
            replaced.append((parent, key, model.get_submodule(name)))
            parent._modules[key] = _StandIn()
        yield
    finally:
        for parent, key, layer in replaced:
            parent._modules[key] = layer


@contextmanager
def _recorded_norms(model: nn.Module, maps: Maps, found: Maps) -> Iterator[None]:
    """Each norm reads its map instead of what it is given; what it makes of it is recorded."""

    def give(
        name: str, _norm: nn.Module, given: tuple[torch.Tensor, ...]
    ) -> tuple[torch.Tensor, ...]:
        return (maps[name], *given[1:])

    def record(name: str, _norm: nn.Module, _given: object, output: torch.Tensor) -> torch.Tensor:
        found[name] = output
        return output.new_zeros(len(output), 1)

    norms = [(name, model.get_submodule(name)) for name in maps]
    handles = [
        handle
        for name, norm in norms
        for handle in (
            norm.register_forward_pre_hook(partial(give, name)),
            norm.register_forward_hook(partial(record, name)),
        )
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
