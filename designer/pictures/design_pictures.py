"""The pictures of a design: the maps of each network, and the overlap of the generator's layers."""

from __future__ import annotations

from collections.abc import Callable

from designer.errors import NoNetwork, TooLarge
from designer.geometry.equivalence.placement import place
from designer.geometry.layers import ConvTranspose
from designer.networks import (
    Convolve,
    Crop,
    Gan,
    Module,
    Network,
    PixelShuffle,
    Placed,
    Upsample,
)
from designer.pictures.box_layout import Box, Column, Label
from designer.pictures.labels import heading, short_window_lines, size_text
from designer.pictures.network_maps import Stage, draw_chain
from designer.pictures.overlap_heat_map import overlap_box, overlap_lines
from designer.pictures.picture_frame import draw_frame


def draw_design(gan: Gan) -> dict[str, str]:
    """The pictures of a design by file name, of the networks that it has."""
    return {
        f"{name}.svg": draw(gan)
        for name, draw in PICTURES.items()
        if name != "discriminator" or gan.discriminator is not None
    }


def draw_network(network: Network) -> str:
    """The maps of a network from its input on, to scale, as an SVG text."""
    stages = [
        Stage(map=network.input_map, made_by=("input",)),
        *(
            Stage(
                map=placed.after,
                made_by=(f"{placed.name} {_kind(placed.module)}", *_lines(placed.module)),
            )
            for placed in network.placed
            if isinstance(placed.module, Convolve | Upsample | PixelShuffle | Crop)
        ),
    ]
    ends = f"{network.input_map} → {network.output_map}"
    return draw_chain(stages, title=f"{network.class_name}, {ends}")


def draw_gan_overlap(gan: Gan) -> str:
    """The overlap maps of all transposed convolutions of the generator, as an SVG text."""
    network = gan.generator
    steps = [
        (placed, placed.module.layer)
        for placed in network.placed
        if isinstance(placed.module, Convolve) and isinstance(placed.module.layer, ConvTranspose)
    ]
    title = f"{network.class_name}: contributions per position, layer by layer"
    told = [
        f"{placed.name}: {overlap_lines(layer, place(layer, placed.before.size))[0]}"
        for placed, layer in steps
    ]
    boxes = [_layer_box(placed, layer) for placed, layer in steps]
    if not steps:
        told = ["no layer is a transposed convolution: every position is used equally often"]
        boxes = [Label(text=told[0])]
    content = Column(boxes=[heading(title, []), *boxes], gap=26)
    description = "; ".join(told) or "no layer is a transposed convolution"
    return draw_frame(content, title=title, description=f"{description}.")


def _layer_box(placed: Placed, layer: ConvTranspose) -> Box:
    before, after = placed.before, placed.after
    told = f"{placed.name}, {size_text(before.size)} → {size_text(after.size)}: " + ", ".join(
        _lines(placed.module)
    )
    try:
        drawn = overlap_box(layer, before.size)
    except TooLarge as refused:
        drawn = Label(text=str(refused), kind="muted")
    return Column(boxes=[Label(text=told, bold=True), drawn], gap=4)


def _kind(module: Module) -> str:
    return module.torch_class.removeprefix("model.")


def _lines(module: Module) -> tuple[str, ...]:
    return tuple(short_window_lines(module.layer.windows)) if isinstance(module, Convolve) else ()


PICTURES: dict[str, Callable[[Gan], str]] = {
    "generator": lambda gan: draw_network(gan.generator),
    "discriminator": lambda gan: draw_network(_discriminator(gan)),
    "overlap": draw_gan_overlap,
}
"""The pictures of a design by name."""


def _discriminator(gan: Gan) -> Network:
    if gan.discriminator is None:
        raise NoNetwork("this design has no discriminator, so there is no picture of one")
    return gan.discriminator
