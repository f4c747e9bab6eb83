"""Generator and discriminator for 3×256×256 pictures from a latent vector of length 100.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn


class Generator(nn.Module):
    """Latent vectors (N, latent_dim, 1, 1) in, pictures (N, channels, 256, 256) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 100, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(6)]  # 64, 128, 256, 512, 512, 512
        self.main = nn.Sequential(
            nn.ConvTranspose2d(latent_dim, width[5], 4, bias=False),  # 512×4×4: (1 − 1)·1 − 2·0 + 4 = 4
            nn.BatchNorm2d(width[5]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[5], width[4], 4, stride=2, padding=1, bias=False),  # 512×8×8: (4 − 1)·2 − 2·1 + 4 = 8
            nn.BatchNorm2d(width[4]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[4], width[3], 4, stride=2, padding=1, bias=False),  # 512×16×16: (8 − 1)·2 − 2·1 + 4 = 16
            nn.BatchNorm2d(width[3]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[3], width[2], 4, stride=2, padding=1, bias=False),  # 256×32×32: (16 − 1)·2 − 2·1 + 4 = 32
            nn.BatchNorm2d(width[2]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[2], width[1], 4, stride=2, padding=1, bias=False),  # 128×64×64: (32 − 1)·2 − 2·1 + 4 = 64
            nn.BatchNorm2d(width[1]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[1], width[0], 4, stride=2, padding=1, bias=False),  # 64×128×128: (64 − 1)·2 − 2·1 + 4 = 128
            nn.BatchNorm2d(width[0]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[0], channels, 4, stride=2, padding=1, bias=False),  # 3×256×256: (128 − 1)·2 − 2·1 + 4 = 256
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent)
        return image


class Discriminator(nn.Module):
    """Pictures (N, channels, 256, 256) in, the probability (N, 1, 30, 30) that each patch of 70×70 pixels is real out: for nn.BCELoss."""

    def __init__(self, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(4)]  # 64, 128, 256, 512
        self.main = nn.Sequential(
            nn.Conv2d(channels, width[0], 4, stride=2, padding=1, bias=False),  # 64×128×128: ⌊(256 + 2·1 − 4) / 2⌋ + 1 = 128
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[0], width[1], 4, stride=2, padding=1, bias=False),  # 128×64×64: ⌊(128 + 2·1 − 4) / 2⌋ + 1 = 64
            nn.BatchNorm2d(width[1]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[1], width[2], 4, stride=2, padding=1, bias=False),  # 256×32×32: ⌊(64 + 2·1 − 4) / 2⌋ + 1 = 32
            nn.BatchNorm2d(width[2]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[2], width[3], 4, padding=1, bias=False),  # 512×31×31: ⌊(32 + 2·1 − 4) / 1⌋ + 1 = 31
            nn.BatchNorm2d(width[3]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[3], 1, 4, padding=1, bias=False),  # 1×30×30: ⌊(31 + 2·1 − 4) / 1⌋ + 1 = 30
            nn.Sigmoid(),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        probability: torch.Tensor = self.main(image)
        return probability


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
