"""The calls with which a network is compared with its design, thin and at the width of the run.

A pass is in training or evaluation, of one to five samples, and calls the network with gradients
and then without, or only without. A small network runs all of them; a large one runs a few that
contain both modes, every batch and both states of gradients; a huge one, one of each mode. The
largest ones see two samples at the width of the run alone: in float64, torch copies a map once for
each tap of a convolution.
"""

from __future__ import annotations

from math import ceil, prod
from typing import NamedTuple

from designer.networks import Network, PlacedModule

_LARGEST_BATCH = 5


class Pass(NamedTuple):
    """Calls in one mode with one batch: with gradients and then without, or only without.

    ``weights_alone``: also with gradients of the weights but not of the input, as in training.
    ``inference``: what is called without gradients is called in torch's inference mode.
    ``within_range``: all numbers of the input lie between −1 and 1, as those of pictures do.

    >>> str(Pass(training=False, batch=5, gradients=False))
    'evaluation, batch 5, no gradients'
    """

    training: bool
    batch: int
    gradients: bool
    weights_alone: bool = False
    inference: bool = False
    within_range: bool = False

    @property
    def has_equal_cotangents(self) -> bool:
        """Whether the cotangent is that of a sum over samples and pixels, instead of a random one."""
        return not self.training and self.batch == _LARGEST_BATCH

    def __str__(self) -> str:
        mode = "training" if self.training else "evaluation"
        return f"{mode}, batch {self.batch}{'' if self.gradients else ', no gradients'}"


_THIN = (
    Pass(True, 3, True, True),
    Pass(True, 1, True),
    Pass(True, 5, True),
    *(Pass(False, batch, True, within_range=batch < 5) for batch in (1, 3, 5)),
    Pass(True, 2, False),
    Pass(False, 4, False, inference=True),
)
_LARGE_THIN = (
    Pass(False, 3, True, inference=True, within_range=True),
    Pass(True, 1, True, True),
    Pass(True, 5, False),
)
_HUGE_THIN = (Pass(True, 1, True), Pass(False, 2, False, inference=True))
_LARGEST_THIN = (Pass(True, 1, True), Pass(False, 1, False, inference=True))
_RUN = (Pass(True, 1, True), Pass(False, 2, False))
_LARGEST_RUN = (Pass(True, 1, True), Pass(False, 1, False))

_LARGE_BYTES, _HUGE_BYTES, _LARGEST_BYTES = 2**18, 2**21, 24 * 2**20
"""Bytes of a network's maps above which it counts as large, huge, or one of the largest."""

_FLOAT32_BYTES = 4
_WEIGHTS_PER_ACTIVATION = 8
"""Bytes of weights per byte of activations above which oneDNN is not used."""

_CHANNELS, _LARGEST_PADDED_BYTES = 16, 2**27
"""Channels of a block of oneDNN, and bytes of such copies of a layer above which it is not used."""


def thin_passes(network: Network) -> tuple[Pass, ...]:
    """The passes of a thin network, in float64."""
    size = _map_bytes(network)
    tiers = (
        (_LARGEST_BYTES, _LARGEST_THIN),
        (_HUGE_BYTES, _HUGE_THIN),
        (_LARGE_BYTES, _LARGE_THIN),
    )
    return next((passes for least, passes in tiers if size > least), _THIN)


def largest_map_elements(network: Network) -> int:
    """Numbers of the largest map of one sample, or of what a module makes inside."""
    return max(
        max(
            placed.before.elements,
            placed.after.elements,
            placed.module.inner_elements(placed.before),
        )
        for placed in network.placed_modules
    )


def _map_bytes(network: Network) -> int:
    """Of the activations, or of the largest map: an output without an activation is none of them."""
    return max(network.activation_bytes, _FLOAT32_BYTES * largest_map_elements(network))


def has_further_measures(network: Network) -> bool:
    """Whether second derivatives and extreme inputs of a thin network are measured: unless it is huge."""
    return network.activation_bytes <= _HUGE_BYTES


def convolves_in_blocks(network: Network) -> bool:
    """Whether the convolutions of a thin network are computed in blocks: if it is large."""
    return network.activation_bytes > _LARGE_BYTES


def run_passes(network: Network) -> tuple[Pass, ...]:
    """The passes at the width of the run, in float32; the first is a training pass."""
    return _LARGEST_RUN if _map_bytes(network) > _LARGEST_BYTES else _RUN


def uses_onednn(network: Network) -> bool:
    """Whether torch may use oneDNN at the width of the run.

    It copies weights into a memory layout of its own, which takes their memory twice, and if there
    are few positions to apply them to, more time than it saves. It fills channels up to a multiple
    of 16, which takes a large map of few channels several times.
    """
    if max(map(padded_bytes, network.placed_modules)) > _LARGEST_PADDED_BYTES:
        return False
    return _FLOAT32_BYTES * network.parameters <= _WEIGHTS_PER_ACTIVATION * network.activation_bytes


def padded_bytes(placed: PlacedModule) -> int:
    """Bytes of the input and output of a convolution of one sample, in oneDNN's blocks of channels."""
    if "in_channels" not in placed.module.settings:
        return 0
    return sum(
        _FLOAT32_BYTES * _CHANNELS * ceil(each.channels / _CHANNELS) * prod(each.size)
        for each in (placed.before, placed.after)
    )
