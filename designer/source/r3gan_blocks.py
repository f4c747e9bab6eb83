"""What an R3GAN source defines before its networks: the basis, the resamplers, the blocks."""

from __future__ import annotations

from collections.abc import Iterator

from designer.brief.r3gan_widths import R3GANWidths
from designer.geometry.modules.activation_moments import NEGATIVE_SLOPE
from designer.networks import Gan
from designer.source.block_functions import render_block_class, render_function
from designer.source.interpolation_classes import render_interpolation


def render_r3gan_blocks(gan: Gan) -> Iterator[str]:
    """The classes and functions that both networks use."""
    assert isinstance(gan.widths, R3GANWidths), "the networks are R3GAN's"
    yield _render_basis(gan.chain.axes)
    yield from render_interpolation(gan)
    yield _render_groups(gan.widths.group_width)
    yield render_block_class(conditional=False)
    yield _render_block(gan.chain.axes, gan.widths.expansion)
    yield _render_change(gan.chain.axes)


def _render_basis(axes: int) -> str:
    return f'''\
class Basis(nn.Module):
    """A learned map whose channels the input scales: (N, channels, {", ".join("1" * axes)}) in."""

    def __init__(self, channels: int, size: tuple[{", ".join(["int"] * axes)}]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels, *size))

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return value * self.weight'''


def _render_groups(group_width: int) -> str:
    return f'''\
def convolution_groups(channels: int) -> int:
    """The fewest groups of at most {group_width} channels that divide the channels."""
    return min(groups for groups in range(1, channels + 1) if channels % groups == 0 and channels <= {group_width} * groups)'''


def _render_block(axes: int, expansion: int) -> str:
    conv, rectifier = f"nn.Conv{axes}d", f"nn.LeakyReLU({NEGATIVE_SLOPE}, inplace=True)"
    inner = f"{expansion} * channels"
    return render_function(
        "block",
        "channels: int",
        f"1×1, grouped 3×3 and 1×1 convolutions through {expansion} times the channels, beside the map itself.",
        [
            f"{conv}(channels, {inner}, 1)",
            rectifier,
            f"{conv}({inner}, {inner}, 3, padding=1, groups=convolution_groups({inner}))",
            rectifier,
            f"{conv}({inner}, channels, 1, bias=False)",
        ],
        ["nn.Identity()"],
    )


def _render_change(axes: int) -> str:
    return f'''\
def change_channels(before: int, after: int) -> nn.Module:
    """A convolution of one tap, unless the channels stay."""
    return nn.Identity() if before == after else nn.Conv{axes}d(before, after, 1, bias=False)'''
