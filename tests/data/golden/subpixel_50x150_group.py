"""Generator and discriminator for 3×50×150 pictures from a latent vector of length 64.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn


def group_count(channels: int) -> int:
    """The largest number up to 32 that divides the channels."""
    return max(groups for groups in range(1, 33) if channels % groups == 0)


class Generator(nn.Module):
    """Latent vectors (N, latent_dim, 1, 1) in, pictures (N, channels, 50, 150) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 64, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(3)]  # 64, 128, 256
        self.main = nn.Sequential(
            nn.ConvTranspose2d(latent_dim, width[2], (6, 19), bias=False),  # 256×6×19: (1 − 1)·1 − 2·0 + 6 = 6, (1 − 1)·1 − 2·0 + 19 = 19
            nn.GroupNorm(group_count(width[2]), width[2]),
            nn.ReLU(inplace=True),
            nn.Conv2d(width[2], width[1] * 4, 3, padding=1, bias=False),  # 512×6×19: ⌊(6 + 2·1 − 3) / 1⌋ + 1 = 6, ⌊(19 + 2·1 − 3) / 1⌋ + 1 = 19
            nn.PixelShuffle(2),  # 128×12×38: 2·6 = 12, 2·19 = 38
            nn.GroupNorm(group_count(width[1]), width[1]),
            nn.ReLU(inplace=True),
            nn.Conv2d(width[1], width[0] * 4, 3, padding=(2, 1), bias=False),  # 256×14×38: ⌊(12 + 2·2 − 3) / 1⌋ + 1 = 14, ⌊(38 + 2·1 − 3) / 1⌋ + 1 = 38
            nn.PixelShuffle(2),  # 64×28×76: 2·14 = 28, 2·38 = 76
            nn.ZeroPad2d((0, -1, -2, -1)),  # 64×25×75: 28 − 2 − 1 = 25, 76 − 0 − 1 = 75
            nn.GroupNorm(group_count(width[0]), width[0]),
            nn.ReLU(inplace=True),
            nn.Conv2d(width[0], channels * 4, 3, padding=1),  # 12×25×75: ⌊(25 + 2·1 − 3) / 1⌋ + 1 = 25, ⌊(75 + 2·1 − 3) / 1⌋ + 1 = 75
            nn.PixelShuffle(2),  # 3×50×150: 2·25 = 50, 2·75 = 150
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent)
        return image


class Discriminator(nn.Module):
    """Pictures (N, channels, 50, 150) in, the probability (N,) that each is real out: for nn.BCELoss."""

    def __init__(self, base_channels: int = 32, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(3)]  # 32, 64, 128
        self.main = nn.Sequential(
            nn.Conv2d(channels, width[0], 4, stride=2, padding=1),  # 32×25×75: ⌊(50 + 2·1 − 4) / 2⌋ + 1 = 25, ⌊(150 + 2·1 − 4) / 2⌋ + 1 = 75
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[0], width[1], 4, stride=2, padding=(1, 2), bias=False),  # 64×12×38: ⌊(25 + 2·1 − 4) / 2⌋ + 1 = 12, ⌊(75 + 2·2 − 4) / 2⌋ + 1 = 38
            nn.GroupNorm(group_count(width[1]), width[1]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[1], width[2], 4, stride=2, padding=1, bias=False),  # 128×6×19: ⌊(12 + 2·1 − 4) / 2⌋ + 1 = 6, ⌊(38 + 2·1 − 4) / 2⌋ + 1 = 19
            nn.GroupNorm(group_count(width[2]), width[2]),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width[2], 1, (6, 19)),  # 1×1×1: ⌊(6 + 2·0 − 6) / 1⌋ + 1 = 1, ⌊(19 + 2·0 − 19) / 1⌋ + 1 = 1
            nn.Sigmoid(),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        probability: torch.Tensor = self.main(image)
        return probability.flatten()


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.GroupNorm):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Sequential):
        layers = list(module)
        for conv, shuffle in zip(layers, layers[1:], strict=False):
            if isinstance(conv, nn.Conv2d) and isinstance(shuffle, nn.PixelShuffle):
                pixels = shuffle.upscale_factor**2
                with torch.no_grad():  # ICNR: the pixels made of one start alike
                    conv.weight.copy_(conv.weight[::pixels].repeat_interleave(pixels, dim=0))
