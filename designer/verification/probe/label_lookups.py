"""Every label, permuted and repeated: which vector is looked up, and what is made of it.

The part of the network between input and labels is replaced by a stand-in, so that as many samples
as there are classes cost little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import ceil

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.algebra import State
from designer.verification.probe.loading import random_input
from designer.verification.probe.reference import SCORED, ReferenceNetwork
from designer.verification.probe.tensor_sample import tensor_difference, worst_difference
from designer.verification.probe.weights import network_state

_CHUNK = 256
_DIFFERENTIATED = 2**29
"""Numbers of all gradients that are taken: each is of the vectors of all labels."""

_REPEATED = 3


class _StandIn(nn.Module):
    """Takes the place of ``main``: keeps its input and returns given features."""

    def __init__(self, features: torch.Tensor) -> None:
        super().__init__()
        self.features = features
        self.received = features

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        self.received = value
        return self.features


def measure_label_lookups(
    model: nn.Module, reference: ReferenceNetwork, network: dict[str, JsonValue], seed: int
) -> dict[str, JsonValue]:
    """Differences from the reference in all labels, and in equal ones; whether others are refused.

    Compared are ``main``'s input or the network's output, and the gradient of the labels' vectors.
    """
    nn.Module.eval(model)
    classes = network["classes"]
    embedding = dict(nn.Module.named_parameters(model.get_submodule("embedding")))
    weights = {f"embedding.{name}": each for name, each in embedding.items()}
    differences: list[float | None] = []
    parts = label_lists(classes, seed)
    apart = lists_apart(embedding.values(), len(parts))
    for index, part in enumerate(parts):
        leaves = {name: each.detach().requires_grad_() for name, each in weights.items()}
        given, features = _draw_inputs(reference, network, len(part))
        output = _call(model, reference, given, features, part)
        expected = _expect(reference, network_state(model) | leaves, given, features, part)
        differences.append(tensor_difference(output, expected.detach()))
        if index % apart and part is not parts[-1]:
            continue
        cotangent = torch.randn_like(expected)
        found = torch.autograd.grad(output, list(weights.values()), cotangent)
        wanted = torch.autograd.grad(expected, list(leaves.values()), cotangent)
        differences += map(tensor_difference, found, wanted)
    return {
        "labels": worst_difference(differences),
        "refused": all(
            _is_refused(model, reference, network, label) for label in (-1, classes, classes + 1)
        ),
    }


def label_lists(classes: int, seed: int) -> tuple[torch.Tensor, ...]:
    """All labels, permuted and some of them repeated, a few at a time; then one alone, repeated."""
    labels = torch.randperm(classes, generator=torch.Generator().manual_seed(seed))
    repeated = labels.flip(0)[:_REPEATED]
    labels = torch.cat([labels, repeated, repeated[:1]])  # another list in reverse
    return (*torch.split(labels, _CHUNK), labels[:1].repeat(_REPEATED))


def lists_apart(tables: Iterable[torch.Tensor], lists: int) -> int:
    """Of how many lists one is differentiated, so that all gradients have not too many numbers."""
    return ceil(sum(each.numel() for each in tables) * lists / _DIFFERENTIATED)


def _is_refused(
    model: nn.Module, reference: ReferenceNetwork, network: dict[str, JsonValue], label: int
) -> bool:
    """Whether a label raises an ``IndexError``, as a lookup does."""
    try:
        _call(model, reference, *_draw_inputs(reference, network, 1), torch.tensor([label]))
    except IndexError:
        return True
    return False


def _draw_inputs(
    reference: ReferenceNetwork, network: dict[str, JsonValue], count: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The network's input, and what the stand-in for ``main`` returns."""
    if reference.labels == "joined":
        latent = random_input(network, "thin", count, torch.float64)
        return latent, torch.zeros(()).double().expand(count, *reference.output_shape)
    head = next(settings for name, _, settings in reference.rows if name == "head")
    image = torch.zeros(1, *network["input_shape"]["thin"]).double()
    channels = head["in_channels"] if "in_channels" in head else head["in_features"]
    features = torch.randn(count, channels, *head["input_size"]).double()
    return image.expand(count, *image.shape[1:]), features


def _call(
    model: nn.Module,
    reference: ReferenceNetwork,
    given: torch.Tensor,
    features: torch.Tensor,
    labels: torch.Tensor,
) -> torch.Tensor:
    """The input of ``main``, if labels are joined to it, or the output for given features."""
    with _replaced_main(model, features) as stand_in:
        output: torch.Tensor = model(given, labels)
    return stand_in.received if reference.labels == "joined" else output


def _expect(
    reference: ReferenceNetwork,
    state: State,
    given: torch.Tensor,
    features: torch.Tensor,
    labels: torch.Tensor,
) -> torch.Tensor:
    """The same of the reference."""
    if reference.labels in SCORED:
        return reference.score(state, features, labels)
    vectors = state["embedding.weight"][labels]
    return torch.cat([given, vectors.reshape(given.shape)], 1)


@contextmanager
def _replaced_main(model: nn.Module, features: torch.Tensor) -> Iterator[_StandIn]:
    main, stand_in = model.get_submodule("main"), _StandIn(features)
    model._modules["main"] = stand_in
    try:
        yield stand_in
    finally:
        model._modules["main"] = main
