"""UNet for 1×300×37 pictures from pictures of 1×300×37.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.

The network takes inputs of any size that it states; 300×37 is the size shown.
"""

import torch
from torch import nn


def body(before: int, after: int, count: int) -> list[nn.Module]:
    """Convolutions that keep the size, each with norm and ReLU."""
    layers: list[nn.Module] = []
    for channels in (before, *[after] * (count - 1)):
        layers.append(nn.Conv2d(channels, after, 3, padding=1, bias=False))
        layers.append(nn.BatchNorm2d(after))
        layers.append(nn.ReLU(inplace=True))
    return layers


class Up(nn.Module):
    """Features of the level below, enlarged and joined with the skip, and a body."""

    def __init__(self, enlarge: nn.Module, body: nn.Module) -> None:
        super().__init__()
        self.enlarge = enlarge
        self.body = body

    def forward(self, features: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        larger = self.enlarge(features, output_size=skip.shape[2:])
        joined: torch.Tensor = self.body(torch.cat((skip, larger), dim=1))
        return joined


class UNet(nn.Module):
    """Pictures (N, input_channels, h, w) in, pictures (N, channels, h, w) of any range out, for every height and width from 4 on."""

    def __init__(self, initial_channels: int = 256, input_channels: int = 1, base_channels: int = 64, channels: int = 1) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(3)]  # 64, 128, 256
        self.down = nn.ModuleList(
            [
                nn.Sequential(*body(input_channels, width[0], 2)),  # 64×300×37
                nn.Sequential(
                    nn.Conv2d(width[0], width[1], 4, stride=2, padding=1, bias=False),  # 128×150×18: ⌊(300 + 2·1 − 4) / 2⌋ + 1 = 150, ⌊(37 + 2·1 − 4) / 2⌋ + 1 = 18
                    nn.BatchNorm2d(width[1]),
                    nn.ReLU(inplace=True),
                    *body(width[1], width[1], 2),
                ),
                nn.Sequential(
                    nn.Conv2d(width[1], width[2], 4, stride=2, padding=1, bias=False),  # 256×75×9: ⌊(150 + 2·1 − 4) / 2⌋ + 1 = 75, ⌊(18 + 2·1 − 4) / 2⌋ + 1 = 9
                    nn.BatchNorm2d(width[2]),
                    nn.ReLU(inplace=True),
                    *body(width[2], width[2], 2),
                ),
            ]
        )
        self.middle = nn.Sequential(*body(width[2], initial_channels, 1), *body(initial_channels, width[2], 1))
        self.up = nn.ModuleList(
            [
                Up(
                    nn.ConvTranspose2d(width[2], width[1], 4, stride=2, padding=1, bias=False),  # 128×150×18: (75 − 1)·2 − 2·1 + 4 = 150, (9 − 1)·2 − 2·1 + 4 = 18
                    nn.Sequential(*body(2 * width[1], width[1], 2)),
                ),
                Up(
                    nn.ConvTranspose2d(width[1], width[0], 4, stride=2, padding=1, bias=False),  # 64×300×37: (150 − 1)·2 − 2·1 + 4 = 300, (18 − 1)·2 − 2·1 + 4 + 1 = 37
                    nn.Sequential(*body(2 * width[0], width[0], 2)),
                ),
            ]
        )
        self.head = nn.Sequential(
            nn.Conv2d(width[0], channels, 1),  # 1×300×37
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        least = 4
        if min(image.shape[2:]) < least:
            raise ValueError(f"each side must be at least {least}, got {tuple(image.shape[2:])}")
        skips: list[torch.Tensor] = []
        features = image
        for stage in self.down:
            features = stage(features)
            skips.append(features)
        features = self.middle(skips.pop())
        for up in self.up:
            features = up(features, skips.pop())
        output: torch.Tensor = self.head(features)
        return output


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``UNet().apply(weights_init)``."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
