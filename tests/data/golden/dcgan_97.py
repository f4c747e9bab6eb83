"""Generator and discriminator for 1×97×97 pictures from a latent vector of length 128.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn


class Generator(nn.Module):
    """Latent vectors (N, latent_dim, 1, 1) in, pictures (N, channels, 97, 97) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 128, base_channels: int = 64, channels: int = 1) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(4)]  # 64, 128, 256, 512
        self.main = nn.Sequential(
            nn.ConvTranspose2d(latent_dim, width[3], 6, bias=False),  # 512×6×6: (1 − 1)·1 − 2·0 + 6 = 6
            nn.BatchNorm2d(width[3]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[3], width[2], 4, stride=2, padding=1, bias=False),  # 256×12×12: (6 − 1)·2 − 2·1 + 4 = 12
            nn.BatchNorm2d(width[2]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[2], width[1], 4, stride=2, padding=1, bias=False),  # 128×24×24: (12 − 1)·2 − 2·1 + 4 = 24
            nn.BatchNorm2d(width[1]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[1], width[0], 4, stride=2, padding=1, bias=False),  # 64×48×48: (24 − 1)·2 − 2·1 + 4 = 48
            nn.BatchNorm2d(width[0]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[0], channels, 4, stride=2, padding=1, output_padding=1, bias=False),  # 1×97×97: (48 − 1)·2 − 2·1 + 4 + 1 = 97
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent)
        return image


class Discriminator(nn.Module):
    """Pictures (N, channels, 97, 97) in, the probability (N,) that each is real out: for nn.BCELoss."""

    def __init__(self, base_channels: int = 64, channels: int = 1) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(4)]  # 64, 128, 256, 512
        self.main = nn.Sequential(
            nn.Conv2d(channels, width[0], 4, stride=2, padding=1, bias=False),  # 64×48×48: ⌊(97 + 2·1 − 4) / 2⌋ + 1 = 48
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[0], width[1], 4, stride=2, padding=1, bias=False),  # 128×24×24: ⌊(48 + 2·1 − 4) / 2⌋ + 1 = 24
            nn.BatchNorm2d(width[1]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[1], width[2], 4, stride=2, padding=1, bias=False),  # 256×12×12: ⌊(24 + 2·1 − 4) / 2⌋ + 1 = 12
            nn.BatchNorm2d(width[2]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[2], width[3], 4, stride=2, padding=1, bias=False),  # 512×6×6: ⌊(12 + 2·1 − 4) / 2⌋ + 1 = 6
            nn.BatchNorm2d(width[3]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[3], 1, 6, bias=False),  # 1×1×1: ⌊(6 + 2·0 − 6) / 1⌋ + 1 = 1
            nn.Sigmoid(),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        probability: torch.Tensor = self.main(image)
        return probability.flatten()


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
