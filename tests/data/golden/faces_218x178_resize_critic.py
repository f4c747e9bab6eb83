"""Generator and discriminator for 3×218×178 pictures from a latent vector of length 128.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn


class Generator(nn.Module):
    """Latent vectors (N, latent_dim, 1, 1) in, pictures (N, channels, 218, 178) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 128, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(5)]  # 64, 128, 256, 512, 512
        self.main = nn.Sequential(
            nn.ConvTranspose2d(latent_dim, width[4], (7, 5), bias=False),  # 512×7×5: (1 − 1)·1 − 2·0 + 7 = 7, (1 − 1)·1 − 2·0 + 5 = 5
            nn.InstanceNorm2d(width[4], affine=True),
            nn.ReLU(inplace=True),
            nn.Upsample(size=(14, 11)),  # 512×14×11: 7 → 14, 5 → 11
            nn.Conv2d(width[4], width[3], 3, padding=1, bias=False),  # 512×14×11: ⌊(14 + 2·1 − 3) / 1⌋ + 1 = 14, ⌊(11 + 2·1 − 3) / 1⌋ + 1 = 11
            nn.InstanceNorm2d(width[3], affine=True),
            nn.ReLU(inplace=True),
            nn.Upsample(size=(27, 22)),  # 512×27×22: 14 → 27, 11 → 22
            nn.Conv2d(width[3], width[2], 3, padding=1, bias=False),  # 256×27×22: ⌊(27 + 2·1 − 3) / 1⌋ + 1 = 27, ⌊(22 + 2·1 − 3) / 1⌋ + 1 = 22
            nn.InstanceNorm2d(width[2], affine=True),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),  # 256×54×44: 2·27 = 54, 2·22 = 44
            nn.Conv2d(width[2], width[1], 3, padding=1, bias=False),  # 128×54×44: ⌊(54 + 2·1 − 3) / 1⌋ + 1 = 54, ⌊(44 + 2·1 − 3) / 1⌋ + 1 = 44
            nn.InstanceNorm2d(width[1], affine=True),
            nn.ReLU(inplace=True),
            nn.Upsample(size=(109, 89)),  # 128×109×89: 54 → 109, 44 → 89
            nn.Conv2d(width[1], width[0], 3, padding=1, bias=False),  # 64×109×89: ⌊(109 + 2·1 − 3) / 1⌋ + 1 = 109, ⌊(89 + 2·1 − 3) / 1⌋ + 1 = 89
            nn.InstanceNorm2d(width[0], affine=True),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),  # 64×218×178: 2·109 = 218, 2·89 = 178
            nn.Conv2d(width[0], channels, 3, padding=1),  # 3×218×178: ⌊(218 + 2·1 − 3) / 1⌋ + 1 = 218, ⌊(178 + 2·1 − 3) / 1⌋ + 1 = 178
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent)
        return image


class Discriminator(nn.Module):
    """Pictures (N, channels, 218, 178) in, the score (N,) of each, the higher the more real out: for a Wasserstein loss with a gradient penalty."""

    def __init__(self, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(5)]  # 64, 128, 256, 512, 512
        self.main = nn.Sequential(
            nn.Conv2d(channels, width[0], 4, stride=2, padding=1),  # 64×109×89: ⌊(218 + 2·1 − 4) / 2⌋ + 1 = 109, ⌊(178 + 2·1 − 4) / 2⌋ + 1 = 89
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[0], width[1], 4, stride=2, padding=1, bias=False),  # 128×54×44: ⌊(109 + 2·1 − 4) / 2⌋ + 1 = 54, ⌊(89 + 2·1 − 4) / 2⌋ + 1 = 44
            nn.GroupNorm(1, width[1]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[1], width[2], 4, stride=2, padding=1, bias=False),  # 256×27×22: ⌊(54 + 2·1 − 4) / 2⌋ + 1 = 27, ⌊(44 + 2·1 − 4) / 2⌋ + 1 = 22
            nn.GroupNorm(1, width[2]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[2], width[3], 4, stride=2, padding=(2, 1), bias=False),  # 512×14×11: ⌊(27 + 2·2 − 4) / 2⌋ + 1 = 14, ⌊(22 + 2·1 − 4) / 2⌋ + 1 = 11
            nn.GroupNorm(1, width[3]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[3], width[4], 4, stride=2, padding=1, bias=False),  # 512×7×5: ⌊(14 + 2·1 − 4) / 2⌋ + 1 = 7, ⌊(11 + 2·1 − 4) / 2⌋ + 1 = 5
            nn.GroupNorm(1, width[4]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[4], 1, (7, 5)),  # 1×1×1: ⌊(7 + 2·0 − 7) / 1⌋ + 1 = 1, ⌊(5 + 2·0 − 5) / 1⌋ + 1 = 1
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        score: torch.Tensor = self.main(image)
        return score.flatten()


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, (nn.GroupNorm, nn.InstanceNorm2d)):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
