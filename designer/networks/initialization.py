"""Variances of the weights of a network, by the fan-in of each layer.

The second moment q of a map becomes q·fan·σ² in a convolution, and q·g in the activation after it:
with σ² = 1/(g·fan) it stays what it is (He et al., "Delving Deep into Rectifiers", arXiv:1502.01852;
the fan-in of a transposed layer is the exact one, which torch's ``nn.init`` does not compute).
Spectral norm divides by any scale of a weight, so its weights are drawn as DCGAN's.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from designer.brief.initialization import Initialization, Initializations
from designer.geometry.layers import Size
from designer.networks.blocks import Block
from designer.networks.network import Network

QUIET_SCALE = 0.1
"""Deviation of a picture before its activation, if that of the generator's input is one.

A fit of fixed pairs of latent vectors and pictures chose it: ``benchmarks/initialisation.py``.
"""

LAST_SCALES = {"generator": QUIET_SCALE}
"""Deviation of a network's last layer, if that of its input is one; one for other networks."""


def initialize_network(network: Network, initializations: Initializations) -> Network:
    """The network with the deviations of its weights; without ``variance`` they remain DCGAN's.

    Those of residual blocks have been chosen with the blocks.
    """
    if network.is_residual or not is_drawn_by_fan_in(network, initializations):
        return network
    last = LAST_SCALES.get(network.class_name.lower(), 1.0) ** 2
    projection = network.projection
    if projection is not None:
        projection = replace(
            projection,
            head=projection.head.drawn_by_fan_in(network.feature_maps[-1].size, last),
            embedding=projection.embedding.drawn_by_fan_in((), last),
        )
    drawn = network.with_blocks(partial(_drawn_by_fan_in, last=last))
    return replace(drawn, projection=projection)


def is_drawn_by_fan_in(network: Network, initializations: Initializations) -> bool:
    """Whether the deviations of its weights are other than DCGAN's."""
    initialization = initializations.of(network.class_name.lower())
    return initialization is Initialization.VARIANCE and not network.spectral


def _drawn_by_fan_in(block: Block, size: Size, last: float) -> Block:
    """The block with the variance that its rectifier asks for, or ``last`` without one.

    A block that reads a sum of two maps reads twice the second moment of either.
    """
    variance = next((v for module in block.modules if (v := module.kept_variance)), last)
    variance /= block.summands
    return replace(
        block, modules=tuple(module.drawn_by_fan_in(size, variance) for module in block.modules)
    )
