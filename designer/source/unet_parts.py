"""What the source of an encoder–decoder defines before its class: bodies, and a step up."""

from __future__ import annotations

from collections.abc import Iterator

from designer.brief.skips import Skips
from designer.brief.unet_widths import UNetWidths
from designer.networks import Block, Gan
from designer.networks.blocks import ResidualBlock
from designer.networks.encoder_decoder import UpStage
from designer.networks.unet_sizes import unet_network, unet_widths
from designer.source.block_functions import render_block_class
from designer.source.layer_lines import render_module


def render_unet_parts(gan: Gan) -> Iterator[str]:
    """The function of bodies, with the class of residual blocks if there are some, and the class ``Up``."""
    first = unet_network(gan).up[0].body[0]
    if isinstance(first, ResidualBlock):
        yield render_block_class(conditional=False)
        yield _render_block(first, gan.chain.axes)
        yield _BLOCKS
    else:
        yield _render_body(first)
    yield _render_up(unet_widths(gan), unet_network(gan).up[0])


def _render_body(block: Block) -> str:
    """The function that makes plain bodies."""
    convolution, *others = block.modules
    made = [
        render_module(convolution, "channels", "after"),
        *(render_module(module, "after", "after") for module in others),
    ]
    lines = "\n".join(f"        layers.append({code})" for code in made)
    what = ", each with norm and ReLU" if len(made) > 2 else ", each with ReLU"
    return f'''\
def body(before: int, after: int, count: int) -> list[nn.Module]:
    """Convolutions that keep the size{what}."""
    layers: list[nn.Module] = []
    for channels in (before, *[after] * (count - 1)):
{lines}
    return layers'''


def _render_block(block: ResidualBlock, axes: int) -> str:
    """The function that makes a residual block."""
    half = len(block.body) // 2
    made = [
        *(render_module(module, "before", "before") for module in block.body[: half - 1]),
        render_module(block.body[half - 1], "before", "after"),
        *(render_module(module, "after", "after") for module in block.body[half:]),
    ]
    lines = "\n".join(f"        {code}," for code in made)
    return f'''\
def block(before: int, after: int) -> Block:
    """Norm, ReLU and convolution, twice, beside the map itself."""
    body = nn.Sequential(
{lines}
    )
    shortcut = nn.Identity() if before == after else nn.Conv{axes}d(before, after, 1)
    return Block(body, shortcut)'''


_BLOCKS = '''\
def body(before: int, after: int, count: int) -> list[nn.Module]:
    """Residual blocks that keep the size."""
    return [block(before, after), *(block(after, after) for _ in range(count - 1))]'''


def _render_up(widths: UNetWidths, stage: UpStage) -> str:
    """The class of a step up, which gets its size from the skip where it is not the layer's own."""
    adds = widths.skips is Skips.ADD
    joined = "skip + larger" if adds else "torch.cat((skip, larger), dim=1)"
    larger = "self.enlarge(features)"
    if stage.before:
        larger = "self.enlarge(nn.functional.interpolate(features, size=skip.shape[2:]))"
    elif stage.enlarge.modules[0].call_settings:
        larger = "self.enlarge(features, output_size=skip.shape[2:])"
    return f'''\
class Up(nn.Module):
    """Features of the level below, enlarged and {"added to" if adds else "joined with"} the skip, and a body."""

    def __init__(self, enlarge: nn.Module, body: nn.Module) -> None:
        super().__init__()
        self.enlarge = enlarge
        self.body = body

    def forward(self, features: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        larger = {larger}
        joined: torch.Tensor = self.body({joined})
        return joined'''
