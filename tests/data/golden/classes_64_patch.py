"""Generator and discriminator for 3×64×64 pictures from a latent vector of length 100.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn


class Generator(nn.Module):
    """Latent vectors (N, latent_dim, 1, 1) and labels (N,) from 0 to 199 in, pictures (N, channels, 64, 64) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 100, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(4)]  # 64, 128, 256, 512
        self.embedding = nn.Embedding(200, latent_dim)
        self.main = nn.Sequential(
            nn.ConvTranspose2d(2 * latent_dim, width[3], 4, bias=False),  # 512×4×4: (1 − 1)·1 − 2·0 + 4 = 4
            nn.BatchNorm2d(width[3]),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),  # 512×8×8: 2·4 = 8
            nn.Conv2d(width[3], width[2], 3, padding=1, bias=False),  # 256×8×8: ⌊(8 + 2·1 − 3) / 1⌋ + 1 = 8
            nn.BatchNorm2d(width[2]),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),  # 256×16×16: 2·8 = 16
            nn.Conv2d(width[2], width[1], 3, padding=1, bias=False),  # 128×16×16: ⌊(16 + 2·1 − 3) / 1⌋ + 1 = 16
            nn.BatchNorm2d(width[1]),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),  # 128×32×32: 2·16 = 32
            nn.Conv2d(width[1], width[0], 3, padding=1, bias=False),  # 64×32×32: ⌊(32 + 2·1 − 3) / 1⌋ + 1 = 32
            nn.BatchNorm2d(width[0]),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),  # 64×64×64: 2·32 = 64
            nn.Conv2d(width[0], channels, 3, padding=1, bias=False),  # 3×64×64: ⌊(64 + 2·1 − 3) / 1⌋ + 1 = 64
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        label = self.embedding(labels).view_as(latent)
        image: torch.Tensor = self.main(torch.cat((latent, label), dim=1))
        return image


class Discriminator(nn.Module):
    """Pictures (N, channels, 64, 64) and labels (N,) from 0 to 199 in, the logit (N, 1, 14, 14) of each patch of 34×34 pixels being real out: for nn.BCEWithLogitsLoss or a hinge loss."""

    def __init__(self, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(3)]  # 64, 128, 256
        self.main = nn.Sequential(
            nn.Conv2d(channels, width[0], 4, stride=2, padding=1),  # 64×32×32: ⌊(64 + 2·1 − 4) / 2⌋ + 1 = 32
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[0], width[1], 4, stride=2, padding=1, bias=False),  # 128×16×16: ⌊(32 + 2·1 − 4) / 2⌋ + 1 = 16
            nn.InstanceNorm2d(width[1], affine=True),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[1], width[2], 4, padding=1, bias=False),  # 256×15×15: ⌊(16 + 2·1 − 4) / 1⌋ + 1 = 15
            nn.InstanceNorm2d(width[2], affine=True),
            nn.LeakyReLU(0.2, inplace=True),
        )
        self.head = nn.Conv2d(width[2], 1, 4, padding=1)  # 1×14×14: ⌊(15 + 2·1 − 4) / 1⌋ + 1 = 14
        self.embedding = nn.Embedding(200, width[2])
        self.pool = nn.AvgPool2d(4, stride=1, padding=1)  # 1×14×14: ⌊(15 + 2·1 − 4) / 1⌋ + 1 = 14

    def forward(self, image: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        features = self.main(image)
        real = self.head(features)
        label = self.embedding(labels)[:, :, None, None]
        match = self.pool((features * label).sum(dim=1, keepdim=True))
        logit: torch.Tensor = real + match
        return logit


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, (nn.BatchNorm2d, nn.InstanceNorm2d)):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
    elif isinstance(module, Generator):
        nn.init.normal_(module.embedding.weight)
    elif isinstance(module, Discriminator):
        nn.init.normal_(module.embedding.weight, 0.0, 0.02)
