"""Generator and encoder for 3×128×128 pictures from maps of 64×16×16.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.

The generator multiplies every size of a map from 2 on by 8×8; 16×16 is the size shown.
"""

import torch
from torch import nn


def group_count(channels: int) -> int:
    """The largest number up to 32 that divides the channels."""
    return max(groups for groups in range(1, 33) if channels % groups == 0)


class Generator(nn.Module):
    """Maps (N, initial_channels, h, w) in, pictures (N, channels, 8·h, 8·w) in [-1, 1] out."""

    def __init__(self, initial_channels: int = 64, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(3)]  # 64, 128, 256
        self.main = nn.Sequential(
            nn.Conv2d(initial_channels, width[2], 3, padding=1, bias=False),  # 256×16×16: ⌊(16 + 2·1 − 3) / 1⌋ + 1 = 16
            nn.GroupNorm(group_count(width[2]), width[2]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[2], width[1], 4, stride=2, padding=1, bias=False),  # 128×32×32: (16 − 1)·2 − 2·1 + 4 = 32
            nn.GroupNorm(group_count(width[1]), width[1]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[1], width[0], 4, stride=2, padding=1, bias=False),  # 64×64×64: (32 − 1)·2 − 2·1 + 4 = 64
            nn.GroupNorm(group_count(width[0]), width[0]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[0], channels, 4, stride=2, padding=1),  # 3×128×128: (64 − 1)·2 − 2·1 + 4 = 128
            nn.Tanh(),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(features)
        return image


class Encoder(nn.Module):
    """Pictures (N, channels, 8·h, 8·w) in, maps (N, initial_channels, h, w) out."""

    def __init__(self, initial_channels: int = 64, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(3)]  # 64, 128, 256
        self.main = nn.Sequential(
            nn.Conv2d(channels, width[0], 4, stride=2, padding=1),  # 64×64×64: ⌊(128 + 2·1 − 4) / 2⌋ + 1 = 64
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[0], width[1], 4, stride=2, padding=1, bias=False),  # 128×32×32: ⌊(64 + 2·1 − 4) / 2⌋ + 1 = 32
            nn.GroupNorm(group_count(width[1]), width[1]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[1], width[2], 4, stride=2, padding=1, bias=False),  # 256×16×16: ⌊(32 + 2·1 − 4) / 2⌋ + 1 = 16
            nn.GroupNorm(group_count(width[2]), width[2]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[2], initial_channels, 3, padding=1),  # 64×16×16: ⌊(16 + 2·1 − 3) / 1⌋ + 1 = 16
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        code: torch.Tensor = self.main(image)
        return code


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.GroupNorm):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
