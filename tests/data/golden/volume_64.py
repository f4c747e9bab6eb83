"""Generator and discriminator for 1×64×64×64 volumes from a latent vector of length 200.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn


class Generator(nn.Module):
    """Latent vectors (N, latent_dim, 1, 1, 1) in, volumes (N, channels, 64, 64, 64) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 200, base_channels: int = 64, channels: int = 1) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(4)]  # 64, 128, 256, 512
        self.main = nn.Sequential(
            nn.ConvTranspose3d(latent_dim, width[3], 4, bias=False),  # 512×4×4×4: (1 − 1)·1 − 2·0 + 4 = 4
            nn.BatchNorm3d(width[3]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose3d(width[3], width[2], 4, stride=2, padding=1, bias=False),  # 256×8×8×8: (4 − 1)·2 − 2·1 + 4 = 8
            nn.BatchNorm3d(width[2]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose3d(width[2], width[1], 4, stride=2, padding=1, bias=False),  # 128×16×16×16: (8 − 1)·2 − 2·1 + 4 = 16
            nn.BatchNorm3d(width[1]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose3d(width[1], width[0], 4, stride=2, padding=1, bias=False),  # 64×32×32×32: (16 − 1)·2 − 2·1 + 4 = 32
            nn.BatchNorm3d(width[0]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose3d(width[0], channels, 4, stride=2, padding=1, bias=False),  # 1×64×64×64: (32 − 1)·2 − 2·1 + 4 = 64
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent)
        return image


class Discriminator(nn.Module):
    """Volumes (N, channels, 64, 64, 64) in, the probability (N,) that each is real out: for nn.BCELoss."""

    def __init__(self, base_channels: int = 64, channels: int = 1) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(4)]  # 64, 128, 256, 512
        self.main = nn.Sequential(
            nn.Conv3d(channels, width[0], 4, stride=2, padding=1, bias=False),  # 64×32×32×32: ⌊(64 + 2·1 − 4) / 2⌋ + 1 = 32
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv3d(width[0], width[1], 4, stride=2, padding=1, bias=False),  # 128×16×16×16: ⌊(32 + 2·1 − 4) / 2⌋ + 1 = 16
            nn.BatchNorm3d(width[1]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv3d(width[1], width[2], 4, stride=2, padding=1, bias=False),  # 256×8×8×8: ⌊(16 + 2·1 − 4) / 2⌋ + 1 = 8
            nn.BatchNorm3d(width[2]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv3d(width[2], width[3], 4, stride=2, padding=1, bias=False),  # 512×4×4×4: ⌊(8 + 2·1 − 4) / 2⌋ + 1 = 4
            nn.BatchNorm3d(width[3]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv3d(width[3], 1, 4, bias=False),  # 1×1×1×1: ⌊(4 + 2·0 − 4) / 1⌋ + 1 = 1
            nn.Sigmoid(),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        probability: torch.Tensor = self.main(image)
        return probability.flatten()


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, (nn.Conv3d, nn.ConvTranspose3d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm3d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
