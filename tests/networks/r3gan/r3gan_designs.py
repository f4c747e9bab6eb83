"""Some R3GAN designs over one to three axes, with and without labels, and their torch modules."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from designer import Design, design
from designer.networks import Network
from tests.networks.network_factory import module_of

LONG_KERNELS = {"kernel_sizes": [6, 9], "strides": [2, 3]}

R3GAN_CASES: dict[str, dict[str, Any]] = {
    "square": {"size": 32},
    "uneven": {"size": [45, 27], "blocks": 1},
    "labels": {"size": [24, 32], "classes": 3},
    "lists of blocks": {"size": 32, "blocks": [1, 3, 1, 2], "max_channels": 64},
    "groups of one channel": {"size": 20, "group_width": 1, "expansion": 3},
    "one group": {"size": 21, "group_width": 64, "expansion": 1, "blocks": 1},
    "equal widths": {"size": 28, "max_channels": 8},
    "long kernels": {"size": 50, "search": LONG_KERNELS, "blocks": 1},
    "unequal steps": {"size": [16, 54], "search": {"anisotropic": True}, "blocks": 1},
    "squashed": {"size": 18, "output_activation": "tanh", "blocks": 1},
    "signal": {"size": 250, "dimensions": 1},
    "signal, labels": {"size": 333, "dimensions": 1, "classes": 3, "blocks": 1},
    "volume": {"size": [12, 9, 16]},
    "volume, labels": {"size": 13, "dimensions": 3, "classes": 3, "blocks": 1},
}
"""Options of ``design``."""

ROLES = ("generator", "discriminator")


def r3gan_design(case: str, **more: object) -> Design:
    """The design of a case, narrow, perhaps with other options."""
    options = {"base_channels": 8, "max_channels": 24, "latent_dim": 16, "channels": 3}
    options |= R3GAN_CASES[case] | more
    size = options.pop("size")
    return design(size, architecture="r3gan", verify="none", **options)  # type: ignore[arg-type]


def built_network(found: Design, role: str) -> nn.Module:
    """A network of a design's source."""
    network: nn.Module = getattr(module_of(found.gan), role.capitalize())()
    return network


def random_arguments(network: Network, batch: int) -> list[torch.Tensor]:
    """Arguments of ``forward``."""
    given = [torch.randn(batch, *network.input_map.shape)]
    return [*given, torch.arange(batch) % 2] if network.takes_labels else given
