"""The class ``Attention`` of residual networks, on one to three axes, with and without spectral norm."""

from __future__ import annotations

from designer.verification.source_grammar.pattern_rules import Rule, expression, name, statements

ATTENTION_CLASS: dict[str, Rule] = {
    "_max_pool": name("max_pool1d", "max_pool2d", "max_pool3d"),
    "_window_of_two": expression("_int", "window"),
    "_pool_window": statements("", "window = [min(_int, side) for side in value.shape[2:]]"),
    "_attention_layers": statements(
        """
        self.theta = point(channels, max(1, channels // _int))
        self.phi = point(channels, max(1, channels // _int))
        self.g = point(channels, max(1, channels // _int))
        self.o = point(max(1, channels // _int), channels)
        self.gain = nn.Parameter(torch.zeros(1))
        """,
    ),
    "_attention_forward": statements(
        """
        def forward(self, value: torch.Tensor) -> torch.Tensor:
            _pool_window
            queries = self.theta(value).flatten(2)
            keys = nn.functional._max_pool(self.phi(value), _window_of_two).flatten(2)
            values = nn.functional._max_pool(self.g(value), _window_of_two).flatten(2)
            shares = torch.softmax(queries.transpose(1, 2) @ keys, dim=2)
            mixed = (values @ shares.transpose(1, 2)).reshape(len(value), -1, *value.shape[2:])
            total: torch.Tensor = value + self.gain * self.o(mixed)
            return total
        """,
    ),
    "_attention": statements(
        "",
        """
        class Attention(nn.Module):
            _str

            def __init__(self, channels: int) -> None:
                super().__init__()

                def point(before: int, after: int) -> nn.Module:
                    return nn._Conv(before, after, 1, bias=False)

                _attention_layers

            _attention_forward
        """,
        """
        class Attention(nn.Module):
            _str

            def __init__(self, channels: int, spectral: bool = False) -> None:
                super().__init__()

                def point(before: int, after: int) -> nn.Module:
                    layer = nn._Conv(before, after, 1, bias=False)
                    return spectral_norm(layer) if spectral else layer

                _attention_layers

            _attention_forward
        """,
    ),
}
"""Holes for expressions and statements."""
