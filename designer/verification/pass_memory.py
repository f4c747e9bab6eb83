"""Predicted memory of the passes with which the probe compares networks, from the design alone.

In memory at once are the weights, their largest gradient, the maps of the reference and of the source,
and torch's copy of a map for each tap of a convolution in float64.
"""

from __future__ import annotations

from math import prod

from designer.networks import Gan, Network
from designer.networks.network import PlacedModule
from designer.verification.passes import (
    Pass,
    run_passes,
    thin_passes,
    uses_onednn,
)

_FLOAT32_BYTES, _FLOAT64_BYTES = 4, 8


def predicted_pass_bytes(run: Gan, thin: Gan) -> int:
    """Most bytes that the passes of a Gan take, at the width of the run and thin.

    What Python and torch take in any process is not included.
    """
    stages = [_bytes_as_run(network) for network in run.networks.values()]
    stages += [_bytes_thin(network) for network in thin.networks.values()]
    return max(stages)


def _bytes_as_run(network: Network) -> int:
    weights = _FLOAT32_BYTES * network.parameters
    largest = _FLOAT32_BYTES * max(placed.module.parameters for placed in network.placed_modules)
    copied = largest if uses_onednn(network) else 0
    return (
        weights
        + largest
        + copied
        + max(_bytes_of_maps(network, each, _FLOAT32_BYTES) for each in run_passes())
    )


def _bytes_thin(network: Network) -> int:
    passes = thin_passes(network)
    columns = max(_column_elements(placed) for placed in network.placed_modules)
    samples = max(each.batch for each in passes) if len(network.input_map.size) == 3 else 1
    maps = max(_bytes_of_maps(network, each, _FLOAT64_BYTES) for each in passes)
    return _FLOAT64_BYTES * columns * samples + maps


def _bytes_of_maps(network: Network, run: Pass, number_bytes: int) -> int:
    """With gradients, what the source saves and what the reference keeps; else two maps of each."""
    if run.gradients:
        return 2 * run.batch * network.activation_bytes * number_bytes // _FLOAT32_BYTES
    largest = max(placed.after.elements for placed in network.placed_modules)
    return 4 * run.batch * largest * number_bytes


def _column_elements(placed: PlacedModule) -> int:
    """Elements of the matrix of a convolution: one column for each position of its smaller map."""
    settings = placed.module.settings
    if "kernel_size" not in settings or "in_channels" not in settings:
        return 0
    smaller = min(placed.before, placed.after, key=lambda each: prod(each.size))
    larger = max(placed.before, placed.after, key=lambda each: prod(each.size))
    return larger.channels * prod(settings["kernel_size"]) * prod(smaller.size)
