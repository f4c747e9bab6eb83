"""Definitions that a source needs and torch lacks: other pixel shuffles, group counts, attention."""

from __future__ import annotations

from collections.abc import Iterator

from designer.geometry.modules.norms import MAX_GROUPS
from designer.networks import Gan
from designer.source.attention_class import render_attention

_SIDES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_LAYOUT = {1: "L", 2: "H, W", 3: "D, H, W"}


def render_helpers(gan: Gan) -> Iterator[str]:
    """The helper definitions that the networks of a Gan use."""
    needed = {module.helper for module in gan.modules}
    yield from (text for name, text in _HELPERS.items() if name in needed)
    if "Attention" in needed:
        yield render_attention(gan)


_GROUP_COUNT = f'''\
def group_count(channels: int) -> int:
    """The largest number up to {MAX_GROUPS} that divides the channels."""
    return max(groups for groups in range(1, {MAX_GROUPS + 1}) if channels % groups == 0)'''

_LENGTH_SHUFFLE = '''\
class PixelShuffle1d(nn.Module):
    """What nn.PixelShuffle does, on one axis: (N, C * factor, L) in, (N, C, L * factor) out."""

    def __init__(self, factor: int) -> None:
        super().__init__()
        self.factor = factor
        self.pixels = factor

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        batch, channels, length = value.shape
        split = value.reshape(batch, channels // self.pixels, self.factor, length)
        return split.transpose(2, 3).reshape(batch, -1, length * self.factor)'''


def _pixel_shuffle_class(axes: int) -> str:
    """The pixel shuffle class for two or three axes, with one factor per axis."""
    sides = _SIDES[axes]
    factors = [f"factors[{axis}]" for axis in range(axes)]
    grown = ", ".join(
        f"{side} * self.{factor}" for side, factor in zip(sides, factors, strict=True)
    )
    order = [0, 1, *(place for axis in range(axes) for place in (2 + axes + axis, 2 + axis))]
    layout = _LAYOUT[axes]
    larger = ", ".join(f"{s} * factors[{axis}]" for axis, s in enumerate(layout.split(", ")))
    kind = f"tuple[{', '.join(['int'] * axes)}]"
    return f'''\
class PixelShuffle{axes}d(nn.Module):
    """What nn.PixelShuffle does, with a factor for each axis.

    (N, C * pixels, {layout}) in, (N, C, {larger}) out.
    """

    def __init__(self, factors: {kind}) -> None:
        super().__init__()
        self.factors = factors
        self.pixels = {" * ".join(f"self.{factor}" for factor in factors)}

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        batch, channels, {", ".join(sides)} = value.shape
        split = value.reshape(batch, channels // self.pixels, *self.factors, {", ".join(sides)})
        mixed = split.permute({", ".join(map(str, order))})
        return mixed.reshape(batch, -1, {grown})'''


_SUM_POOL = '''\
class SumPool(nn.Module):
    """The sum over all positions: one number for each channel."""

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return value.flatten(2).sum(2)'''

_HELPERS = {
    "SumPool": _SUM_POOL,
    "group_count": _GROUP_COUNT,
    "PixelShuffle1d": _LENGTH_SHUFFLE,
    "PixelShuffle2d": _pixel_shuffle_class(2),
    "PixelShuffle3d": _pixel_shuffle_class(3),
}
"""The definitions by name, in the order of a source."""
