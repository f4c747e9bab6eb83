"""Every label, permuted and repeated: which vector is looked up, and what is made of it.

The part of the network between input and labels is replaced by a stand-in, so that as many samples
as there are classes cost little.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.loading import random_input
from designer.verification.probe.reference import ReferenceNetwork
from designer.verification.probe.tensor_sample import tensor_difference
from designer.verification.probe.weights import network_state

_CHUNK = 512
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
) -> dict[str, float | None]:
    """Differences from the reference in all labels: of ``main``'s input or the network's output."""
    nn.Module.eval(model)
    random = torch.Generator().manual_seed(seed)
    labels = torch.randperm(network["classes"], generator=random)
    labels = torch.cat([labels, labels[:1].expand(_REPEATED)])
    measure = {"joined": _joined, "projected": _projected}[network["labels"]]
    with torch.no_grad():
        parts = [measure(model, reference, network, part) for part in torch.split(labels, _CHUNK)]
    return {"labels": None if None in parts else max(part or 0.0 for part in parts)}


def _joined(
    model: nn.Module,
    reference: ReferenceNetwork,
    network: dict[str, JsonValue],
    labels: torch.Tensor,
) -> float | None:
    """The input of ``main`` is the latent vector and the label's vector."""
    latent = random_input(network, "thin", len(labels), torch.float64)
    features = torch.zeros(()).double().expand(len(labels), *reference.output_shape)
    with _replaced_main(model, features) as stand_in:
        model(latent, labels)
    vectors = network_state(model)["embedding.weight"][labels]
    expected = torch.cat([latent, vectors.reshape(latent.shape)], 1)
    return tensor_difference(stand_in.received, expected)


def _projected(
    model: nn.Module,
    reference: ReferenceNetwork,
    network: dict[str, JsonValue],
    labels: torch.Tensor,
) -> float | None:
    """The output for given features."""
    head = next(settings for name, _, settings in reference.rows if name == "head")
    features = torch.randn(len(labels), head["in_channels"], *head["input_size"]).double()
    image = torch.zeros(1, *network["input_shape"]["thin"]).double()
    with _replaced_main(model, features):
        output = model(image.expand(len(labels), *image.shape[1:]), labels)
    return tensor_difference(output, reference.score(network_state(model), features, labels))


@contextmanager
def _replaced_main(model: nn.Module, features: torch.Tensor) -> Iterator[_StandIn]:
    main, stand_in = model.get_submodule("main"), _StandIn(features)
    model._modules["main"] = stand_in
    try:
        yield stand_in
    finally:
        model._modules["main"] = main
