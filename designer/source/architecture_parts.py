"""What differs in a source by the architecture of its networks, by the class of their widths."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from designer.brief.options import Output
from designer.brief.r3gan_widths import R3GANWidths
from designer.brief.residual_widths import ResidualWidths
from designer.brief.unet_widths import UNetWidths
from designer.brief.widths import Widths
from designer.networks import Gan, Network
from designer.source.r3gan_blocks import render_r3gan_blocks
from designer.source.r3gan_lines import r3gan_discriminator_lines, r3gan_generator_lines
from designer.source.r3gan_weights import render_r3gan_weights
from designer.source.residual_blocks import render_blocks
from designer.source.residual_lines import discriminator_lines, generator_lines
from designer.source.unet import render_unet
from designer.source.unet_parts import render_unet_parts
from designer.source.weights_by_fan_in import render_draw_functions
from designer.source.weights_init import render_weights_init

_Parts = Callable[[Gan], Iterator[str]]

_LOSSES = {
    Output.PROBABILITY: "nn.BCELoss",
    Output.LOGIT: "nn.BCEWithLogitsLoss or a hinge loss",
    Output.CRITIC: "a Wasserstein loss with a gradient penalty",
}


@dataclass(frozen=True, slots=True)
class ArchitectureParts:
    """The parts of a source for one architecture.

    ``generator``: its class, where that differs by more than its lines.
    ``blocks``: definitions before the networks; ``weights``: those after them, ``weights_init`` last.
    The lines are the entries of ``main``; None where each module has a line of its own.
    ``losses``: what each output of the discriminator is for.
    """

    blocks: _Parts
    weights: _Parts
    generator: Callable[[Gan], str] | None = None
    generator_lines: Callable[[Gan, Network, str], Iterator[str]] | None = None
    discriminator_lines: Callable[[Gan, Network], Iterator[str]] | None = None
    losses: Mapping[Output, str] = field(default_factory=lambda: _LOSSES)


def architecture_parts(gan: Gan) -> ArchitectureParts:
    """The parts of the architecture of these networks."""
    return _PARTS[type(gan.widths)]


def _no_blocks(gan: Gan) -> Iterator[str]:
    yield from ()


def _weights_by_layer(gan: Gan) -> Iterator[str]:
    yield from render_draw_functions(gan)
    yield render_weights_init(gan)


_PARTS: dict[type[Widths], ArchitectureParts] = {
    Widths: ArchitectureParts(_no_blocks, _weights_by_layer),
    ResidualWidths: ArchitectureParts(
        render_blocks,
        _weights_by_layer,
        generator_lines=generator_lines,
        discriminator_lines=discriminator_lines,
    ),
    R3GANWidths: ArchitectureParts(
        render_r3gan_blocks,
        render_r3gan_weights,
        generator_lines=r3gan_generator_lines,
        discriminator_lines=r3gan_discriminator_lines,
        losses={**_LOSSES, Output.LOGIT: "a relativistic loss with the penalties R1 and R2"},
    ),
    UNetWidths: ArchitectureParts(render_unet_parts, _weights_by_layer, generator=render_unet),
}
