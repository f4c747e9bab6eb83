"""The blocks of residual networks in a source: a class that adds two paths, and functions that make them."""

from __future__ import annotations

from collections.abc import Iterator

from designer.networks import Gan
from designer.source.block_functions import render_block_class
from designer.source.conditional_classes import render_conditional_classes
from designer.source.discriminator_blocks import DiscriminatorBlocks
from designer.source.generator_blocks import GeneratorBlocks


def render_blocks(gan: Gan) -> Iterator[str]:
    """The classes of blocks and the functions that make those of both networks."""
    conditional = gan.generator.is_conditional
    yield render_block_class(conditional=conditional)
    if conditional:
        yield from render_conditional_classes(gan)
    yield from GeneratorBlocks(gan, gan.generator).render()
    if gan.discriminator is not None:
        yield from DiscriminatorBlocks(gan, gan.discriminator).render()
