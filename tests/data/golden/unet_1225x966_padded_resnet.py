"""UNet for 3×1225×966 pictures from pictures of 3×1225×966.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.

The network takes inputs of any size that it states; 1225×966 is the size shown.
"""

import torch
from torch import nn


def group_count(channels: int) -> int:
    """The largest number up to 32 that divides the channels."""
    return max(groups for groups in range(1, 33) if channels % groups == 0)


class Block(nn.Module):
    """The sum of two paths from one map."""

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        total: torch.Tensor = self.body(value) + self.shortcut(value)
        return total


def block(before: int, after: int) -> Block:
    """Norm, ReLU and convolution, twice, beside the map itself."""
    body = nn.Sequential(
        nn.GroupNorm(group_count(before), before),
        nn.ReLU(inplace=True),
        nn.Conv2d(before, after, 3, padding=1),
        nn.GroupNorm(group_count(after), after),
        nn.ReLU(inplace=True),
        nn.Conv2d(after, after, 3, padding=1),
    )
    shortcut = nn.Identity() if before == after else nn.Conv2d(before, after, 1)
    return Block(body, shortcut)


def body(before: int, after: int, count: int) -> list[nn.Module]:
    """Residual blocks that keep the size."""
    return [block(before, after), *(block(after, after) for _ in range(count - 1))]


class Up(nn.Module):
    """Features of the level below, enlarged and added to the skip, and a body."""

    def __init__(self, enlarge: nn.Module, body: nn.Module) -> None:
        super().__init__()
        self.enlarge = enlarge
        self.body = body

    def forward(self, features: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        larger = self.enlarge(features)
        joined: torch.Tensor = self.body(skip + larger)
        return joined


class UNet(nn.Module):
    """Pictures (N, input_channels, h, w) in, pictures (N, channels, h, w) in [-1, 1] out, for every height and width from 3 on."""

    def __init__(self, initial_channels: int = 512, input_channels: int = 3, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(2)]  # 64, 128
        self.down = nn.ModuleList(
            [
                nn.Sequential(
                    nn.Conv2d(input_channels, width[0], 3, padding=1),  # 64×1226×966
                    *body(width[0], width[0], 1),
                ),
                nn.Sequential(
                    nn.Conv2d(width[0], width[1], 4, stride=2, padding=1),  # 128×613×483: ⌊(1226 + 2·1 − 4) / 2⌋ + 1 = 613, ⌊(966 + 2·1 − 4) / 2⌋ + 1 = 483
                    *body(width[1], width[1], 1),
                ),
            ]
        )
        self.middle = nn.Sequential(*body(width[1], initial_channels, 1), *body(initial_channels, width[1], 1))
        self.up = nn.ModuleList(
            [
                Up(
                    nn.Sequential(
                        nn.Conv2d(width[1], width[0] * 4, 3, padding=1),  # 256×613×483
                        nn.PixelShuffle(2),  # 64×1226×966: 2·613 = 1226, 2·483 = 966
                    ),
                    nn.Sequential(*body(width[0], width[0], 1)),
                ),
            ]
        )
        self.head = nn.Sequential(
            nn.GroupNorm(group_count(width[0]), width[0]),
            nn.ReLU(inplace=True),
            nn.Conv2d(width[0], channels, 1),  # 3×1226×966
            nn.Tanh(),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        least = 3
        if min(image.shape[2:]) < least:
            raise ValueError(f"each side must be at least {least}, got {tuple(image.shape[2:])}")
        size = image.shape[2:]
        added = [more for side in reversed(size) for more in (0, -side % 2)]
        features = nn.functional.pad(image, added)
        skips: list[torch.Tensor] = []
        for stage in self.down:
            features = stage(features)
            skips.append(features)
        features = self.middle(skips.pop())
        for up in self.up:
            features = up(features, skips.pop())
        output: torch.Tensor = self.head(features)
        return output[:, :, : size[0], : size[1]].contiguous()


def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``UNet().apply(weights_init)``."""
    if isinstance(module, nn.Conv2d):
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
