"""The published networks of R3GAN as plain torch modules, written by hand from paper and code.

Source: Huang, Gokaslan, Kuleshov & Tompkin, "The GAN is dead; long live the GAN! A Modern GAN Baseline",
arXiv:2501.05441, and its repository github.com/brownvc/R3GAN (R3GAN/Networks.py, R3GAN/Resamplers.py, the
presets of train.py). The modules are independent of the product. What they keep of the source: convolutions
and linear layers have no bias; the biases of a block are parameters of its two activations; the label is a
one-hot vector that a linear map embeds; channels change before an enlargement and after a reduction, by a
convolution of one tap, and only where they differ. Its leaky ReLU has a slope of 0.2, and its scale is in the
weights. Its resamplers smooth repeated pixels with [1, 2, 1]⊗[1, 2, 1]: together with the repetition that is
[1, 3, 3, 1]⊗[1, 3, 3, 1] at a stride of two.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

NOISE_DIM = 64
EXPANSION = 2
BLOCKS_PER_STAGE = 2
SIDE = 4
"""Of the first map, and of the kernel that ends the discriminator."""


class BiasedActivation(nn.Module):
    """A bias for each channel, and a leaky ReLU."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        """The activated map (N, channels, height, width)."""
        return functional.leaky_relu(value + self.bias[:, None, None], 0.2)


class PublishedBlock(nn.Module):
    """A map plus what three convolutions make of it; ``cardinality``: groups of the second one."""

    def __init__(self, channels: int, cardinality: int) -> None:
        super().__init__()
        inner = EXPANSION * channels
        self.first = nn.Conv2d(channels, inner, 1, bias=False)
        self.first_activation = BiasedActivation(inner)
        self.second = nn.Conv2d(inner, inner, 3, padding=1, groups=cardinality, bias=False)
        self.second_activation = BiasedActivation(inner)
        self.third = nn.Conv2d(inner, channels, 1, bias=False)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        """A map of the same shape."""
        inner = self.second(self.first_activation(self.first(value)))
        total: torch.Tensor = value + self.third(self.second_activation(inner))
        return total


def changed_channels(before: int, after: int) -> nn.Module:
    """A convolution of one tap where the channels differ."""
    return nn.Identity() if before == after else nn.Conv2d(before, after, 1, bias=False)


def enlarge(value: torch.Tensor) -> torch.Tensor:
    """Twice the size: each pixel 2×2 times, then means with the weights [1, 2, 1]⊗[1, 2, 1]/16.

    The pixels outside the map are zeros.
    """
    repeated = value.repeat_interleave(2, 2).repeat_interleave(2, 3)
    row = torch.tensor([1, 2, 1], dtype=value.dtype, device=value.device) / 4
    kernel = torch.outer(row, row).expand(value.shape[1], 1, 3, 3)
    return functional.conv2d(repeated, kernel, padding=1, groups=value.shape[1])


def shrink(value: torch.Tensor) -> torch.Tensor:
    """Half the size: means with the weights [1, 2, 1]⊗[1, 2, 1]/16, then of each 2×2."""
    row = torch.tensor([1, 2, 1], dtype=value.dtype, device=value.device) / 4
    kernel = torch.outer(row, row).expand(value.shape[1], 1, 3, 3)
    return functional.avg_pool2d(
        functional.conv2d(value, kernel, padding=1, groups=value.shape[1]), 2
    )


class PublishedGenerator(nn.Module):
    """``widths``: channels of each stage, the smallest map first."""

    def __init__(self, widths: list[int], cardinalities: list[int], classes: int = 0) -> None:
        super().__init__()
        given = NOISE_DIM * (2 if classes else 1)
        self.embedding = nn.Linear(classes, NOISE_DIM, bias=False) if classes else None
        self.basis = nn.Parameter(torch.randn(widths[0], SIDE, SIDE))
        self.scale = nn.Linear(given, widths[0], bias=False)
        pairs = itertools.pairwise(widths)
        self.changes = nn.ModuleList(changed_channels(*pair) for pair in pairs)
        self.stages = nn.ModuleList(map(_stage, widths, cardinalities))
        self.picture = nn.Conv2d(widths[-1], 3, 1, bias=False)

    def forward(self, latent: torch.Tensor, *one_hot: torch.Tensor) -> torch.Tensor:
        """Pictures of latent vectors (N, 64), with classes of these and one-hot labels (N, classes)."""
        if self.embedding is not None:
            latent = torch.cat([latent, self.embedding(*one_hot)], 1)
        value = self.stages[0](self.basis * self.scale(latent)[:, :, None, None])
        for change, stage in zip(self.changes, [*self.stages][1:], strict=True):
            value = stage(enlarge(change(value)))
        picture: torch.Tensor = self.picture(value)
        return picture

    def tensors(self) -> list[nn.Parameter]:
        """The trainable tensors in order of execution."""
        first = [] if self.embedding is None else [self.embedding.weight]
        changes = [nn.Identity(), *self.changes]
        levels = zip(changes, self.stages, strict=True)
        inner = [tensor for pair in levels for part in pair for tensor in part.parameters()]
        return [*first, self.scale.weight, self.basis, *inner, self.picture.weight]


class PublishedDiscriminator(nn.Module):
    """``widths``: channels of each stage, the picture first."""

    def __init__(self, widths: list[int], cardinalities: list[int], classes: int = 0) -> None:
        super().__init__()
        self.extraction = nn.Conv2d(3, widths[0], 1, bias=False)
        self.stages = nn.ModuleList(map(_stage, widths, cardinalities))
        pairs = itertools.pairwise(widths)
        self.changes = nn.ModuleList(changed_channels(*pair) for pair in pairs)
        self.basis = nn.Conv2d(widths[-1], widths[-1], SIDE, groups=widths[-1], bias=False)
        self.head = nn.Linear(widths[-1], widths[-1] if classes else 1, bias=False)
        self.embedding = nn.Linear(classes, widths[-1], bias=False) if classes else None

    def forward(self, image: torch.Tensor, *one_hot: torch.Tensor) -> torch.Tensor:
        """Logits (N,)."""
        value = self.extraction(image)
        for stage, change in zip(self.stages, [*self.changes, None], strict=True):
            value = stage(value)
            value = value if change is None else change(shrink(value))
        features: torch.Tensor = self.head(self.basis(value).flatten(1))
        if self.embedding is None:
            return features.flatten()
        return (features * self.embedding(*one_hot)).sum(1)

    def tensors(self) -> list[nn.Parameter]:
        """The trainable tensors in order of execution."""
        levels = zip(self.stages, [*self.changes, nn.Identity()], strict=True)
        inner = [tensor for pair in levels for part in pair for tensor in part.parameters()]
        last = [] if self.embedding is None else [self.embedding.weight]
        return [self.extraction.weight, *inner, self.basis.weight, self.head.weight, *last]


def _stage(width: int, cardinality: int) -> nn.Sequential:
    return nn.Sequential(*(PublishedBlock(width, cardinality) for _ in range(BLOCKS_PER_STAGE)))


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A preset of train.py: the generator's stages, and the brief that designs it.

    ``parameters``: of the plain modules above, generator first.
    """

    widths: tuple[int, ...]
    cardinalities: tuple[int, ...]
    brief: dict[str, Any]
    parameters: tuple[int, int]
    classes: int = 0

    @property
    def side(self) -> int:
        """Of the pictures."""
        return SIDE << len(self.widths) - 1

    def build(
        self, role: str, divisor: int = 1, classes: int | None = None
    ) -> PublishedGenerator | PublishedDiscriminator:
        """The published network, perhaps with fewer channels and groups of the same width."""
        lists = [[number // divisor for number in row] for row in (self.widths, self.cardinalities)]
        labels = self.classes if classes is None else classes
        if role == "generator":
            return PublishedGenerator(*lists, labels)
        return PublishedDiscriminator(*(row[::-1] for row in lists), labels)


_NARROW: dict[str, Any] = {"base_channels": 768, "max_channels": 768}
_WIDE: dict[str, Any] = {"base_channels": 1536, "max_channels": 1536, "group_width": 32}

PRESETS = {
    "CIFAR-10": Preset(
        widths=(768,) * 4,
        cardinalities=(96,) * 4,
        brief=_NARROW,
        classes=10,
        parameters=(20_781_952, 21_280_512),
    ),
    "CIFAR-10, without labels": Preset(
        widths=(768,) * 4,
        cardinalities=(96,) * 4,
        brief=_NARROW,
        parameters=(20_732_160, 20_683_776),
    ),
    "ImageNet-32": Preset(
        widths=(1536,) * 4,
        cardinalities=(96,) * 4,
        brief=_WIDE,
        classes=1000,
        parameters=(82_914_304, 86_548_992),
    ),
    "ImageNet-64": Preset(
        widths=(1536,) * 5,
        cardinalities=(96,) * 5,
        brief=_WIDE,
        classes=1000,
        parameters=(103_570_432, 107_205_120),
    ),
    "FFHQ-64": Preset(
        widths=(768, 768, 768, 768, 384),
        cardinalities=(96, 96, 96, 96, 48),
        brief={"base_channels": 384, "max_channels": 768},
        parameters=(22_429_824, 22_381_440),
    ),
    "FFHQ-256": Preset(
        widths=(768, 768, 768, 768, 384, 192, 96),
        cardinalities=(96, 96, 96, 96, 48, 24, 12),
        brief={"base_channels": 96, "max_channels": 768},
        parameters=(23_057_952, 23_009_568),
    ),
}
"""The published presets; that of CIFAR-10 with and without its labels."""
