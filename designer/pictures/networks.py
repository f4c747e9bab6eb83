"""The pictures of a design: the maps of each network, and the overlap of the generator's layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from designer.architecture import Convolve, Gan, Network, Placed
from designer.equivalence.placement import place
from designer.errors import TooLarge
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
                map=step.after,
                made_by=(f"{step.name} {convolution.torch_class}", *_lines(convolution)),
            )
            for step, convolution in _convolutions(network)
        ),
    ]
    ends = f"{network.input_map} → {network.output_map}"
    return draw_chain(stages, title=f"{network.class_name}, {ends}")


def draw_gan_overlap(gan: Gan) -> str:
    """The overlap maps of all transposed convolutions of the generator, as an SVG text."""
    network = gan.generator
    steps = [
        (step, convolution)
        for step, convolution in _convolutions(network)
        if convolution.transposed
    ]
    title = f"{network.class_name}: contributions per position, layer by layer"
    told = "; ".join(
        f"{step.name}: {overlap_lines(made.layer, place(made.layer, step.before.size))[0]}"
        for step, made in steps
    )
    boxes = [_layer_box(step, convolution) for step, convolution in steps]
    content = Column(boxes=[heading(title, []), *boxes], gap=26)
    return draw_frame(content, title=title, description=f"{told}.")


def _convolutions(network: Network) -> Iterator[tuple[Placed, Convolve]]:
    """The convolutions of a network where they stand: what changes a map's size."""
    for step in network.placed:
        if isinstance(step.module, Convolve):
            yield step, step.module


def _layer_box(step: Placed, convolution: Convolve) -> Box:
    told = (
        f"{step.name}, {size_text(step.before.size)} → {size_text(step.after.size)}: "
        + ", ".join(_lines(convolution))
    )
    try:
        drawn = overlap_box(convolution.layer, step.before.size)
    except TooLarge as refused:
        drawn = Label(text=str(refused), kind="muted")
    return Column(boxes=[Label(text=told, bold=True), drawn], gap=4)


def _lines(convolution: Convolve) -> tuple[str, ...]:
    return tuple(short_window_lines(convolution.layer.windows))


PICTURES: dict[str, Callable[[Gan], str]] = {
    "generator": lambda gan: draw_network(gan.generator),
    "discriminator": lambda gan: draw_network(gan.discriminator),
    "overlap": draw_gan_overlap,
}
"""The pictures of a design by name."""
