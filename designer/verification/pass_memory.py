"""Predicted memory of every stage of the probe, from the design alone.

In memory at once are the weights, their largest gradient, what a backward pass needs, samples of maps
and, where convolutions in float64 are not computed in blocks, torch's copy of a map for each tap. What
Python and torch take in any process is not included.
"""

from __future__ import annotations

from math import prod

from designer.networks import Gan, Network, PlacedModule
from designer.verification.passes import (
    Pass,
    convolves_in_blocks,
    has_further_measures,
    largest_map_elements,
    padded_bytes,
    run_passes,
    thin_passes,
    uses_onednn,
)

_FLOAT32_BYTES, _FLOAT64_BYTES = 4, 8
_KEPT_BYTES = 2**23
"""Bytes of a map up to which the probe keeps it whole (``tensor_sample``)."""

_LABELS_AT_ONCE = 256
"""Samples of a label lookup (``label_lookups``)."""


def predicted_pass_bytes(run: Gan, thin: Gan) -> int:
    """Most bytes that a stage of the probe takes, at the width of the run and thin."""
    return max(predicted_stage_bytes(run, thin).values())


def predicted_stage_bytes(run: Gan, thin: Gan) -> dict[str, int]:
    """The bytes of each stage; the networks are compared one after the other."""
    found: dict[str, int] = {}
    for role, network in run.networks.items():
        found[f"{role} as run"] = _bytes_as_run(network)
    for role, network in thin.networks.items():
        found[f"{role} thin"] = _bytes_thin(network)
        if has_further_measures(network):
            found[f"{role} second derivatives"] = _bytes_of_second_derivatives(network)
        if network.takes_labels:
            found[f"{role} labels"] = _bytes_of_labels(network)
        found[f"{role} laws"] = _bytes_of_laws(network)
    return found


def _weight_bytes(network: Network, number_bytes: int) -> int:
    """The weights, and the largest gradient of one."""
    largest = max(placed.module.parameters for placed in network.placed_modules)
    return number_bytes * (network.parameters + largest)


def _bytes_as_run(network: Network) -> int:
    largest = max(placed.module.parameters for placed in network.placed_modules)
    padded = max(map(padded_bytes, network.placed_modules))
    copied = _FLOAT32_BYTES * largest + padded if uses_onednn(network) else 0
    passes = (_bytes_of_maps(network, each, _FLOAT32_BYTES) for each in run_passes(network))
    return _weight_bytes(network, _FLOAT32_BYTES) + copied + max(passes)


def _bytes_thin(network: Network) -> int:
    passes = thin_passes(network)
    maps = (_bytes_of_maps(network, each, _FLOAT64_BYTES) for each in passes)
    samples = max(each.batch for each in passes)
    return _weight_bytes(network, _FLOAT64_BYTES) + max(maps) + samples * _column_bytes(network)


def _bytes_of_second_derivatives(network: Network) -> int:
    """A graph of the first derivatives, which holds each saved map and its gradient twice."""
    saved = network.activation_bytes * _FLOAT64_BYTES // _FLOAT32_BYTES
    return 2 * _weight_bytes(network, _FLOAT64_BYTES) + 4 * saved + 2 * _column_bytes(network)


def _bytes_of_labels(network: Network) -> int:
    """The vectors of all labels with two gradients, and the features of some samples, four times."""
    if network.is_conditional:
        return _FLOAT64_BYTES * (network.parameters + _table_elements(network))
    embedding = network.embedding if network.projection is None else network.projection.embedding
    assert embedding is not None, "the network takes labels"
    features = network.joined_map if network.projection is None else network.feature_maps[-1]
    table = 3 * embedding.parameters
    samples = 4 * min(embedding.classes, _LABELS_AT_ONCE) * features.elements
    return _FLOAT64_BYTES * (network.parameters + table + samples)


def _table_elements(network: Network) -> int:
    """Of all tables of conditional norms, three times, and of what these norms make of small maps."""
    placed = [
        part for each in network.placed_modules if each.module.reads_labels for part in each.parts
    ]
    tables = [part.module for part in placed if part.module.of_labels]
    numbers = sum(
        part.before.channels << len(part.before.size) for part in placed if part.before.size
    )
    return 3 * sum(each.parameters for each in tables) + 4 * _LABELS_AT_ONCE * numbers


def _bytes_of_laws(network: Network) -> int:
    """Adjoint pairs, overlap and reach: one sample, and three maps of the largest size."""
    saved = network.activation_bytes * _FLOAT64_BYTES // _FLOAT32_BYTES
    maps = saved + 2 * _FLOAT64_BYTES * largest_map_elements(network)
    return _weight_bytes(network, _FLOAT64_BYTES) + maps + _column_bytes(network)


def _bytes_of_maps(network: Network, run: Pass, number_bytes: int) -> int:
    """Of the reference or of the source: they run one after the other.

    With gradients, what the backward pass needs, what is kept to compare, and two of the largest
    maps; without, four of them.
    """
    largest = run.batch * number_bytes * largest_map_elements(network)
    if not run.gradients:
        return 4 * largest
    saved = sum(_saved_elements(placed) for placed in network.placed_modules)
    saved += network.input_map.elements
    kept = [run.batch * number_bytes * placed.after.elements for placed in network.placed_modules]
    whole = sum(each for each in kept if each <= _KEPT_BYTES)
    return run.batch * number_bytes * saved + whole + 2 * largest


def _saved_elements(placed: PlacedModule) -> int:
    """What the reference saves of a layer: a padded copy of the input of a transposed convolution.

    Of any other layer but a plain convolution, its output, and what it makes inside three times over.
    """
    if "Transpose" in placed.module.torch_class:
        return placed.before.elements
    inner = 3 * placed.module.inner_elements(placed.before)
    return 0 if "kernel_size" in placed.module.settings else placed.after.elements + inner


def _column_bytes(network: Network) -> int:
    """Of one sample in float64, torch's copy of a map for each tap, if it is not made in blocks."""
    if convolves_in_blocks(network):
        return 0
    return _FLOAT64_BYTES * max(map(_column_elements, network.placed_modules))


def _column_elements(placed: PlacedModule) -> int:
    """Elements of the matrix of a convolution: one column for each position of its smaller map."""
    settings = placed.module.settings
    if "kernel_size" not in settings or "in_channels" not in settings:
        return 0
    smaller = min(placed.before, placed.after, key=lambda each: prod(each.size))
    larger = max(placed.before, placed.after, key=lambda each: prod(each.size))
    return larger.channels * prod(settings["kernel_size"]) * prod(smaller.size)
