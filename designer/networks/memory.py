"""Memory that a network needs in torch: bytes for any batch, and bytes for each sample of it.

Counted are the tensors of the network in float32. What torch takes besides (its library, the
workspace of a convolution, the gradients of maps during a backward pass) is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from designer.networks.blocks import PlacedModule, PlacedPaths
from designer.networks.encoder_decoder import EncoderDecoder
from designer.networks.map_elements import block_elements, step_elements
from designer.networks.network import Network
from designer.networks.skip_memory import most_elements_with_skips

_FLOAT32_BYTES = 4
_TRAINED_COPIES = 4
"""Tensors as large as a weight when Adam trains it: itself, its gradient and two moments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """``fixed_bytes`` for any batch, ``sample_bytes`` for each sample."""

    fixed_bytes: int
    sample_bytes: int


def inference_memory(network: Network) -> Memory:
    """Weights and buffers; the input and, where they take most, the maps before and after a module.

    A spectral norm divides a copy of the largest weight. A module that works in place has one map.

    >>> from designer import design
    >>> inference_memory(design(64, verify="none").gan.generator)
    Memory(fixed_bytes=14314528, sample_bytes=524688)
    """
    divided = [each.module.weights[0] for each in network.placed_modules if each.module.spectral]
    copied = _FLOAT32_BYTES * max(divided, default=0)
    return Memory(
        fixed_bytes=_FLOAT32_BYTES * network.parameters + _buffer_bytes(network) + copied,
        sample_bytes=_FLOAT32_BYTES * _most_elements(network),
    )


def training_memory(network: Network) -> Memory:
    """Weights with their gradients and Adam's moments, and buffers; what a backward pass needs.

    >>> from designer import design
    >>> training_memory(design(64, verify="none").gan.generator)
    Memory(fixed_bytes=57234976, sample_bytes=1047952)
    """
    trained = _TRAINED_COPIES * _FLOAT32_BYTES * network.parameters
    return Memory(
        fixed_bytes=trained + _buffer_bytes(network), sample_bytes=network.activation_bytes
    )


def _buffer_bytes(network: Network) -> int:
    return sum(placed.module.buffer_bytes for placed in network.placed_modules)


def _most_elements(network: Network) -> int:
    if isinstance(network, EncoderDecoder):
        return most_elements_with_skips(network)
    return _most_map_elements(network)


def _most_map_elements(network: Network) -> int:
    """Elements of the input, which the caller keeps, and of the two maps of the largest step."""
    given = network.input_map.elements
    if network.embedding is not None:
        given += network.embedding.dim + network.joined_map.elements
    steps = [step_elements(placed) for placed in _last_path(network)]
    for entry in network.main:
        if isinstance(entry, PlacedPaths):
            kept = 0 if entry is network.main[0] else entry.before.elements
            steps += block_elements(entry, kept)
    first = network.placed_modules[0 if network.embedding is None else 1]
    return given + max([*steps, 0 if first.module.in_place else first.after.elements])


def _last_path(network: Network) -> list[PlacedModule]:
    """The modules between input and output, without the first one, whose input is counted apart."""
    return [each for each in network.longest_path if not each.module.of_labels][1:]
