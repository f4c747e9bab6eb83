"""Published residual GANs as plain torch modules, written by hand from the sources that they name.

The modules are independent of the product. They have no spectral norm, which changes no shape, and
keep what the sources do: a generator's block is norm, ReLU, resizing, convolution, norm, ReLU,
convolution, its shortcut resizing and a convolution of one tap; a discriminator's block is ReLU,
convolution (hidden channels are those of its input), ReLU, convolution, mean of 2×2, its shortcut a
convolution of one tap and the mean; the first block starts without ReLU (hidden channels are those of
its output) and takes the mean first on its shortcut; the end is ReLU, a sum over positions and a linear
layer. Every convolution and linear layer has a bias, unless the source says otherwise.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.nn import functional


class PublishedConditionalNorm(nn.Module):
    """``CategoricalConditionalBatchNormalization`` of source/links/categorical_conditional_batch_normalization.py.

    pfnet's ε is 2e-5, torch's 1e-5.
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.gammas = nn.Parameter(torch.ones(classes, channels))
        self.betas = nn.Parameter(torch.zeros(classes, channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, value: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The normalized map, sample by sample with the gain and bias of its label."""
        mean, variance = self.get_buffer("running_mean"), self.get_buffer("running_var")
        samples = [
            functional.batch_norm(sample[None], mean, variance, self.gammas[y], self.betas[y])
            for sample, y in zip(value, labels, strict=True)
        ]
        return torch.cat(samples)


class PublishedUpBlock(nn.Module):
    """``Block`` of gen_models/resblocks.py, ``GBlock`` of mimicry, with ``upsample=True``."""

    def __init__(self, before: int, after: int, classes: int = 0) -> None:
        super().__init__()

        def norm(channels: int) -> nn.Module:
            if classes:
                return PublishedConditionalNorm(channels, classes)
            return nn.BatchNorm2d(channels)

        self.b1 = norm(before)
        self.c1 = nn.Conv2d(before, after, 3, padding=1)
        self.b2 = norm(after)
        self.c2 = nn.Conv2d(after, after, 3, padding=1)
        self.c_sc = nn.Conv2d(before, after, 1)

    def forward(self, value: torch.Tensor, *y: torch.Tensor) -> torch.Tensor:
        """Each pixel is repeated, as ``unpooling_2d`` does; mimicry's resizing is bilinear."""
        hidden = functional.interpolate(functional.relu(self.b1(value, *y)), scale_factor=2)
        hidden = self.c2(functional.relu(self.b2(self.c1(hidden), *y)))
        shortcut: torch.Tensor = self.c_sc(functional.interpolate(value, scale_factor=2))
        return hidden + shortcut


class PublishedGenerator(nn.Module):
    """``ResNetGenerator``: channels of the first map and after each block, side of the first map.

    ``classes``: pfnet's ``n_classes``, which reach the norms of the blocks and no other layer.
    """

    def __init__(
        self, *channels: int, side: int = 4, latent_dim: int = 128, classes: int = 0
    ) -> None:
        super().__init__()
        self.side = side
        self.l1 = nn.Linear(latent_dim, side**2 * channels[0])
        pairs = itertools.pairwise(channels)
        self.blocks = nn.ModuleList(PublishedUpBlock(*pair, classes) for pair in pairs)
        self.b_last = nn.BatchNorm2d(channels[-1])
        self.c_last = nn.Conv2d(channels[-1], 3, 3, padding=1)

    def forward(self, latent: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        """Pictures of latent vectors (N, latent_dim), with ``classes`` of these and labels."""
        value = self.l1(latent).view(len(latent), -1, self.side, self.side)
        for block in self.blocks:
            value = block(value, *labels)
        return torch.tanh(self.c_last(functional.relu(self.b_last(value))))


class PublishedFirstBlock(nn.Module):
    """``OptimizedBlock`` of dis_models/resblocks.py, ``DBlockOptimized`` of mimicry."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(before, after, 3, padding=1)
        self.c2 = nn.Conv2d(after, after, 3, padding=1)
        self.c_sc = nn.Conv2d(before, after, 1)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        """Half the size."""
        hidden = functional.avg_pool2d(self.c2(functional.relu(self.c1(value))), 2)
        shortcut: torch.Tensor = self.c_sc(functional.avg_pool2d(value, 2))
        return hidden + shortcut


class PublishedDownBlock(nn.Module):
    """``Block`` of dis_models/resblocks.py, ``DBlock`` of mimicry; ``halves``: ``downsample``."""

    def __init__(self, before: int, after: int, *, halves: bool) -> None:
        super().__init__()
        self.halves = halves
        self.c1 = nn.Conv2d(before, before, 3, padding=1)
        self.c2 = nn.Conv2d(before, after, 3, padding=1)
        learned = before != after or halves
        self.c_sc = nn.Conv2d(before, after, 1) if learned else nn.Identity()

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        """Half the size, or the same."""
        total: torch.Tensor = self.c2(functional.relu(self.c1(functional.relu(value))))
        total = total + self.c_sc(value)
        return functional.avg_pool2d(total, 2) if self.halves else total


class PublishedDiscriminator(nn.Module):
    """Channels after each block; the first ``halvings`` of the blocks halve the size."""

    def __init__(self, *channels: int, halvings: int, head_bias: bool = True) -> None:
        super().__init__()
        blocks: list[nn.Module] = [PublishedFirstBlock(3, channels[0])]
        for index, pair in enumerate(itertools.pairwise(channels)):
            blocks.append(PublishedDownBlock(*pair, halves=index + 1 < halvings))
        self.blocks = nn.ModuleList(blocks)
        self.l_last = nn.Linear(channels[-1], 1, bias=head_bias)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits (N,)."""
        for block in self.blocks:
            image = block(image)
        total: torch.Tensor = self.l_last(functional.relu(image).sum((2, 3)))
        return total.flatten()


@dataclass(frozen=True, kw_only=True)
class PublishedPair:
    """A generator and a discriminator with their sources, and the brief that designs them.

    ``halvings``: how many blocks of the published discriminator halve the size. ``missing``: shapes of
    tensors of the design that the source lacks.
    """

    sources: dict[str, str]
    generator: tuple[int, ...]
    discriminator: tuple[int, ...]
    halvings: int
    brief: dict[str, Any]
    parameters: tuple[int, int]
    side: int = 4
    head_bias: bool = True
    missing: dict[str, list[tuple[int, ...]]] = field(default_factory=dict)

    def build(self, role: str, divisor: int = 1, classes: int = 0) -> nn.Module:
        """The published network, perhaps with fewer channels, or a generator with classes."""
        widths = [channels // divisor for channels in getattr(self, role)]
        if role == "generator":
            return PublishedGenerator(*widths, side=self.side, classes=classes)
        return PublishedDiscriminator(*widths, halvings=self.halvings, head_bias=self.head_bias)


PFNET = "pfnet-research/sngan_projection"
MIMICRY = "kwotsin/mimicry"
PFNET_BLOCKS = "ab97f6bca720b4ac16e6482cd7a8c397cf44fe04"
"""Commit of gen_models/resblocks.py and dis_models/resblocks.py."""
MIMICRY_NETS = "3f60827a7dabd428df4471120f5f61b5b3489cb1"
"""Commit of torch_mimicry/nets/sngan/sngan_32.py and so on."""
MIMICRY_BLOCKS = "9f01eecfb3cf0406907257a41191b80eb031d178"
"""Commit of torch_mimicry/modules/resblocks.py."""


def _pfnet(generator: tuple[str, str], discriminator: tuple[str, str]) -> dict[str, str]:
    return {
        role: f"{PFNET} {path} @ {commit}"
        for role, (path, commit) in (("generator", generator), ("discriminator", discriminator))
    }


def _mimicry(side: int) -> dict[str, str]:
    path = f"{MIMICRY} torch_mimicry/nets/sngan/sngan_{side}.py @ {MIMICRY_NETS}"
    return {"generator": path, "discriminator": path}


_WIDE_BRIEF = {"base_channels": 64, "max_channels": 1024}
_CIFAR_BRIEF = {
    "resolution": 32,
    "base_channels": 256,
    "max_channels": 256,
    "discriminator": {"base_channels": 128, "max_channels": 128, "blocks": [1, 3]},
}
_CIFAR: dict[str, Any] = {
    "generator": (256,) * 4,
    "discriminator": (128,) * 4,
    "halvings": 2,
    "brief": _CIFAR_BRIEF,
}
_WIDE_64: dict[str, Any] = {
    "generator": (1024, 512, 256, 128, 64),
    "discriminator": (64, 128, 256, 512, 1024),
    "halvings": 5,
    "brief": {"resolution": 64, **_WIDE_BRIEF, "discriminator": {"blocks": [1] * 5}},
}
_WIDE_128: dict[str, Any] = {
    "generator": (1024, 1024, 512, 256, 128, 64),
    "discriminator": (64, 128, 256, 512, 1024, 1024),
    "halvings": 5,
    "brief": {"resolution": 128, **_WIDE_BRIEF, "discriminator": {"blocks": [1] * 6}},
}
PUBLISHED_PAIRS = {
    "pfnet 32": PublishedPair(
        sources=_pfnet(
            ("gen_models/resnet_32.py", "3ff93ef5f294c3b48c6b2cbc9b0033ee7a103621"),
            ("dis_models/snresnet_32.py", "3ff93ef5f294c3b48c6b2cbc9b0033ee7a103621"),
        ),
        **_CIFAR,
        head_bias=False,
        missing={"discriminator": [(1,)]},
        parameters=(4_276_739, 1_053_824),
    ),
    "mimicry 32": PublishedPair(sources=_mimicry(32), **_CIFAR, parameters=(4_276_739, 1_053_825)),
    "mimicry 48": PublishedPair(
        sources=_mimicry(48),
        generator=(512, 256, 128, 64),
        discriminator=(64, 128, 256, 512, 1024),
        halvings=4,
        side=6,
        brief={
            "resolution": 48,
            "base_channels": 64,
            "max_channels": 512,
            "discriminator": {"max_channels": 1024, "blocks": [1] * 5},
        },
        parameters=(4_878_083, 10_141_441),
    ),
    "pfnet 64": PublishedPair(
        sources=_pfnet(
            ("gen_models/resnet_64.py", "c26cedf7384c9776bcbe5764cb5ca5376e762007"),
            ("dis_models/snresnet_64.py", PFNET_BLOCKS),
        ),
        **_WIDE_64,
        parameters=(12_220_675, 10_141_441),
    ),
    "mimicry 64": PublishedPair(
        sources=_mimicry(64), **_WIDE_64, parameters=(12_220_675, 10_141_441)
    ),
    "pfnet 128": PublishedPair(
        sources=_pfnet(
            ("gen_models/resnet.py", "c26cedf7384c9776bcbe5764cb5ca5376e762007"),
            ("dis_models/snresnet.py", PFNET_BLOCKS),
        ),
        **_WIDE_128,
        parameters=(32_150_787, 29_017_857),
    ),
    "mimicry 128": PublishedPair(
        sources=_mimicry(128), **_WIDE_128, parameters=(32_150_787, 29_017_857)
    ),
}
"""The published pairs; ``parameters`` are those of the plain modules above, generator first."""
