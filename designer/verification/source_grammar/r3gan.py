"""What an R3GAN source has of its own: the basis, the resamplers, the blocks, the drawing of weights."""

from __future__ import annotations

from designer.verification.source_grammar.pattern_rules import Rule, expression, name, statements

_RESAMPLERS: dict[str, Rule] = {
    "_numbers": expression("tuple[int]", "tuple[int, int]", "tuple[int, int, int]"),
    "_zeros": expression("(0,)", "(0, 0)", "(0, 0, 0)"),
    "_conv": name("conv1d", "conv2d", "conv3d"),
    "_conv_transpose": name("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"),
    "_channel_kernels": statements(
        """
        channels = value.shape[1]
        kernels = self.kernel.expand(channels, 1, *self.kernel.shape)
        """,
    ),
    "_upsample": statements(
        """
        def interpolation_weights(kernel_size: int, stride: int) -> torch.Tensor:
            _str
            distance = (2 * torch.arange(kernel_size) - kernel_size + 1).abs()
            weights = (2 * stride - distance).clamp(min=0)
            sums = [weights[tap % stride :: stride].sum() for tap in range(kernel_size)]
            return weights / torch.stack(sums)

        class InterpolatingUpsample(nn.Module):
            _str

            kernel: torch.Tensor

            def __init__(self, kernel_size: _numbers, stride: _numbers, padding: _numbers, output_padding: _numbers = _zeros) -> None:
                super().__init__()
                self.stride = stride
                self.padding = padding
                self.output_padding = output_padding
                kernel = torch.ones(())
                for taps, step in zip(kernel_size, stride, strict=True):
                    kernel = kernel[..., None] * interpolation_weights(taps, step)
                self.register_buffer("kernel", kernel)

            def forward(self, value: torch.Tensor) -> torch.Tensor:
                _channel_kernels
                return nn.functional._conv_transpose(value, kernels, None, self.stride, self.padding, self.output_padding, channels)
        """,
    ),
    "_downsample": statements(
        "",
        """
        class InterpolatingDownsample(nn.Module):
            _str

            kernel: torch.Tensor

            def __init__(self, kernel_size: _numbers, stride: _numbers, padding: _numbers) -> None:
                super().__init__()
                self.stride = stride
                self.padding = padding
                kernel = torch.ones(())
                for taps, step in zip(kernel_size, stride, strict=True):
                    kernel = kernel[..., None] * (interpolation_weights(taps, step) / step)
                self.register_buffer("kernel", kernel)

            def forward(self, value: torch.Tensor) -> torch.Tensor:
                _channel_kernels
                return nn.functional._conv(value, kernels, None, self.stride, self.padding, 1, channels)
        """,
    ),
}

_BLOCKS: dict[str, Rule] = {
    "_basis": statements(
        """
        class Basis(nn.Module):
            _str

            def __init__(self, channels: int, size: _numbers) -> None:
                super().__init__()
                self.weight = nn.Parameter(torch.randn(channels, *size))

            def forward(self, value: torch.Tensor) -> torch.Tensor:
                return value * self.weight
        """,
    ),
    "_inner": expression("_int * channels"),
    "_r3gan_block": statements(
        """
        def block(channels: int) -> Block:
            _str
            body = nn.Sequential(
                nn._Conv(channels, _inner, 1),
                nn.LeakyReLU(_float, inplace=True),
                nn._Conv(_inner, _inner, _int, padding=_int, groups=convolution_groups(_inner)),
                nn.LeakyReLU(_float, inplace=True),
                nn._Conv(_inner, channels, 1, bias=False),
            )
            shortcut = nn.Identity()
            return Block(body, shortcut)
        """,
    ),
    "_r3gan": statements(
        "",
        """
        _basis
        _upsample
        _downsample

        def convolution_groups(channels: int) -> int:
            _str
            return min(groups for groups in range(1, channels + 1) if channels % groups == 0 and channels <= _int * groups)

        _block_class
        _r3gan_block

        def change_channels(before: int, after: int) -> nn.Module:
            _str
            return nn.Identity() if before == after else nn._Conv(before, after, 1, bias=False)
        """,
    ),
}

_WEIGHTS: dict[str, Rule] = {
    "_r3gan_networks": expression("Generator", "(Generator, Discriminator)"),
    "_r3gan_discriminator_labels": statements(
        "",
        """
        if isinstance(module, Discriminator):
            draw(module.head, 1)
            nn.init.normal_(module.embedding.weight, 0.0, (1 / (module.embedding.num_embeddings * module.embedding.embedding_dim)) ** 0.5)
        """,
    ),
    "_r3gan_labels": statements(
        "",
        """
        if isinstance(module, Generator):
            nn.init.normal_(module.embedding.weight, 0.0, (1 / module.embedding.num_embeddings) ** 0.5)
        _r3gan_discriminator_labels
        """,
    ),
    "_r3gan_weights": statements(
        """
        def fan_in(layer: nn._Conv | nn.Linear) -> float:
            _str
            if isinstance(layer, nn.Linear):
                return layer.in_features
            return layer.in_channels * torch.Size(layer.kernel_size).numel() / layer.groups

        def draw(layer: nn._Conv | nn.Linear, variance: float) -> None:
            _str
            nn.init.normal_(layer.weight, 0.0, (variance / fan_in(layer)) ** 0.5)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

        def weights_init(module: nn.Module) -> None:
            _str
            if isinstance(module, _r3gan_networks):
                blocks = sum(isinstance(part, Block) for part in module.main)
                inner = 2 / (1 + 0.2**2) / blocks**0.5
                for part in module.main:
                    if isinstance(part, Block):
                        *hidden, last = [each for each in part.body.children() if isinstance(each, nn._Conv)]
                        for each in hidden:
                            draw(each, inner)
                        nn.init.zeros_(last.weight)
                    elif isinstance(part, (nn._Conv, nn.Linear)):
                        draw(part, 1)
                    elif isinstance(part, Basis):
                        nn.init.normal_(part.weight)
            _r3gan_labels
        """,
    ),
}

R3GAN: dict[str, Rule] = _RESAMPLERS | _BLOCKS | _WEIGHTS
"""Holes for statements."""
