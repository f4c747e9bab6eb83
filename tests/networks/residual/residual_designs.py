"""Some residual designs over one to three axes and all kinds of upsampling, and their torch modules."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from designer import Design, design
from designer.networks import Network
from tests.networks.network_factory import module_of

_PLAIN_STYLE = {"normalization": "batch"}
_CONDITIONAL = {"normalization": "conditional_batch", "classes": 3}

RESIDUAL_CASES: dict[str, dict[str, Any]] = {
    "resize": {"size": 32, "upsampling": "resize"},
    "resize, uneven": {"size": [45, 27], "upsampling": "resize", "blocks": 2},
    "resize, signal": {"size": 250, "dimensions": 1, "upsampling": "resize"},
    "resize, volume": {"size": [12, 9, 16], "upsampling": "resize", "normalization": "instance"},
    "subpixel": {"size": [32, 48], "upsampling": "subpixel", "normalization": "group"},
    "subpixel, cropped": {"size": [37, 30], "upsampling": "subpixel", "channels": 1},
    "subpixel, signal": {"size": 301, "dimensions": 1, "upsampling": "subpixel", "blocks": 2},
    "subpixel, volume": {"size": [12, 16, 9], "upsampling": "subpixel"},
    "transposed": {"size": 32, "upsampling": "transposed", "normalization": "layer"},
    "transposed, uneven": {"size": [44, 27], "upsampling": "transposed"},
    "transposed, signal": {"size": 333, "dimensions": 1, "upsampling": "transposed"},
    "transposed, volume": {"size": 13, "dimensions": 3, "upsampling": "transposed", "blocks": 2},
    "no shortcut of equal widths": {"size": 28, "upsampling": "resize", "max_channels": 8},
    "attention": {"size": 32, "upsampling": "resize", "attention": [1, 2]},
    "attention, uneven": {"size": [45, 50], "upsampling": "subpixel", "attention": 1, "blocks": 2},
    "attention, signal": {"size": [333], "upsampling": "transposed", "attention": 1},
    "conditional": {"size": 32, "upsampling": "resize", **_CONDITIONAL},
    "conditional, uneven": {
        "size": [45, 50],
        "upsampling": "subpixel",
        "attention": 1,
        "blocks": 2,
        **_CONDITIONAL,
    },
    "conditional, signal": {"size": [333], "upsampling": "transposed", **_CONDITIONAL},
    "conditional, volume": {
        "size": [12, 9, 16],
        "upsampling": "resize",
        "blocks": 2,
        **_CONDITIONAL,
    },
    "attention, volume": {"size": [16, 25, 20], "upsampling": "resize", "attention": 1},
}
"""Options of ``design``; the discriminators have batch norm unless a test states another."""


def residual_design(case: str, **more: object) -> Design:
    """The design of a case, narrow, perhaps with other options."""
    options = {"base_channels": 8, "max_channels": 24, "latent_dim": 16, "channels": 3}
    options |= {"discriminator": _PLAIN_STYLE} | RESIDUAL_CASES[case] | more
    size = options.pop("size")
    return design(size, architecture="resnet", verify="none", **options)  # type: ignore[arg-type]


def built_network(found: Design, role: str, *, spectral: bool = True) -> nn.Module:
    """A network of a design's source; not ``spectral``: its layers without spectral norm."""
    module: Any = module_of(found.gan)
    if not spectral:
        module.spectral_norm = lambda layer: layer
    network: nn.Module = getattr(module, role.capitalize())()
    return network


def random_arguments(network: Network, batch: int) -> list[torch.Tensor]:
    """Arguments of ``forward``."""
    given = [torch.randn(batch, *network.input_map.shape)]
    return [*given, torch.arange(batch) % 2] if network.takes_labels else given
