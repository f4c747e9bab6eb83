"""Imports and helper definitions that only some sources have."""

from __future__ import annotations

from designer.verification.source_grammar.pattern_rules import Rule, expression, statements

HELPERS: dict[str, Rule] = {
    "_spectral_norm": statements(
        "",
        """
        from torch.nn.utils.parametrizations import spectral_norm
        from torch.nn.utils.parametrize import ParametrizationList, is_parametrized
        """,
        """
        from torch.nn.utils.parametrizations import spectral_norm
        from torch.nn.utils.parametrize import ParametrizationList
        """,
    ),
    "_sum_pool": statements(
        "",
        """
        class SumPool(nn.Module):
            _str

            def forward(self, value: torch.Tensor) -> torch.Tensor:
                return value.flatten(2).sum(2)
        """,
    ),
    "_group_count": statements(
        "",
        """
        def group_count(channels: int) -> int:
            _str
            return max(groups for groups in range(1, _int) if channels % groups == 0)
        """,
    ),
    "_pixel_shuffle": statements(
        "",
        """
        class PixelShuffle1d(nn.Module):
            _str

            def __init__(self, factor: int) -> None:
                super().__init__()
                self.factor = factor
                self.pixels = factor

            def forward(self, value: torch.Tensor) -> torch.Tensor:
                batch, channels, length = value.shape
                split = value.reshape(batch, channels // self.pixels, self.factor, length)
                return split.transpose(2, 3).reshape(batch, -1, length * self.factor)
        """,
        """
        class PixelShuffle2d(nn.Module):
            _str

            def __init__(self, factors: tuple[int, int]) -> None:
                super().__init__()
                self.factors = factors
                self.pixels = self.factors[0] * self.factors[1]

            def forward(self, value: torch.Tensor) -> torch.Tensor:
                batch, channels, height, width = value.shape
                split = value.reshape(batch, channels // self.pixels, *self.factors, height, width)
                mixed = split.permute(0, 1, 4, 2, 5, 3)
                return mixed.reshape(batch, -1, height * self.factors[0], width * self.factors[1])
        """,
        """
        class PixelShuffle3d(nn.Module):
            _str

            def __init__(self, factors: tuple[int, int, int]) -> None:
                super().__init__()
                self.factors = factors
                self.pixels = self.factors[0] * self.factors[1] * self.factors[2]

            def forward(self, value: torch.Tensor) -> torch.Tensor:
                batch, channels, depth, height, width = value.shape
                split = value.reshape(
                    batch, channels // self.pixels, *self.factors, depth, height, width
                )
                mixed = split.permute(0, 1, 5, 2, 6, 3, 7, 4)
                return mixed.reshape(
                    batch,
                    -1,
                    depth * self.factors[0],
                    height * self.factors[1],
                    width * self.factors[2],
                )
        """,
    ),
    "_convolution_types": expression("nn._Convolution", "nn._Convolution | nn._Convolution"),
    "_phases": expression(
        "torch.Size(layer.stride).numel()",
        "(torch.Size(layer.stride).numel() if isinstance(layer, nn._Convolution) else 1)",
    ),
    "_products": statements(
        "return layer.in_channels * torch.Size(layer.kernel_size).numel() / layer.groups",
        """
        products = layer.in_channels * torch.Size(layer.kernel_size).numel() / layer.groups
        return products / _phases
        """,
    ),
    "_draw_functions": statements(
        "",
        """
        def convolutions(network: nn.Module) -> list[_convolution_types]:
            _str
            return [layer for layer in network.modules() if isinstance(layer, _convolutions)]

        def draw(layer: _convolution_types, variance: float) -> None:
            _str
            nn.init.normal_(layer.weight, _float, variance**_float)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

        def fan_in(layer: _convolution_types) -> float:
            _str
            _products
        """,
    ),
}
"""Holes for statements."""
