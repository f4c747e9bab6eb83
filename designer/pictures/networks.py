"""The pictures of a design: the maps of each network, and the overlap of the generator's layers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from designer.architecture import Block, Gan, Network
from designer.equivalence.placement import place
from designer.errors import TooLarge
from designer.layers import ConvTranspose, FeatureMap
from designer.pictures.boxes import Box, Column, Label
from designer.pictures.chain import Stage, draw_chain
from designer.pictures.frame import draw_frame
from designer.pictures.heat import overlap_box, overlap_lines
from designer.pictures.words import heading, short_window_lines, size_text


def draw_design(gan: Gan) -> dict[str, str]:
    """The pictures of a design by file name."""
    return {f"{name}.svg": draw(gan) for name, draw in PICTURES.items()}


def draw_network(network: Network) -> str:
    """The maps of a network from its input on, to scale, as an SVG text."""
    names = (f"main.{position}" for position in network.positions)
    stages = [
        Stage(map=network.input_map, made_by=("input",)),
        *(
            Stage(map=after, made_by=(f"{name} {_kind(block)}", *_lines(block)))
            for name, block, after in zip(
                names, network.blocks, network.feature_maps[1:], strict=True
            )
        ),
    ]
    ends = f"{network.input_map} → {network.output_map}"
    return draw_chain(stages, title=f"{network.class_name}, {ends}")


def draw_gan_overlap(gan: Gan) -> str:
    """The overlap maps of all transposed convolutions of the generator, as an SVG text."""
    network = gan.generator
    befores = [before for before, _ in pairwise(network.feature_maps)]
    steps = [
        (f"main.{position}", block, before)
        for position, block, before in zip(network.positions, network.blocks, befores, strict=True)
        if isinstance(block.layer, ConvTranspose)
    ]
    title = f"{network.class_name}: contributions per position, layer by layer"
    told = "; ".join(
        f"{name}: {overlap_lines(block.layer, place(block.layer, before.size))[0]}"
        for name, block, before in steps
    )
    boxes = [_layer_box(name, block, before) for name, block, before in steps]
    content = Column(boxes=[heading(title, []), *boxes], gap=26)
    return draw_frame(content, title=title, description=f"{told}.")


def _layer_box(name: str, block: Block, before: FeatureMap) -> Box:
    after = block.layer.output_map(before)
    told = f"{name}, {size_text(before.size)} → {size_text(after.size)}: " + ", ".join(
        _lines(block)
    )
    try:
        drawn = overlap_box(block.layer, before.size)
    except TooLarge as refused:
        drawn = Label(text=str(refused), kind="muted")
    return Column(boxes=[Label(text=told, bold=True), drawn], gap=4)


def _kind(block: Block) -> str:
    name = "ConvTranspose" if block.transposed else "Conv"
    return f"{name}{block.layer.axes}d"


def _lines(block: Block) -> tuple[str, ...]:
    return tuple(short_window_lines(block.layer.windows))


PICTURES: dict[str, Callable[[Gan], str]] = {
    "generator": lambda gan: draw_network(gan.generator),
    "discriminator": lambda gan: draw_network(gan.discriminator),
    "overlap": draw_gan_overlap,
}
"""The pictures of a design by name."""
