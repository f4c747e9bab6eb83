"""The designs whose sources the wrong modules are made from: one of each family, small."""

from __future__ import annotations

from functools import cache

from designer.brief.brief_json import brief_from_document
from designer.networks import Gan
from designer.pipeline.make_design import design

DOUBLED = {"kernel_size": 4, "stride": 2, "padding": 1}
TWICE = [DOUBLED] * 2

BRIEFS: dict[str, dict[str, object]] = {
    "DCGAN": {"resolution": 32, "chain": [DOUBLED] * 3},
    "DCGAN at 64": {"resolution": 64, "chain": [DOUBLED] * 4, "base_channels": 2},
    "gray, logit, spectral": {
        "channels": 1,
        "discriminator": {"normalization": "spectral", "output": "logit"},
    },
    "resize, critic, layer norm": {
        "upsampling": "resize",
        "discriminator": {"normalization": "layer", "output": "critic"},
    },
    "labels": {"classes": 10},
    "labels, critic, sub-pixel": {
        "classes": 4,
        "upsampling": "subpixel",
        "discriminator": {"normalization": "instance", "output": "critic"},
    },
    "sub-pixel, group norm": {"upsampling": "subpixel", "normalization": "group"},
    "instance norm": {
        "normalization": "instance",
        "discriminator": {"normalization": "none", "output": "logit"},
    },
    "signal": {"resolution": [64], "chain": [DOUBLED] * 3},
    "volume": {"resolution": [8, 16, 16], "chain": [DOUBLED], "base_channels": 2, "classes": 3},
    "patches, spectral": {
        "discriminator": {"normalization": "spectral", "output": "logit", "patch": 10},
    },
    "encoder": {"encoder": True, "latent_dim": 7},
    "initial map": {
        "latent_dim": None,
        "initial_map": {"channels": 5, "size": 8},
        "chain": [DOUBLED],
    },
    "variational": {"encoder": True, "variational": True, "discriminator": None},
    "factor": {
        "resolution": None,
        "latent_dim": None,
        "factor": [10],
        "initial_map": {"channels": 5, "size": 8},
        "chain": None,
        "encoder": True,
    },
    "factor, resize": {
        "resolution": None,
        "latent_dim": None,
        "factor": 2,
        "initial_map": {"channels": 5, "size": 8},
        "upsampling": "resize",
        "chain": None,
    },
    "97 pixels": {"resolution": 97, "base_channels": 2, "max_channels": 8, "chain": None},
    "no norm, no activation": {
        "normalization": "none",
        "output_activation": "none",
        "discriminator": {"normalization": "group", "output": "critic"},
    },
}
"""What each brief states besides the defaults below."""

DEFAULTS: dict[str, object] = {
    "resolution": 16,
    "latent_dim": 6,
    "base_channels": 4,
    "chain": TWICE,
    "verify": "none",
}


@cache
def wrong_module_gan(name: str) -> Gan:
    """The networks of a design."""
    brief = DEFAULTS | BRIEFS[name]
    return design(brief_from_document(brief)).gan
