"""Generator for 1×9600 signals from maps of 80×32.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.

The generator multiplies every size of a map from 1 on by 300; 32 is the size shown.
"""

import torch
from torch import nn


class PixelShuffle1d(nn.Module):
    """What nn.PixelShuffle does, on one axis: (N, C * factor, L) in, (N, C, L * factor) out."""

    def __init__(self, factor: int) -> None:
        super().__init__()
        self.factor = factor
        self.pixels = factor

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        batch, channels, length = value.shape
        split = value.reshape(batch, channels // self.pixels, self.factor, length)
        return split.transpose(2, 3).reshape(batch, -1, length * self.factor)


class Generator(nn.Module):
    """Maps (N, initial_channels, n) in, signals (N, channels, 300·n) in [-1, 1] out."""

    def __init__(self, initial_channels: int = 80, base_channels: int = 64, channels: int = 1) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(4)]  # 64, 128, 256, 512
        self.main = nn.Sequential(
            nn.Conv1d(initial_channels, width[3], 7, padding=3),  # 512×32: ⌊(32 + 2·3 − 7) / 1⌋ + 1 = 32
            nn.ReLU(inplace=True),
            nn.Conv1d(width[3], width[2] * 3, 7, padding=3),  # 768×32: ⌊(32 + 2·3 − 7) / 1⌋ + 1 = 32
            PixelShuffle1d(3),  # 256×96: 3·32 = 96
            nn.ReLU(inplace=True),
            nn.Conv1d(width[2], width[1] * 4, 7, padding=3),  # 512×96: ⌊(96 + 2·3 − 7) / 1⌋ + 1 = 96
            PixelShuffle1d(4),  # 128×384: 4·96 = 384
            nn.ReLU(inplace=True),
            nn.Conv1d(width[1], width[0] * 5, 7, padding=3),  # 320×384: ⌊(384 + 2·3 − 7) / 1⌋ + 1 = 384
            PixelShuffle1d(5),  # 64×1920: 5·384 = 1920
            nn.ReLU(inplace=True),
            nn.Conv1d(width[0], channels * 5, 7, padding=3),  # 5×1920: ⌊(1920 + 2·3 − 7) / 1⌋ + 1 = 1920
            PixelShuffle1d(5),  # 1×9600: 5·1920 = 9600
            nn.Tanh(),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(features)
        return image


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
    """Draw the weights of each network: ``Generator().apply(weights_init)``."""
    if isinstance(module, Generator):
        *hidden, last = convolutions(module)
        for layer in hidden:
            draw(layer, 2 / fan_in(layer))  # ReLU halves a second moment
        draw(last, 0.1**2 / fan_in(last))  # quiet: the output starts near zero
        layers = list(module.main)
        for conv, shuffle in zip(layers, layers[1:], strict=False):
            if isinstance(conv, nn.Conv1d) and isinstance(shuffle, PixelShuffle1d):
                pixels = shuffle.pixels
                with torch.no_grad():  # ICNR: the pixels made of one start alike
                    conv.weight.copy_(conv.weight[::pixels].repeat_interleave(pixels, dim=0))
