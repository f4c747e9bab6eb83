"""BigGAN for 128×128 and 256×256 as plain torch modules, without spectral norm.

Written by hand from ajbrock/BigGAN-PyTorch: BigGAN.py @ bf53f35758cdb47447cc906f40ee3a04edbdf1f3
(``G_arch``, ``D_arch``), layers.py @ a5557079924c3070b39e67f2eaea3a52c0fb72ab (``GBlock``, ``DBlock``,
``ccbn``, ``Attention``), with the arguments of scripts/launch_BigGAN_bs256x8.sh @
835ebe78d9c79b13eb9339080e2bd1ea3dcb5663: ``--G_ch 96 --D_ch 96 --G_attn 64 --D_attn 64 --G_shared --hier
--dim_z 120 --shared_dim 128``, 1000 classes. The repository has no script for 256; taken are the same
arguments.
"""

from __future__ import annotations

import itertools

from torch import nn

UNIT = 96
CLASSES = 1000
SHARED = 128
LATENT = 120

GENERATOR_UNITS = {128: (16, 16, 8, 4, 2, 1), 256: (16, 16, 8, 8, 4, 2, 1)}
"""Channels of the first map and after each block, in units of 96."""
DISCRIMINATOR_UNITS = {128: (1, 2, 4, 8, 16, 16), 256: (1, 2, 4, 8, 8, 16, 16)}
"""Channels after each block; all blocks but the last halve the size."""
ATTENTION_UNITS = {("generator", 128): 2, ("generator", 256): 4, ("discriminator", 128): 1,
                   ("discriminator", 256): 2}  # fmt: skip
"""Channels of the map of 64×64 that the attention reads."""


def _latent_part(side: int) -> int:
    """Latent numbers that each of the blocks and the stem read (``hier``)."""
    return LATENT // len(GENERATOR_UNITS[side])


def _attention(channels: int) -> nn.Module:
    """Four convolutions of one tap without biases, and a gain."""
    found = nn.ParameterDict({"gamma": nn.Parameter(nn.Linear(1, 1).bias.detach()[0])})
    pairs = {
        "theta": (channels, channels // 8),
        "phi": (channels, channels // 8),
        "g": (channels, channels // 2),
        "o": (channels // 2, channels),
    }
    convolutions = nn.ModuleDict({n: nn.Conv2d(*p, 1, bias=False) for n, p in pairs.items()})
    return nn.ModuleDict({"gain": found, "convolutions": convolutions})


def _conditional_norm(channels: int, features: int) -> nn.Module:
    """``ccbn``: gain and bias are linear maps of label and latent numbers."""
    return nn.ModuleDict(
        {name: nn.Linear(features, channels, bias=False) for name in ("gain", "bias")}
    )


def biggan_generator(side: int) -> dict[str, nn.Module]:
    """The parts of ``Generator``, by what a design has instead of them."""
    widths = [UNIT * each for each in GENERATOR_UNITS[side]]
    pairs = [*itertools.pairwise(widths)]
    part = _latent_part(side)
    blocks = nn.ModuleList(
        nn.ModuleList(
            [nn.Conv2d(before, after, 3), nn.Conv2d(after, after, 3), nn.Conv2d(before, after, 1)]
        )
        for before, after in pairs
    )
    norms = nn.ModuleList(
        _conditional_norm(width, SHARED + part) for pair in pairs for width in pair
    )
    return {
        "embedding": nn.Embedding(CLASSES, SHARED),
        "stem": nn.Linear(part, widths[0] * 16),
        "blocks": blocks,
        "norms": norms,
        "attention": _attention(UNIT * ATTENTION_UNITS["generator", side]),
        "end": nn.ModuleList([nn.BatchNorm2d(widths[-1]), nn.Conv2d(widths[-1], 3, 3)]),
    }


def biggan_discriminator(side: int) -> dict[str, nn.Module]:
    """The parts of ``Discriminator``; ``wide``: hidden channels are those of a block's output."""
    widths = [3, *(UNIT * each for each in DISCRIMINATOR_UNITS[side])]
    blocks = nn.ModuleList()
    for before, after in itertools.pairwise(widths):
        block = nn.ModuleList([nn.Conv2d(before, after, 3), nn.Conv2d(after, after, 3)])
        if len(blocks) < len(widths) - 2 or before != after:
            block.append(nn.Conv2d(before, after, 1))
        blocks.append(block)
    return {
        "blocks": blocks,
        "attention": _attention(UNIT * ATTENTION_UNITS["discriminator", side]),
        "head": nn.Linear(widths[-1], 1),
        "embedding": nn.Embedding(CLASSES, widths[-1]),
    }
