"""Predictions for the layers of a network: settings and sizes."""

from __future__ import annotations

from designer.networks import Network
from designer.validation.json_readers import JsonValue
from designer.verification.overlap_prediction import inner_region


def predicted_layers(network: Network) -> list[list[JsonValue]]:
    """The modules in order: name, class, and settings under torch's names."""
    return [[p.name, p.module.torch_class, p.module.settings] for p in network.torch_modules]


def predicted_shapes(network: Network, batch: int) -> list[list[JsonValue]]:
    """The output of each module in order: name, and shape with the batch axis."""
    return [[placed.name, [batch, *placed.after.shape]] for placed in network.torch_modules]


def layers_with_sizes(network: Network) -> list[list[JsonValue]]:
    """The modules as ``predicted_layers``, their settings with the sizes before and after them."""
    layers = predicted_layers(network)
    windows = {p.name: c.windows for p, c in network.convolutions if c.transposed}
    for row, placed in zip(layers, network.torch_modules, strict=True):
        row[2] |= {"input_size": list(placed.before.size), "output_size": list(placed.after.size)}
        row[2] |= placed.module.call_settings
        if placed.name in windows:
            row[2]["inner"] = inner_region(windows[placed.name], placed.before.size)
    return layers
