"""Generator and discriminator for 3×48×48 pictures from a latent vector of length 128.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm
from torch.nn.utils.parametrize import ParametrizationList, is_parametrized


class SumPool(nn.Module):
    """The sum over all positions: one number for each channel."""

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return value.flatten(2).sum(2)


class Block(nn.Module):
    """The sum of two paths from one map."""

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        total: torch.Tensor = self.body(value) + self.shortcut(value)
        return total


def up_block(before: int, after: int, size: tuple[int, int]) -> Block:
    """Norm, ReLU and convolution, twice; both paths reach the larger size."""
    body = nn.Sequential(
        nn.BatchNorm2d(before),
        nn.ReLU(inplace=True),
        nn.Upsample(size=size),
        nn.Conv2d(before, after, 3, padding=1),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
        nn.Conv2d(after, after, 3, padding=1),
    )
    shortcut = nn.Sequential(nn.Upsample(size=size), nn.Conv2d(before, after, 1))
    return Block(body, shortcut)


def first_block(before: int, after: int, kernel_size: int, stride: int, padding: int) -> Block:
    """Convolution, ReLU and convolution of the picture; both paths reach the smaller size."""
    body = nn.Sequential(
        spectral_norm(nn.Conv2d(before, after, 3, padding=1)),
        nn.ReLU(inplace=True),
        spectral_norm(nn.Conv2d(after, after, 3, padding=1)),
        nn.AvgPool2d(kernel_size, stride, padding),
    )
    shortcut = nn.Sequential(nn.AvgPool2d(kernel_size, stride, padding), spectral_norm(nn.Conv2d(before, after, 1)))
    return Block(body, shortcut)


def down_block(before: int, after: int, kernel_size: int, stride: int, padding: int) -> Block:
    """ReLU and convolution, twice; both paths reach the smaller size."""
    body = nn.Sequential(
        nn.ReLU(),
        spectral_norm(nn.Conv2d(before, before, 3, padding=1)),
        nn.ReLU(inplace=True),
        spectral_norm(nn.Conv2d(before, after, 3, padding=1)),
        nn.AvgPool2d(kernel_size, stride, padding),
    )
    shortcut = nn.Sequential(spectral_norm(nn.Conv2d(before, after, 1)), nn.AvgPool2d(kernel_size, stride, padding))
    return Block(body, shortcut)


class Generator(nn.Module):
    """Latent vectors (N, latent_dim, 1, 1) in, pictures (N, channels, 48, 48) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 128, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(4)]  # 64, 128, 256, 512
        self.main = nn.Sequential(
            nn.Flatten(),
            nn.Linear(latent_dim, width[3] * 36),
            nn.Unflatten(1, (width[3], 6, 6)),  # 512×6×6: 1 → 6
            up_block(width[3], width[2], size=(12, 12)),  # 256×12×12: 6 → 12
            up_block(width[2], width[1], size=(24, 24)),  # 128×24×24: 12 → 24
            up_block(width[1], width[0], size=(48, 48)),  # 64×48×48: 24 → 48
            nn.BatchNorm2d(width[0]),
            nn.ReLU(inplace=True),
            nn.Conv2d(width[0], channels, 3, padding=1),  # 3×48×48: ⌊(48 + 2·1 − 3) / 1⌋ + 1 = 48
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent)
        return image


class Discriminator(nn.Module):
    """Pictures (N, channels, 48, 48) in, the logit (N,) of each being real out: for nn.BCEWithLogitsLoss or a hinge loss."""

    def __init__(self, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(3)]  # 64, 128, 256
        self.main = nn.Sequential(
            first_block(channels, width[0], kernel_size=2, stride=2, padding=0),  # 64×24×24: ⌊(48 + 2·0 − 2) / 2⌋ + 1 = 24
            down_block(width[0], width[1], kernel_size=2, stride=2, padding=0),  # 128×12×12: ⌊(24 + 2·0 − 2) / 2⌋ + 1 = 12
            down_block(width[1], width[2], kernel_size=2, stride=2, padding=0),  # 256×6×6: ⌊(12 + 2·0 − 2) / 2⌋ + 1 = 6
            nn.ReLU(inplace=True),
            SumPool(),
            spectral_norm(nn.Linear(width[2], 1)),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        logit: torch.Tensor = self.main(image)
        return logit.flatten()


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, ParametrizationList):
        nn.init.normal_(module.original, 0.0, 0.02)  # what spectral_norm divides
    elif isinstance(module, (nn.Conv2d, nn.Linear)):
        if not is_parametrized(module):
            nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
