"""The sizes at which a decoder and its encoder are run, and what they give there."""

from __future__ import annotations

from operator import mul

from designer.geometry.layers import Size, format_size
from designer.networks import Gan, Network
from designer.networks.decoder_sizes import (
    chain_growth,
    has_fixed_length,
    initial_sizes,
    is_decoder,
    network_at,
)
from designer.networks.unet_sizes import proving_sizes, takes_any_size, unet_at
from designer.validation.json_readers import JsonValue
from designer.verification.layer_predictions import layers_with_sizes

_MULTIPLY_ADDS = 20 * 10**6
"""Most multiply-adds of a run at another size than the design's."""


def networks_at_sizes(gan: Gan) -> dict[str, dict[str, Network]]:
    """By role and input size, the decoder at every size that is run, and its encoder.

    An encoder takes what the decoder gives, if that multiplies every size by one factor.
    """
    if takes_any_size(gan):
        every = {format_size(size): unet_at(gan, size) for size in proving_sizes(gan)}
        return {"generator": {name: each for name, each in every.items() if each is not None}}
    if not is_decoder(gan):
        return {}
    sizes = list(initial_sizes(gan, _MULTIPLY_ADDS))
    found = {"generator": _resized(gan.generator, sizes)}
    if gan.encoder is not None and not has_fixed_length(gan):
        factor = chain_growth(gan.chain).factor
        found["encoder"] = _resized(gan.encoder, [tuple(map(mul, each, factor)) for each in sizes])
    return found


def _resized(network: Network, sizes: list[Size]) -> dict[str, Network]:
    every = {format_size(size): network_at(network, size) for size in sizes}
    return {name: resized for name, resized in every.items() if resized is not None}


def describe_sizes(networks: dict[str, Network]) -> list[dict[str, JsonValue]]:
    """What the probe needs to run a network at each size and to compute it by the formulas."""
    return [
        {
            "size": name,
            "input_shape": list(network.input_map.shape),
            "output_shape": list(network.output_map.shape),
            "layers": layers_with_sizes(network),
        }
        for name, network in networks.items()
    ]


def predicted_sizes(networks: dict[str, Network]) -> dict[str, JsonValue]:
    """The size that a network gives for each input size."""
    return {name: list(network.output_map.size) for name, network in networks.items()}
