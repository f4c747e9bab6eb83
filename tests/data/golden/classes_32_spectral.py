"""Generator and discriminator for 3×32×32 pictures from a latent vector of length 100.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm
from torch.nn.utils.parametrize import ParametrizationList, is_parametrized


class Generator(nn.Module):
    """Latent vectors (N, latent_dim, 1, 1) and labels (N,) from 0 to 9 in, pictures (N, channels, 32, 32) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 100, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(3)]  # 64, 128, 256
        self.embedding = nn.Embedding(10, latent_dim)
        self.main = nn.Sequential(
            nn.ConvTranspose2d(2 * latent_dim, width[2], 4, bias=False),  # 256×4×4: (1 − 1)·1 − 2·0 + 4 = 4
            nn.BatchNorm2d(width[2]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[2], width[1], 4, stride=2, padding=1, bias=False),  # 128×8×8: (4 − 1)·2 − 2·1 + 4 = 8
            nn.BatchNorm2d(width[1]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[1], width[0], 4, stride=2, padding=1, bias=False),  # 64×16×16: (8 − 1)·2 − 2·1 + 4 = 16
            nn.BatchNorm2d(width[0]),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width[0], channels, 4, stride=2, padding=1, bias=False),  # 3×32×32: (16 − 1)·2 − 2·1 + 4 = 32
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        label = self.embedding(labels).view_as(latent)
        image: torch.Tensor = self.main(torch.cat((latent, label), dim=1))
        return image


class Discriminator(nn.Module):
    """Pictures (N, channels, 32, 32) and labels (N,) from 0 to 9 in, the logit (N,) of each being real out: for nn.BCEWithLogitsLoss or a hinge loss."""

    def __init__(self, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(3)]  # 64, 128, 256
        self.main = nn.Sequential(
            spectral_norm(nn.Conv2d(channels, width[0], 4, stride=2, padding=1)),  # 64×16×16: ⌊(32 + 2·1 − 4) / 2⌋ + 1 = 16
            nn.LeakyReLU(0.2, inplace=True),
            spectral_norm(nn.Conv2d(width[0], width[1], 4, stride=2, padding=1)),  # 128×8×8: ⌊(16 + 2·1 − 4) / 2⌋ + 1 = 8
            nn.LeakyReLU(0.2, inplace=True),
            spectral_norm(nn.Conv2d(width[1], width[2], 4, stride=2, padding=1)),  # 256×4×4: ⌊(8 + 2·1 − 4) / 2⌋ + 1 = 4
            nn.LeakyReLU(0.2, inplace=True),
        )
        self.head = spectral_norm(nn.Conv2d(width[2], 1, 4))  # 1×1×1: ⌊(4 + 2·0 − 4) / 1⌋ + 1 = 1
        self.embedding = spectral_norm(nn.Embedding(10, width[2]))
        self.pool = nn.AvgPool2d(4, stride=1)  # 1×1×1: ⌊(4 + 2·0 − 4) / 1⌋ + 1 = 1

    def forward(self, image: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        features = self.main(image)
        real = self.head(features)
        label = self.embedding(labels)[:, :, None, None]
        match = self.pool((features * label).sum(dim=1, keepdim=True))
        logit: torch.Tensor = real + match
        return logit.flatten()


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, ParametrizationList):
        nn.init.normal_(module.original, 0.0, 0.02)  # what spectral_norm divides
    elif isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        if not is_parametrized(module):
            nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
    elif isinstance(module, Generator):
        nn.init.normal_(module.embedding.weight)
