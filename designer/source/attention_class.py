"""The class of self-attention in a source, for the axes and the norm of its networks."""

from __future__ import annotations

from designer.networks import Gan, PlacedModule

_LAYOUT = {1: "L", 2: "H, W", 3: "D, H, W"}


def render_attention(gan: Gan) -> str:
    """The class ``Attention``; its convolutions have a spectral norm where a network asks for it."""
    axes = gan.chain.axes
    layers = [
        placed
        for network in gan.networks.values()
        for placed in network.placed_modules
        if placed.parts
    ]
    spectral = any(part.module.spectral for placed in layers for part in placed.parts)
    window, pool = _pool(layers)
    given = "channels: int, spectral: bool = False" if spectral else "channels: int"
    return f'''\
class Attention(nn.Module):
    """The map plus what each position reads of all others (arXiv:1805.08318): (N, channels, {_LAYOUT[axes]}) in and out.

    The gain starts at zero, so that the layer starts as the map itself.
    """

    def __init__(self, {given}) -> None:
        super().__init__()

        def point(before: int, after: int) -> nn.Module:
{_point_lines(axes, spectral=spectral)}

        self.theta = point(channels, max(1, channels // 8))
        self.phi = point(channels, max(1, channels // 8))
        self.g = point(channels, max(1, channels // 2))
        self.o = point(max(1, channels // 2), channels)
        self.gain = nn.Parameter(torch.zeros(1))

    def forward(self, value: torch.Tensor) -> torch.Tensor:
{window}        queries = self.theta(value).flatten(2)
        keys = nn.functional.max_pool{axes}d(self.phi(value), {pool}).flatten(2)
        values = nn.functional.max_pool{axes}d(self.g(value), {pool}).flatten(2)
        shares = torch.softmax(queries.transpose(1, 2) @ keys, dim=2)  # of what a position reads
        mixed = (values @ shares.transpose(1, 2)).reshape(len(value), -1, *value.shape[2:])
        total: torch.Tensor = value + self.gain * self.o(mixed)
        return total'''


def _point_lines(axes: int, *, spectral: bool) -> str:
    """The lines that make a convolution of one tap."""
    layer = f"nn.Conv{axes}d(before, after, 1, bias=False)"
    if not spectral:
        return f"            return {layer}"
    return f"""\
            layer = {layer}
            return spectral_norm(layer) if spectral else layer"""


def _pool(layers: list[PlacedModule]) -> tuple[str, str]:
    """The line that finds the window of a pool, and the window: an axis of one position has none."""
    if all(side > 1 for placed in layers for side in placed.before.size):
        return "", "2"
    return "        window = [min(2, side) for side in value.shape[2:]]\n", "window"
