"""Generator and discriminator for 3×48×48 pictures from a latent vector of length 64.

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
    """Latent vectors (N, latent_dim, 1, 1) and labels (N,) from 0 to 9 in, pictures (N, channels, 48, 48) of any range out."""

    def __init__(self, latent_dim: int = 64, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(4)]  # 64, 128, 256, 512
        self.embedding = nn.Embedding(10, latent_dim)
        self.main = nn.Sequential(
            nn.Flatten(),
            nn.Linear(2 * latent_dim, width[3], bias=False),
            nn.Unflatten(1, (width[3], 1, 1)),  # 512×1×1: 1 → 1
            Basis(width[3], (6, 6)),  # 512×6×6: 1 → 6
            block(width[3]),  # 512×6×6
            block(width[3]),  # 512×6×6
            change_channels(width[3], width[2]),
            InterpolatingUpsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),  # 256×12×12: (6 − 1)·2 − 2·1 + 4 = 12
            block(width[2]),  # 256×12×12
            block(width[2]),  # 256×12×12
            change_channels(width[2], width[1]),
            InterpolatingUpsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),  # 128×24×24: (12 − 1)·2 − 2·1 + 4 = 24
            block(width[1]),  # 128×24×24
            block(width[1]),  # 128×24×24
            change_channels(width[1], width[0]),
            InterpolatingUpsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),  # 64×48×48: (24 − 1)·2 − 2·1 + 4 = 48
            block(width[0]),  # 64×48×48
            block(width[0]),  # 64×48×48
            nn.Conv2d(width[0], channels, 1, bias=False),  # 3×48×48: ⌊(48 + 2·0 − 1) / 1⌋ + 1 = 48
        )

    def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        label = self.embedding(labels).view_as(latent)
        image: torch.Tensor = self.main(torch.cat((latent, label), dim=1))
        return image


class Discriminator(nn.Module):
    """Pictures (N, channels, 48, 48) and labels (N,) from 0 to 9 in, the logit (N,) of each being real out: for a relativistic loss with the penalties R1 and R2."""

    def __init__(self, base_channels: int = 64, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(4)]  # 64, 128, 256, 512
        self.main = nn.Sequential(
            nn.Conv2d(channels, width[0], 1, bias=False),  # 64×48×48: ⌊(48 + 2·0 − 1) / 1⌋ + 1 = 48
            block(width[0]),  # 64×48×48
            block(width[0]),  # 64×48×48
            InterpolatingDownsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),  # 64×24×24: ⌊(48 + 2·1 − 4) / 2⌋ + 1 = 24
            change_channels(width[0], width[1]),
            block(width[1]),  # 128×24×24
            block(width[1]),  # 128×24×24
            InterpolatingDownsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),  # 128×12×12: ⌊(24 + 2·1 − 4) / 2⌋ + 1 = 12
            change_channels(width[1], width[2]),
            block(width[2]),  # 256×12×12
            block(width[2]),  # 256×12×12
            InterpolatingDownsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),  # 256×6×6: ⌊(12 + 2·1 − 4) / 2⌋ + 1 = 6
            change_channels(width[2], width[3]),
            block(width[3]),  # 512×6×6
            block(width[3]),  # 512×6×6
            nn.Conv2d(width[3], width[3], 6, groups=width[3], bias=False),  # 512×1×1: ⌊(6 + 2·0 − 6) / 1⌋ + 1 = 1
            nn.Flatten(),
        )
        self.head = nn.Linear(width[3], width[3], bias=False)
        self.embedding = nn.Embedding(10, width[3])

    def forward(self, image: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        features = self.head(self.main(image))
        logit: torch.Tensor = (features * self.embedding(labels)).sum(dim=1)
        return logit


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
    if isinstance(module, Generator):
        nn.init.normal_(module.embedding.weight, 0.0, (1 / module.embedding.num_embeddings) ** 0.5)
    if isinstance(module, Discriminator):
        draw(module.head, 1)
        nn.init.normal_(module.embedding.weight, 0.0, (1 / (module.embedding.num_embeddings * module.embedding.embedding_dim)) ** 0.5)
