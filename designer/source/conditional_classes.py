"""The classes of a source whose generator has class-conditional batch norm: the norm, and a sequence."""

from __future__ import annotations

from collections.abc import Iterator

from designer.networks import Gan

_LAYOUT = {1: "L", 2: "H, W", 3: "D, H, W"}


def render_conditional_classes(gan: Gan) -> Iterator[str]:
    """The classes of which the bodies of blocks and ``main`` are made."""
    axes, index = gan.chain.axes, f"[:, :{', None' * gan.chain.axes}]"
    yield f'''\
class ConditionalBatchNorm(nn.Module):
    """Batch norm with the gain and bias of the label (arXiv:1707.00683): (N, channels, {_LAYOUT[axes]}) and labels (N,) in."""

    def __init__(self, channels: int, classes: int = {gan.widths.classes}) -> None:
        super().__init__()
        self.gain = nn.Embedding(classes, channels)
        self.bias = nn.Embedding(classes, channels)
        self.norm = nn.BatchNorm{axes}d(channels, affine=False)
        nn.init.ones_(self.gain.weight)
        nn.init.zeros_(self.bias.weight)

    def forward(self, value: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        gain = self.gain(labels){index}
        bias = self.bias(labels){index}
        total: torch.Tensor = gain * self.norm(value) + bias
        return total'''
    yield _SEQUENCE


_SEQUENCE = '''\
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
        return value'''
