"""The classes of a source whose generator has class-conditional batch norm, on one to three axes."""

from __future__ import annotations

from designer.verification.source_grammar.pattern_rules import Rule, expression, statements

CONDITIONAL_CLASSES: dict[str, Rule] = {
    "_gain": expression(
        "self.gain(labels)[:, :, None]",
        "self.gain(labels)[:, :, None, None]",
        "self.gain(labels)[:, :, None, None, None]",
    ),
    "_shift": expression(
        "self.bias(labels)[:, :, None]",
        "self.bias(labels)[:, :, None, None]",
        "self.bias(labels)[:, :, None, None, None]",
    ),
    "_conditional_classes": statements(
        """
        class ConditionalBatchNorm(nn.Module):
            _str

            def __init__(self, channels: int, classes: int = _int) -> None:
                super().__init__()
                self.gain = nn.Embedding(classes, channels)
                self.bias = nn.Embedding(classes, channels)
                self.norm = nn._BatchNorm(channels, affine=False)
                nn.init.ones_(self.gain.weight)
                nn.init.zeros_(self.bias.weight)

            def forward(self, value: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
                gain = _gain
                bias = _shift
                total: torch.Tensor = gain * self.norm(value) + bias
                return total

        class ConditionalSequential(nn.Module):
            _str

            def __init__(self, *layers: nn.Module) -> None:
                super().__init__()
                for place, layer in enumerate(layers):
                    self.add_module(str(place), layer)

            def forward(self, value: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
                for layer in self.children():
                    reads_labels = isinstance(layer, (ConditionalBatchNorm, Block))
                    value = layer(value, labels) if reads_labels else layer(value)
                return value
        """,
    ),
}
"""Holes for expressions and statements."""
