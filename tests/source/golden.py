"""Writes tests/data/golden: `python -m tests.source.golden`. Review each source as code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from designer.brief.brief_json import brief_from_document
from designer.pipeline.make_design import design
from designer.source import PythonSource

FOLDER = Path(__file__).parents[1] / "data" / "golden"

CRITIC = {"normalization": "layer", "output": "critic"}
SPECTRAL = {"normalization": "spectral", "output": "logit"}
BRIEF_EXAMPLES: dict[str, dict[str, Any]] = {
    "dcgan_64": {"resolution": 64, "latent_dim": 100},
    "dcgan_97": {"resolution": 97, "latent_dim": 128, "channels": 1},
    "faces_218x178_resize_critic": {
        "resolution": [218, 178], "latent_dim": 128, "upsampling": "resize",
        "normalization": "instance", "discriminator": CRITIC,
    },
    "subpixel_50x150_group": {
        "resolution": [50, 150], "latent_dim": 64, "upsampling": "subpixel",
        "normalization": "group",
        "discriminator": {"normalization": "group", "base_channels": 32},
    },
    "classes_32_spectral": {
        "resolution": 32, "latent_dim": 100, "classes": 10, "discriminator": SPECTRAL,
    },
    "classes_64_patch": {
        "resolution": 64, "latent_dim": 100, "classes": 200, "upsampling": "resize",
        "discriminator": {"output": "logit", "normalization": "instance", "patch": 34},
    },
    "patch_70_at_256": {
        "resolution": 256, "latent_dim": 100, "discriminator": {"patch": 70},
    },
    "wavegan_16384": {
        "resolution": [16384], "latent_dim": 100, "channels": 1, "max_channels": 1024,
        "normalization": "none", "discriminator": {"normalization": "none", "output": "critic"},
        "chain": [{"kernel_size": 25, "stride": 4, "padding": 11, "output_padding": 1}] * 5,
    },
    "vocoder_hop_300_subpixel": {
        "resolution": [9600], "channels": 1, "upsampling": "subpixel", "normalization": "none",
        "initial_map": {"channels": 80, "size": [32]},
    },
    "volume_64": {"resolution": [64, 64, 64], "latent_dim": 200, "channels": 1},
    "video_16x64x64_subpixel": {
        "resolution": [16, 64, 64], "latent_dim": 100, "upsampling": "subpixel",
        "search": {"anisotropic": True}, "discriminator": SPECTRAL,
    },
    "autoencoder_128": {
        "resolution": 128, "initial_map": {"channels": 64, "size": 16}, "encoder": True,
        "normalization": "group",
    },
    "segmentation_256": {
        "resolution": 256, "channels": 21, "initial_map": {"channels": 512, "size": 8},
        "upsampling": "resize", "normalization": "group", "output_activation": "none",
    },
    "resnet_48": {
        "resolution": 48, "latent_dim": 128, "architecture": "resnet", "upsampling": "resize",
        "discriminator": SPECTRAL,
    },
    "resnet_97x61_classes_attention": {
        "resolution": [97, 61], "latent_dim": 128, "architecture": "resnet", "classes": 10,
        "upsampling": "subpixel", "normalization": "conditional_batch", "attention": [1],
        "discriminator": SPECTRAL, "base_channels": 32,
    },
    "r3gan_48_classes": {
        "resolution": 48, "latent_dim": 64, "architecture": "r3gan", "classes": 10,
    },
    "r3gan_97x61": {
        "resolution": [97, 61], "latent_dim": 64, "architecture": "r3gan", "base_channels": 48,
        "blocks": 1, "output_activation": "tanh",
    },
    "unet_300x37_masks": {
        "resolution": [300, 37], "encoder": True, "skips": "concat", "channels": 1,
        "initial_map": {"channels": 256}, "output_activation": "none",
    },
    "unet_1225x966_padded_resnet": {
        "resolution": [1225, 966], "encoder": True, "skips": "add", "any_size": "pad",
        "architecture": "resnet", "upsampling": "subpixel", "normalization": "group",
        "chain": [{"kernel_size": 4, "stride": 2, "padding": 1}],
    },
    "unet_signal_16000": {
        "resolution": [16000], "encoder": True, "skips": "add", "normalization": "none",
        "input_channels": 2, "channels": 2, "upsampling": "resize", "base_channels": 32,
        "chain": [{"kernel_size": 16, "stride": 4, "padding": 6}] * 2,
    },
    "latent_encoder_28": {
        "resolution": 28, "latent_dim": 16, "channels": 1, "encoder": True,
        "discriminator": None,
    },
}  # fmt: skip
"""A brief for each family of networks, and for steps that are not exact."""


def golden_source(name: str) -> PythonSource:
    """The source of a golden brief."""
    return design(brief_from_document(BRIEF_EXAMPLES[name] | {"verify": "none"})).source


if __name__ == "__main__":
    for name in BRIEF_EXAMPLES:
        (FOLDER / f"{name}.py").write_text(golden_source(name).text, encoding="utf-8")
