"""Generator and encoder for 1×28×28 pictures from a latent vector of length 16.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn


class Generator(nn.Module):
    """Latent vectors (N, latent_dim, 1, 1) in, pictures (N, channels, 28, 28) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 16, base_channels: int = 64, channels: int = 1) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(2)]  # 64, 128
        self.main = nn.Sequential(
            nn.ConvTranspose2d(latent_dim, width[1], 7, bias=False),  # 128×7×7: (1 − 1)·1 − 2·0 + 7 = 7
            nn.BatchNorm2d(width[1]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[1], width[0], 4, stride=2, padding=1, bias=False),  # 64×14×14: (7 − 1)·2 − 2·1 + 4 = 14
            nn.BatchNorm2d(width[0]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[0], channels, 4, stride=2, padding=1, bias=False),  # 1×28×28: (14 − 1)·2 − 2·1 + 4 = 28
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent)
        return image


class Encoder(nn.Module):
    """Pictures (N, channels, 28, 28) in, latent vectors (N, latent_dim, 1, 1) out."""

    def __init__(self, latent_dim: int = 16, base_channels: int = 64, channels: int = 1) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(2)]  # 64, 128
        self.main = nn.Sequential(
            nn.Conv2d(channels, width[0], 4, stride=2, padding=1, bias=False),  # 64×14×14: ⌊(28 + 2·1 − 4) / 2⌋ + 1 = 14
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[0], width[1], 4, stride=2, padding=1, bias=False),  # 128×7×7: ⌊(14 + 2·1 − 4) / 2⌋ + 1 = 7
            nn.BatchNorm2d(width[1]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[1], latent_dim, 7, bias=False),  # 16×1×1: ⌊(7 + 2·0 − 7) / 1⌋ + 1 = 1
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        code: torch.Tensor = self.main(image)
        return code


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
