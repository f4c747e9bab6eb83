"""Generator and discriminator for 3×97×61 pictures from a latent vector of length 64.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn


class Basis(nn.Module):
    """A learned map whose channels the input scales: (N, channels, 1, 1) in."""

    def __init__(self, channels: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels, *size))

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return value * self.weight


def interpolation_weights(kernel_size: int, stride: int) -> torch.Tensor:
    """A triangle of weights, along one axis; those of each phase add up to one."""
    distance = (2 * torch.arange(kernel_size) - kernel_size + 1).abs()
    weights = (2 * stride - distance).clamp(min=0)
    sums = [weights[tap % stride :: stride].sum() for tap in range(kernel_size)]
    return weights / torch.stack(sums)


class InterpolatingUpsample(nn.Module):
    """Linear interpolation to a larger map: a transposed convolution of fixed weights, each channel by itself."""

    kernel: torch.Tensor

    def __init__(self, kernel_size: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int], output_padding: tuple[int, int] = (0, 0)) -> None:
        super().__init__()
        self.stride = stride
        self.padding = padding
        self.output_padding = output_padding
        kernel = torch.ones(())
        for taps, step in zip(kernel_size, stride, strict=True):
            kernel = kernel[..., None] * interpolation_weights(taps, step)
        self.register_buffer("kernel", kernel)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        channels = value.shape[1]
        kernels = self.kernel.expand(channels, 1, *self.kernel.shape)
        return nn.functional.conv_transpose2d(value, kernels, None, self.stride, self.padding, self.output_padding, channels)


class InterpolatingDownsample(nn.Module):
    """Means of windows with the weights of linear interpolation, each channel by itself."""

    kernel: torch.Tensor

    def __init__(self, kernel_size: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]) -> None:
        super().__init__()
        self.stride = stride
        self.padding = padding
        kernel = torch.ones(())
        for taps, step in zip(kernel_size, stride, strict=True):
            kernel = kernel[..., None] * (interpolation_weights(taps, step) / step)
        self.register_buffer("kernel", kernel)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        channels = value.shape[1]
        kernels = self.kernel.expand(channels, 1, *self.kernel.shape)
        return nn.functional.conv2d(value, kernels, None, self.stride, self.padding, 1, channels)


def convolution_groups(channels: int) -> int:
    """The fewest groups of at most 16 channels that divide the channels."""
    return min(groups for groups in range(1, channels + 1) if channels % groups == 0 and channels <= 16 * groups)


class Block(nn.Module):
    """The sum of two paths from one map."""

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        total: torch.Tensor = self.body(value) + self.shortcut(value)
        return total


def block(channels: int) -> Block:
    """1×1, grouped 3×3 and 1×1 convolutions through 2 times the channels, beside the map itself."""
    body = nn.Sequential(
        nn.Conv2d(channels, 2 * channels, 1),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(2 * channels, 2 * channels, 3, padding=1, groups=convolution_groups(2 * channels)),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(2 * channels, channels, 1, bias=False),
    )
    shortcut = nn.Identity()
    return Block(body, shortcut)


def change_channels(before: int, after: int) -> nn.Module:
    """A convolution of one tap, unless the channels stay."""
    return nn.Identity() if before == after else nn.Conv2d(before, after, 1, bias=False)


class Generator(nn.Module):
    """Latent vectors (N, latent_dim, 1, 1) in, pictures (N, channels, 97, 61) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 64, base_channels: int = 48, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(5)]  # 48, 96, 192, 384, 512
        self.main = nn.Sequential(
            nn.Flatten(),
            nn.Linear(latent_dim, width[4], bias=False),
            nn.Unflatten(1, (width[4], 1, 1)),  # 512×1×1: 1 → 1
            Basis(width[4], (6, 4)),  # 512×6×4: 1 → 6, 1 → 4
            block(width[4]),  # 512×6×4
            change_channels(width[4], width[3]),
            InterpolatingUpsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),  # 384×12×8: (6 − 1)·2 − 2·1 + 4 = 12, (4 − 1)·2 − 2·1 + 4 = 8
            block(width[3]),  # 384×12×8
            change_channels(width[3], width[2]),
            InterpolatingUpsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 2), output_padding=(0, 1)),  # 192×24×15: (12 − 1)·2 − 2·1 + 4 = 24, (8 − 1)·2 − 2·2 + 4 + 1 = 15
            block(width[2]),  # 192×24×15
            change_channels(width[2], width[1]),
            InterpolatingUpsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),  # 96×48×30: (24 − 1)·2 − 2·1 + 4 = 48, (15 − 1)·2 − 2·1 + 4 = 30
            block(width[1]),  # 96×48×30
            change_channels(width[1], width[0]),
            InterpolatingUpsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1), output_padding=(1, 1)),  # 48×97×61: (48 − 1)·2 − 2·1 + 4 + 1 = 97, (30 − 1)·2 − 2·1 + 4 + 1 = 61
            block(width[0]),  # 48×97×61
            nn.Conv2d(width[0], channels, 1, bias=False),  # 3×97×61: ⌊(97 + 2·0 − 1) / 1⌋ + 1 = 97, ⌊(61 + 2·0 − 1) / 1⌋ + 1 = 61
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent)
        return image


class Discriminator(nn.Module):
    """Pictures (N, channels, 97, 61) in, the logit (N,) of each being real out: for a relativistic loss with the penalties R1 and R2."""

    def __init__(self, base_channels: int = 48, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(5)]  # 48, 96, 192, 384, 512
        self.main = nn.Sequential(
            nn.Conv2d(channels, width[0], 1, bias=False),  # 48×97×61: ⌊(97 + 2·0 − 1) / 1⌋ + 1 = 97, ⌊(61 + 2·0 − 1) / 1⌋ + 1 = 61
            block(width[0]),  # 48×97×61
            InterpolatingDownsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),  # 48×48×30: ⌊(97 + 2·1 − 4) / 2⌋ + 1 = 48, ⌊(61 + 2·1 − 4) / 2⌋ + 1 = 30
            change_channels(width[0], width[1]),
            block(width[1]),  # 96×48×30
            InterpolatingDownsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),  # 96×24×15: ⌊(48 + 2·1 − 4) / 2⌋ + 1 = 24, ⌊(30 + 2·1 − 4) / 2⌋ + 1 = 15
            change_channels(width[1], width[2]),
            block(width[2]),  # 192×24×15
            InterpolatingDownsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 2)),  # 192×12×8: ⌊(24 + 2·1 − 4) / 2⌋ + 1 = 12, ⌊(15 + 2·2 − 4) / 2⌋ + 1 = 8
            change_channels(width[2], width[3]),
            block(width[3]),  # 384×12×8
            InterpolatingDownsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),  # 384×6×4: ⌊(12 + 2·1 − 4) / 2⌋ + 1 = 6, ⌊(8 + 2·1 − 4) / 2⌋ + 1 = 4
            change_channels(width[3], width[4]),
            block(width[4]),  # 512×6×4
            nn.Conv2d(width[4], width[4], (6, 4), groups=width[4], bias=False),  # 512×1×1: ⌊(6 + 2·0 − 6) / 1⌋ + 1 = 1, ⌊(4 + 2·0 − 4) / 1⌋ + 1 = 1
            nn.Flatten(),
            nn.Linear(width[4], 1, bias=False),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        logit: torch.Tensor = self.main(image)
        return logit.flatten()


def fan_in(layer: nn.Conv2d | nn.Linear) -> float:
    """How many products a number of the output adds up."""
    if isinstance(layer, nn.Linear):
        return layer.in_features
    return layer.in_channels * torch.Size(layer.kernel_size).numel() / layer.groups


def draw(layer: nn.Conv2d | nn.Linear, variance: float) -> None:
    """Draw the weights of a layer with this variance over its fan-in; its biases become zero."""
    nn.init.normal_(layer.weight, 0.0, (variance / fan_in(layer)) ** 0.5)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def weights_init(module: nn.Module) -> None:
    """Draw the weights of each network: ``Generator().apply(weights_init)``."""
    if isinstance(module, (Generator, Discriminator)):
        blocks = sum(isinstance(part, Block) for part in module.main)
        inner = 2 / (1 + 0.2**2) / blocks**0.5  # LeakyReLU scales a second moment by (1 + 0.2**2) / 2
        for part in module.main:
            if isinstance(part, Block):
                *hidden, last = [each for each in part.body.children() if isinstance(each, nn.Conv2d)]
                for each in hidden:
                    draw(each, inner)
                nn.init.zeros_(last.weight)  # a block starts as its shortcut
            elif isinstance(part, (nn.Conv2d, nn.Linear)):
                draw(part, 1)
            elif isinstance(part, Basis):
                nn.init.normal_(part.weight)
