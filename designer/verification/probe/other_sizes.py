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
        run = partial(_run_at, model, network["skips"])
        return {each["size"]: run_or_error(partial(run, each)) for each in sizes}


def refuse_sizes(
    module: ModuleType, network: dict[str, JsonValue], sizes: list[list[int]]
) -> dict[str, JsonValue]:
    """By input size, the error with which the network refuses it, None if it takes it."""
    model = build_network(module, network, "thin")
    nn.Module.train(model, False)
    channels = network["input_shape"]["thin"][0]
    found: dict[str, JsonValue] = {}
    with torch.no_grad():
        for size in sizes:
            name = "×".join(map(str, size))
            found[name] = None
            try:
                model(torch.zeros(1, channels, *size))
            except ValueError as error:
                names_both = all(str(side) in str(error) for side in size)
                found[name] = "ValueError" if names_both else str(error)
    return found


def _run_at(
    model: nn.Module, skips: JsonValue, described: dict[str, JsonValue]
) -> dict[str, JsonValue]:
    reference = ReferenceNetwork(
        rows=described["layers"],
        labels=None,
        output_shape=described["output_shape"],
        functions=FORMULAS,
        skips=skips,
    )
    given = random_numbers([_BATCH, *described["input_shape"]], torch.float64)
    expected = reference.run(network_state(model), (given,), training=False, keep_all=False).final
    output = model(given.clone())
    return {
        "size": list(output.shape[2:]),
        "difference": largest_difference(output, expected),
    }
