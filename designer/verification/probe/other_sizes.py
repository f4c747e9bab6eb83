"""A thin decoder or encoder at other sizes, against the formulas of its design, in float64."""

from __future__ import annotations

from functools import partial
from types import ModuleType

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.algebra import FORMULAS
from designer.verification.probe.blocked_convolutions import blocked_convolutions
from designer.verification.probe.layer_laws import largest_difference
from designer.verification.probe.loading import build_network, random_numbers, run_or_error
from designer.verification.probe.reference import ReferenceNetwork
from designer.verification.probe.weights import draw_weights, network_state

_BATCH = 2


def run_at_sizes(
    module: ModuleType, network: dict[str, JsonValue], sizes: list[dict[str, JsonValue]], seed: int
) -> dict[str, JsonValue]:
    """By input size, the size of the output and its largest difference from the formulas."""
    model = build_network(module, network, "thin").double()
    nn.Module.train(model, False)
    draw_weights(network_state(model), sizes[0]["layers"], seed)
    torch.default_generator.manual_seed(seed)
    with blocked_convolutions(network, "thin"), torch.no_grad():
        return {each["size"]: run_or_error(partial(_run_at, model, each)) for each in sizes}


def _run_at(model: nn.Module, described: dict[str, JsonValue]) -> dict[str, JsonValue]:
    reference = ReferenceNetwork(
        rows=described["layers"],
        labels=None,
        output_shape=described["output_shape"],
        functions=FORMULAS,
    )
    given = random_numbers([_BATCH, *described["input_shape"]], torch.float64)
    expected = reference.run(network_state(model), (given,), training=False, keep_all=False).final
    output = model(given.clone())
    return {
        "size": list(output.shape[2:]),
        "difference": largest_difference(output, expected),
    }
