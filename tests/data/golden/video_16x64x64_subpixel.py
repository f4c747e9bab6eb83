"""Generator and discriminator for 3×16×64×64 volumes from a latent vector of length 100.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm
from torch.nn.utils.parametrize import ParametrizationList, is_parametrized


class PixelShuffle3d(nn.Module):
    """What nn.PixelShuffle does, with a factor for each axis.

    (N, C * pixels, D, H, W) in, (N, C, D * factors[0], H * factors[1], W * factors[2]) out.
    """

    def __init__(self, factors: tuple[int, int, int]) -> None:
        super().__init__()
        self.factors = factors
        self.pixels = self.factors[0] * self.factors[1] * self.factors[2]

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        batch, channels, depth, height, width = value.shape
        split = value.reshape(batch, channels // self.pixels, *self.factors, depth, height, width)
        mixed = split.permute(0, 1, 5, 2, 6, 3, 7, 4)
        return mixed.reshape(batch, -1, depth * self.factors[0], height * self.factors[1], width * self.factors[2])


class Generator(nn.Module):
    """Latent vectors (N, latent_dim, 1, 1, 1) in, volumes (N, channels, 16, 64, 64) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 100, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(3)]  # 64, 128, 256
        self.main = nn.Sequential(
            nn.ConvTranspose3d(latent_dim, width[2], (4, 8, 8), bias=False),  # 256×4×8×8: (1 − 1)·1 − 2·0 + 4 = 4, (1 − 1)·1 − 2·0 + 8 = 8
            nn.BatchNorm3d(width[2]),
            nn.ReLU(inplace=True),
            nn.Conv3d(width[2], width[1] * 4, 3, padding=1, bias=False),  # 512×4×8×8: ⌊(4 + 2·1 − 3) / 1⌋ + 1 = 4, ⌊(8 + 2·1 − 3) / 1⌋ + 1 = 8
            PixelShuffle3d((1, 2, 2)),  # 128×4×16×16: 1·4 = 4, 2·8 = 16
            nn.BatchNorm3d(width[1]),
            nn.ReLU(inplace=True),
            nn.Conv3d(width[1], width[0] * 8, 3, padding=1, bias=False),  # 512×4×16×16: ⌊(4 + 2·1 − 3) / 1⌋ + 1 = 4, ⌊(16 + 2·1 − 3) / 1⌋ + 1 = 16
            PixelShuffle3d((2, 2, 2)),  # 64×8×32×32: 2·4 = 8, 2·16 = 32
            nn.BatchNorm3d(width[0]),
            nn.ReLU(inplace=True),
            nn.Conv3d(width[0], channels * 8, 3, padding=1, bias=False),  # 24×8×32×32: ⌊(8 + 2·1 − 3) / 1⌋ + 1 = 8, ⌊(32 + 2·1 − 3) / 1⌋ + 1 = 32
            PixelShuffle3d((2, 2, 2)),  # 3×16×64×64: 2·8 = 16, 2·32 = 64
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent)
        return image


class Discriminator(nn.Module):
    """Volumes (N, channels, 16, 64, 64) in, the logit (N,) of each being real out: for nn.BCEWithLogitsLoss or a hinge loss."""

    def __init__(self, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(3)]  # 64, 128, 256
        self.main = nn.Sequential(
            spectral_norm(nn.Conv3d(channels, width[0], 4, stride=2, padding=1)),  # 64×8×32×32: ⌊(16 + 2·1 − 4) / 2⌋ + 1 = 8, ⌊(64 + 2·1 − 4) / 2⌋ + 1 = 32
            nn.LeakyReLU(0.2, inplace=True),
            spectral_norm(nn.Conv3d(width[0], width[1], 4, stride=2, padding=1)),  # 128×4×16×16: ⌊(8 + 2·1 − 4) / 2⌋ + 1 = 4, ⌊(32 + 2·1 − 4) / 2⌋ + 1 = 16
            nn.LeakyReLU(0.2, inplace=True),
            spectral_norm(nn.Conv3d(width[1], width[2], (3, 4, 4), stride=(1, 2, 2), padding=1)),  # 256×4×8×8: ⌊(4 + 2·1 − 3) / 1⌋ + 1 = 4, ⌊(16 + 2·1 − 4) / 2⌋ + 1 = 8
            nn.LeakyReLU(0.2, inplace=True),
            spectral_norm(nn.Conv3d(width[2], 1, (4, 8, 8))),  # 1×1×1×1: ⌊(4 + 2·0 − 4) / 1⌋ + 1 = 1, ⌊(8 + 2·0 − 8) / 1⌋ + 1 = 1
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        logit: torch.Tensor = self.main(image)
        return logit.flatten()


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, ParametrizationList):
        nn.init.normal_(module.original, 0.0, 0.02)  # what spectral_norm divides
    elif isinstance(module, (nn.Conv3d, nn.ConvTranspose3d)):
        if not is_parametrized(module):
            nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm3d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Sequential):
        layers = list(module)
        for conv, shuffle in zip(layers, layers[1:], strict=False):
            if isinstance(conv, nn.Conv3d) and isinstance(shuffle, PixelShuffle3d):
                pixels = shuffle.pixels
                with torch.no_grad():  # ICNR: the pixels made of one start alike
                    conv.weight.copy_(conv.weight[::pixels].repeat_interleave(pixels, dim=0))
