"""Generator and discriminator for 3×97×61 pictures from a latent vector of length 128.

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


class Attention(nn.Module):
    """The map plus what each position reads of all others (arXiv:1805.08318): (N, channels, H, W) in and out.

    The gain starts at zero, so that the layer starts as the map itself.
    """

    def __init__(self, channels: int, spectral: bool = False) -> None:
        super().__init__()

        def point(before: int, after: int) -> nn.Module:
            layer = nn.Conv2d(before, after, 1, bias=False)
            return spectral_norm(layer) if spectral else layer

        self.theta = point(channels, max(1, channels // 8))
        self.phi = point(channels, max(1, channels // 8))
        self.g = point(channels, max(1, channels // 2))
        self.o = point(max(1, channels // 2), channels)
        self.gain = nn.Parameter(torch.zeros(1))

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        queries = self.theta(value).flatten(2)
        keys = nn.functional.max_pool2d(self.phi(value), 2).flatten(2)
        values = nn.functional.max_pool2d(self.g(value), 2).flatten(2)
        shares = torch.softmax(queries.transpose(1, 2) @ keys, dim=2)  # of what a position reads
        mixed = (values @ shares.transpose(1, 2)).reshape(len(value), -1, *value.shape[2:])
        total: torch.Tensor = value + self.gain * self.o(mixed)
        return total


class Block(nn.Module):
    """The sum of two paths from one map."""

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, value: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        total: torch.Tensor = self.body(value, *labels) + self.shortcut(value)
        return total


class ConditionalBatchNorm(nn.Module):
    """Batch norm with the gain and bias of the label (arXiv:1707.00683): (N, channels, H, W) and labels (N,) in."""

    def __init__(self, channels: int, classes: int = 10) -> None:
        super().__init__()
        self.gain = nn.Embedding(classes, channels)
        self.bias = nn.Embedding(classes, channels)
        self.norm = nn.BatchNorm2d(channels, affine=False)
        nn.init.ones_(self.gain.weight)
        nn.init.zeros_(self.bias.weight)

    def forward(self, value: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        gain = self.gain(labels)[:, :, None, None]
        bias = self.bias(labels)[:, :, None, None]
        total: torch.Tensor = gain * self.norm(value) + bias
        return total


class ConditionalSequential(nn.Module):
    """Layers in sequence, as nn.Sequential, with the labels for those that read them."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        for place, layer in enumerate(layers):
            self.add_module(str(place), layer)

    def forward(self, value: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        for layer in self.children():
            reads_labels = isinstance(layer, (ConditionalBatchNorm, Block))
            value = layer(value, labels) if reads_labels else layer(value)
        return value


def up_block(before: int, after: int, factor: int, padding: int, margin: int, crop: tuple[int, int, int, int]) -> Block:
    """Norm, ReLU and convolution, twice; both paths reach the larger size."""
    body = ConditionalSequential(
        ConditionalBatchNorm(before),
        nn.ReLU(inplace=True),
        nn.Conv2d(before, after * factor**2, 3, padding=padding),
        nn.PixelShuffle(factor),
        nn.ZeroPad2d(crop),
        ConditionalBatchNorm(after),
        nn.ReLU(inplace=True),
        nn.Conv2d(after, after, 3, padding=1),
    )
    shortcut = nn.Sequential(nn.Conv2d(before, after * factor**2, 1, padding=margin), nn.PixelShuffle(factor), nn.ZeroPad2d(crop))
    return Block(body, shortcut)


def first_block(before: int, after: int, kernel_size: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]) -> Block:
    """Convolution, ReLU and convolution of the picture; both paths reach the smaller size."""
    body = nn.Sequential(
        spectral_norm(nn.Conv2d(before, after, 3, padding=1)),
        nn.ReLU(inplace=True),
        spectral_norm(nn.Conv2d(after, after, 3, padding=1)),
        nn.AvgPool2d(kernel_size, stride, padding),
    )
    shortcut = nn.Sequential(nn.AvgPool2d(kernel_size, stride, padding), spectral_norm(nn.Conv2d(before, after, 1)))
    return Block(body, shortcut)


def down_block(before: int, after: int, kernel_size: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]) -> Block:
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
    """Latent vectors (N, latent_dim, 1, 1) and labels (N,) from 0 to 9 in, pictures (N, channels, 97, 61) in [-1, 1] out."""

    def __init__(self, latent_dim: int = 128, base_channels: int = 32, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(5)]  # 32, 64, 128, 256, 512
        self.main = ConditionalSequential(
            nn.Flatten(),
            nn.Linear(latent_dim, width[4] * 24),
            nn.Unflatten(1, (width[4], 6, 4)),  # 512×6×4: 1 → 6, 1 → 4
            up_block(width[4], width[3], factor=2, padding=1, margin=0, crop=(0, 0, 0, 0)),  # 256×12×8: 2·6 = 12, 2·4 = 8
            Attention(width[3]),  # 256×12×8: 96 positions read 24
            up_block(width[3], width[2], factor=2, padding=1, margin=0, crop=(0, -1, 0, 0)),  # 128×24×15: 2·12 = 24, 2·8 = 16, 24 − 0 − 0 = 24, 16 − 0 − 1 = 15
            up_block(width[2], width[1], factor=2, padding=1, margin=0, crop=(0, 0, 0, 0)),  # 64×48×30: 2·24 = 48, 2·15 = 30
            up_block(width[1], width[0], factor=2, padding=2, margin=1, crop=(-2, -1, -2, -1)),  # 32×97×61: ⌊(48 + 2·2 − 3) / 1⌋ + 1 = 50, ⌊(30 + 2·2 − 3) / 1⌋ + 1 = 32, 2·50 = 100, 2·32 = 64, 100 − 2 − 1 = 97, 64 − 2 − 1 = 61
            nn.BatchNorm2d(width[0]),
            nn.ReLU(inplace=True),
            nn.Conv2d(width[0], channels, 3, padding=1),  # 3×97×61: ⌊(97 + 2·1 − 3) / 1⌋ + 1 = 97, ⌊(61 + 2·1 − 3) / 1⌋ + 1 = 61
            nn.Tanh(),
        )

    def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent, labels)
        return image


class Discriminator(nn.Module):
    """Pictures (N, channels, 97, 61) and labels (N,) from 0 to 9 in, the logit (N,) of each being real out: for nn.BCEWithLogitsLoss or a hinge loss."""

    def __init__(self, base_channels: int = 32, channels: int = 3) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, 512) for k in range(4)]  # 32, 64, 128, 256
        self.main = nn.Sequential(
            first_block(channels, width[0], kernel_size=(3, 3), stride=(2, 2), padding=(0, 0)),  # 32×48×30: ⌊(97 + 2·0 − 3) / 2⌋ + 1 = 48, ⌊(61 + 2·0 − 3) / 2⌋ + 1 = 30
            down_block(width[0], width[1], kernel_size=(2, 2), stride=(2, 2), padding=(0, 0)),  # 64×24×15: ⌊(48 + 2·0 − 2) / 2⌋ + 1 = 24, ⌊(30 + 2·0 − 2) / 2⌋ + 1 = 15
            down_block(width[1], width[2], kernel_size=(2, 3), stride=(2, 2), padding=(0, 1)),  # 128×12×8: ⌊(24 + 2·0 − 2) / 2⌋ + 1 = 12, ⌊(15 + 2·1 − 3) / 2⌋ + 1 = 8
            Attention(width[2], spectral=True),  # 128×12×8: 96 positions read 24
            down_block(width[2], width[3], kernel_size=(2, 2), stride=(2, 2), padding=(0, 0)),  # 256×6×4: ⌊(12 + 2·0 − 2) / 2⌋ + 1 = 6, ⌊(8 + 2·0 − 2) / 2⌋ + 1 = 4
            nn.ReLU(inplace=True),
            SumPool(),
        )
        self.head = spectral_norm(nn.Linear(width[3], 1))
        self.embedding = spectral_norm(nn.Embedding(10, width[3]))

    def forward(self, image: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        features = self.main(image)
        real = self.head(features)
        label = self.embedding(labels)
        match = (features * label).sum(dim=1, keepdim=True)
        logit: torch.Tensor = real + match
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
    elif isinstance(module, nn.BatchNorm2d) and module.affine:
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
    elif isinstance(module, Attention):
        nn.init.zeros_(module.gain)
    elif isinstance(module, ConditionalBatchNorm):
        nn.init.ones_(module.gain.weight)
        nn.init.zeros_(module.bias.weight)
    elif isinstance(module, (nn.Sequential, ConditionalSequential)):
        layers = list(module.children())
        for conv, shuffle in zip(layers, layers[1:], strict=False):
            if isinstance(conv, nn.Conv2d) and isinstance(shuffle, nn.PixelShuffle):
                pixels = shuffle.upscale_factor**2
                with torch.no_grad():  # ICNR: the pixels made of one start alike
                    conv.weight.copy_(conv.weight[::pixels].repeat_interleave(pixels, dim=0))
