"""Generator and discriminator for 1×16384 signals from a latent vector of length 100.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn


class Generator(nn.Module):
    """Latent vectors (N, latent_dim, 1) in, signals (N, channels, 16384) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 100, base_channels: int = 64, channels: int = 1) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 1024) for k in range(5)]  # 64, 128, 256, 512, 1024
        self.main = nn.Sequential(
            nn.ConvTranspose1d(latent_dim, width[4], 16),  # 1024×16: (1 − 1)·1 − 2·0 + 16 = 16
            nn.ReLU(inplace=True),
            nn.ConvTranspose1d(width[4], width[3], 25, stride=4, padding=11, output_padding=1),  # 512×64: (16 − 1)·4 − 2·11 + 25 + 1 = 64
            nn.ReLU(inplace=True),
            nn.ConvTranspose1d(width[3], width[2], 25, stride=4, padding=11, output_padding=1),  # 256×256: (64 − 1)·4 − 2·11 + 25 + 1 = 256
            nn.ReLU(inplace=True),
            nn.ConvTranspose1d(width[2], width[1], 25, stride=4, padding=11, output_padding=1),  # 128×1024: (256 − 1)·4 − 2·11 + 25 + 1 = 1024
            nn.ReLU(inplace=True),
            nn.ConvTranspose1d(width[1], width[0], 25, stride=4, padding=11, output_padding=1),  # 64×4096: (1024 − 1)·4 − 2·11 + 25 + 1 = 4096
            nn.ReLU(inplace=True),
            nn.ConvTranspose1d(width[0], channels, 25, stride=4, padding=11, output_padding=1),  # 1×16384: (4096 − 1)·4 − 2·11 + 25 + 1 = 16384
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent)
        return image


class Discriminator(nn.Module):
    """Signals (N, channels, 16384) in, the score (N,) of each, the higher the more real out: for a Wasserstein loss with a gradient penalty."""

    def __init__(self, base_channels: int = 64, channels: int = 1) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 1024) for k in range(5)]  # 64, 128, 256, 512, 1024
        self.main = nn.Sequential(
            nn.Conv1d(channels, width[0], 25, stride=4, padding=11),  # 64×4096: ⌊(16384 + 2·11 − 25) / 4⌋ + 1 = 4096
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv1d(width[0], width[1], 25, stride=4, padding=11),  # 128×1024: ⌊(4096 + 2·11 − 25) / 4⌋ + 1 = 1024
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv1d(width[1], width[2], 25, stride=4, padding=11),  # 256×256: ⌊(1024 + 2·11 − 25) / 4⌋ + 1 = 256
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv1d(width[2], width[3], 25, stride=4, padding=11),  # 512×64: ⌊(256 + 2·11 − 25) / 4⌋ + 1 = 64
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv1d(width[3], width[4], 25, stride=4, padding=11),  # 1024×16: ⌊(64 + 2·11 − 25) / 4⌋ + 1 = 16
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv1d(width[4], 1, 16),  # 1×1: ⌊(16 + 2·0 − 16) / 1⌋ + 1 = 1
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        score: torch.Tensor = self.main(image)
        return score.flatten()


def convolutions(network: nn.Module) -> list[nn.Conv1d | nn.ConvTranspose1d]:
    """The convolutions of a network, in order."""
    return [layer for layer in network.modules() if isinstance(layer, (nn.Conv1d, nn.ConvTranspose1d))]


def draw(layer: nn.Conv1d | nn.ConvTranspose1d, variance: float) -> None:
    """Draw the weights of a layer with this variance; its biases become zero."""
    nn.init.normal_(layer.weight, 0.0, variance**0.5)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def fan_in(layer: nn.Conv1d | nn.ConvTranspose1d) -> float:
    """How many products a number of the output adds up, of a transposed layer in the mean over its phases."""
    products = layer.in_channels * torch.Size(layer.kernel_size).numel() / layer.groups
    return products / (torch.Size(layer.stride).numel() if isinstance(layer, nn.ConvTranspose1d) else 1)


def weights_init(module: nn.Module) -> None:
    """Draw the weights of each network: ``Generator().apply(weights_init)``."""
    if isinstance(module, Generator):
        stem, *hidden, last = convolutions(module)
        draw(stem, 2 / stem.in_channels)  # at a single position no two taps meet
        for layer in hidden:
            draw(layer, 2 / fan_in(layer))  # ReLU halves a second moment
        draw(last, 0.1**2 / fan_in(last))  # quiet: the output starts near zero
    elif isinstance(module, Discriminator):
        *hidden, last = convolutions(module)
        for layer in hidden:
            draw(layer, 2 / (1 + 0.2**2) / fan_in(layer))  # LeakyReLU scales a second moment by (1 + 0.2**2) / 2
        draw(last, 1 / fan_in(last))
