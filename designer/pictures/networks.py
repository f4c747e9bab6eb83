"""The pictures of a design: the maps of each network, and the overlap of the generator's layers."""

from __future__ import annotations

from collections.abc import Callable

from designer.architecture import Gan, Network
from designer.architecture.module import Module
from designer.architecture.modules import Activate, Convolve
from designer.architecture.network import Placed
from designer.architecture.norms import Norm
from designer.equivalence.placement import place
from designer.errors import TooLarge
from designer.layers import ConvTranspose
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
    stages = [
        Stage(map=network.input_map, made_by=("input",)),
        *(
            Stage(
                map=placed.after, made_by=(f"{placed.name} {_kind(placed.module)}", *_lines(placed))
            )
            for placed in network.placed
            if not isinstance(placed.module, Norm | Activate)
        ),
    ]
    ends = f"{network.input_map} → {network.output_map}"
    return draw_chain(stages, title=f"{network.class_name}, {ends}")


def draw_gan_overlap(gan: Gan) -> str:
    """The overlap maps of all transposed convolutions of the generator, as an SVG text."""
    steps = [
        (placed, placed.module.layer)
        for placed in gan.generator.placed
        if isinstance(placed.module, Convolve) and isinstance(placed.module.layer, ConvTranspose)
    ]
    title = f"{gan.generator.class_name}: contributions per position, layer by layer"
    told = [
        f"{placed.name}: {overlap_lines(layer, place(layer, placed.before.size))[0]}"
        for placed, layer in steps
    ]
    boxes = [_layer_box(placed, layer) for placed, layer in steps]
    content = Column(boxes=[heading(title, []), *boxes], gap=26)
    description = "; ".join(told) or "no layer is a transposed convolution"
    return draw_frame(content, title=title, description=f"{description}.")


def _layer_box(placed: Placed, layer: ConvTranspose) -> Box:
    sizes = f"{size_text(placed.before.size)} → {size_text(placed.after.size)}"
    told = f"{placed.name}, {sizes}: {', '.join(_lines(placed))}"
    try:
        drawn = overlap_box(layer, placed.before.size)
    except TooLarge as refused:
        drawn = Label(text=str(refused), kind="muted")
    return Column(boxes=[Label(text=told, bold=True), drawn], gap=4)


def _kind(module: Module) -> str:
    if not isinstance(module, Convolve):
        return type(module).__name__
    return f"{'ConvTranspose' if module.transposed else 'Conv'}{module.layer.axes}d"


def _lines(placed: Placed) -> tuple[str, ...]:
    module = placed.module
    return tuple(short_window_lines(module.layer.windows)) if isinstance(module, Convolve) else ()


PICTURES: dict[str, Callable[[Gan], str]] = {
    "generator": lambda gan: draw_network(gan.generator),
    "discriminator": lambda gan: draw_network(gan.discriminator),
    "overlap": draw_gan_overlap,
}
"""The pictures of a design by name."""
