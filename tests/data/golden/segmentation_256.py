"""Generator for 21×256×256 pictures from maps of 512×8×8.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.

The generator multiplies every size of a map from 2 on by 32×32; 8×8 is the size shown.
"""

import torch
from torch import nn


def group_count(channels: int) -> int:
    """The largest number up to 32 that divides the channels."""
    return max(groups for groups in range(1, 33) if channels % groups == 0)


class Generator(nn.Module):
    """Maps (N, initial_channels, h, w) in, pictures (N, channels, 32·h, 32·w) of any range out."""

    def __init__(self, initial_channels: int = 512, base_channels: int = 64, channels: int = 21) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(5)]  # 64, 128, 256, 512, 512
        self.main = nn.Sequential(
            nn.Conv2d(initial_channels, width[4], 3, padding=1, bias=False),  # 512×8×8: ⌊(8 + 2·1 − 3) / 1⌋ + 1 = 8
            nn.GroupNorm(group_count(width[4]), width[4]),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),  # 512×16×16: 2·8 = 16
            nn.Conv2d(width[4], width[3], 3, padding=1, bias=False),  # 512×16×16: ⌊(16 + 2·1 − 3) / 1⌋ + 1 = 16
            nn.GroupNorm(group_count(width[3]), width[3]),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),  # 512×32×32: 2·16 = 32
            nn.Conv2d(width[3], width[2], 3, padding=1, bias=False),  # 256×32×32: ⌊(32 + 2·1 − 3) / 1⌋ + 1 = 32
            nn.GroupNorm(group_count(width[2]), width[2]),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),  # 256×64×64: 2·32 = 64
            nn.Conv2d(width[2], width[1], 3, padding=1, bias=False),  # 128×64×64: ⌊(64 + 2·1 − 3) / 1⌋ + 1 = 64
            nn.GroupNorm(group_count(width[1]), width[1]),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),  # 128×128×128: 2·64 = 128
            nn.Conv2d(width[1], width[0], 3, padding=1, bias=False),  # 64×128×128: ⌊(128 + 2·1 − 3) / 1⌋ + 1 = 128
            nn.GroupNorm(group_count(width[0]), width[0]),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),  # 64×256×256: 2·128 = 256
            nn.Conv2d(width[0], channels, 3, padding=1),  # 21×256×256: ⌊(256 + 2·1 − 3) / 1⌋ + 1 = 256
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(features)
        return image


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, nn.Conv2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.GroupNorm):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
