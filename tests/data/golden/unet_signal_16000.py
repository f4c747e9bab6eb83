"""UNet for 2×16000 signals from signals of 2×16000.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.

The network takes inputs of any size that it states; 16000 is the size shown.
"""

import torch
from torch import nn


def body(before: int, after: int, count: int) -> list[nn.Module]:
    """Convolutions that keep the size, each with ReLU."""
    layers: list[nn.Module] = []
    for channels in (before, *[after] * (count - 1)):
        layers.append(nn.Conv1d(channels, after, 3, padding=1))
        layers.append(nn.ReLU(inplace=True))
    return layers


class Up(nn.Module):
    """Features of the level below, enlarged and added to the skip, and a body."""

    def __init__(self, enlarge: nn.Module, body: nn.Module) -> None:
        super().__init__()
        self.enlarge = enlarge
        self.body = body

    def forward(self, features: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        larger = self.enlarge(nn.functional.interpolate(features, size=skip.shape[2:]))
        joined: torch.Tensor = self.body(skip + larger)
        return joined


class UNet(nn.Module):
    """Signals (N, input_channels, n) in, signals (N, channels, n) in [-1, 1] out, for every length from 16 on."""

    def __init__(self, initial_channels: int = 512, input_channels: int = 2, base_channels: int = 32, channels: int = 2) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(3)]  # 32, 64, 128
        self.down = nn.ModuleList(
            [
                nn.Sequential(*body(input_channels, width[0], 2)),  # 32×16000
                nn.Sequential(
                    nn.Conv1d(width[0], width[1], 16, stride=4, padding=6),  # 64×4000: ⌊(16000 + 2·6 − 16) / 4⌋ + 1 = 4000
                    nn.ReLU(inplace=True),
                    *body(width[1], width[1], 2),
                ),
                nn.Sequential(
                    nn.Conv1d(width[1], width[2], 16, stride=4, padding=6),  # 128×1000: ⌊(4000 + 2·6 − 16) / 4⌋ + 1 = 1000
                    nn.ReLU(inplace=True),
                    *body(width[2], width[2], 2),
                ),
            ]
        )
        self.middle = nn.Sequential(*body(width[2], initial_channels, 1), *body(initial_channels, width[2], 1))
        self.up = nn.ModuleList(
            [
                Up(
                    nn.Conv1d(width[2], width[1], 15, padding=7),  # 64×4000
                    nn.Sequential(*body(width[1], width[1], 2)),
                ),
                Up(
                    nn.Conv1d(width[1], width[0], 15, padding=7),  # 32×16000
                    nn.Sequential(*body(width[0], width[0], 2)),
                ),
            ]
        )
        self.head = nn.Sequential(
            nn.Conv1d(width[0], channels, 1),  # 2×16000
            nn.Tanh(),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        least = 16
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


def convolutions(network: nn.Module) -> list[nn.Conv1d]:
    """The convolutions of a network, in order."""
    return [layer for layer in network.modules() if isinstance(layer, nn.Conv1d)]


def draw(layer: nn.Conv1d, variance: float) -> None:
    """Draw the weights of a layer with this variance; its biases become zero."""
    nn.init.normal_(layer.weight, 0.0, variance**0.5)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def fan_in(layer: nn.Conv1d) -> float:
    """How many products a number of the output adds up."""
    return layer.in_channels * torch.Size(layer.kernel_size).numel() / layer.groups


def weights_init(module: nn.Module) -> None:
    """Draw the weights of each network: ``UNet().apply(weights_init)``."""
    if isinstance(module, UNet):
        *hidden, last = convolutions(module)
        linear = [layer for up in module.up for layer in convolutions(up)[:2]]  # no ReLU follows, or the input is a sum of two maps
        for layer in hidden:
            draw(layer, (1 if layer in linear else 2) / fan_in(layer))  # ReLU halves a second moment
        draw(last, 1 / fan_in(last))
