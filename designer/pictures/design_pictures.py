"""Pictures of a design: the maps of each network, and the overlap of the generator's layers."""

from __future__ import annotations

from collections.abc import Callable

from designer.errors import NoNetwork, TooLarge
from designer.geometry.equivalence.placement import AnyConv, place_windows
from designer.geometry.layers import format_size
from designer.geometry.modules.module import Module
from designer.networks import Gan, Network, PlacedModule
from designer.pictures.box_layout import Box, TextLabel, VerticalStack
from designer.pictures.labels import heading_box, short_window_lines
from designer.pictures.network_maps import CaptionedMap, draw_network_maps
from designer.pictures.overlap_heat_map import overlap_box, overlap_lines
from designer.pictures.picture_frame import draw_frame


def draw_design(gan: Gan) -> dict[str, str]:
    """The pictures of a design by file name; without a discriminator, its picture is left out."""
    return {
        f"{name}.svg": draw(gan)
        for name, draw in PICTURE_DRAWERS.items()
        if name != "discriminator" or gan.discriminator is not None
    }


def draw_network(network: Network) -> str:
    """The maps of a network from its input to its output, to scale, as SVG."""
    windows = {p.name: short_window_lines(layer.windows) for p, layer in network.convolutions}
    captioned_maps = [
        CaptionedMap(map=network.input_map, caption_lines=("input",)),
        *(
            CaptionedMap(
                map=placed.after,
                caption_lines=(
                    f"{placed.name} {_module_kind(placed.module)}",
                    *windows.get(placed.name, []),
                ),
            )
            for placed in network.placed_modules
            if placed.module.spatial
        ),
    ]
    ends = f"{network.input_map} → {network.output_map}"
    return draw_network_maps(captioned_maps, title=f"{network.class_name}, {ends}")


def draw_gan_overlap(gan: Gan) -> str:
    """The overlap maps of all transposed convolutions of the generator, as SVG."""
    network = gan.generator
    transposed_layers = [each for each in network.convolutions if each[1].transposed]
    title = f"{network.class_name}: contributions per position, layer by layer"
    descriptions = [
        f"{placed.name}: {overlap_lines(layer, place_windows(layer, placed.before.size))[0]}"
        for placed, layer in transposed_layers
    ]
    boxes = [_layer_box(placed, layer) for placed, layer in transposed_layers]
    if not transposed_layers:
        descriptions = [
            "no layer is a transposed convolution: every position is used equally often"
        ]
        boxes = [TextLabel(text=descriptions[0])]
    content = VerticalStack(boxes=[heading_box(title, []), *boxes], gap=26)
    description = "; ".join(descriptions) or "no layer is a transposed convolution"
    return draw_frame(content, title=title, description=f"{description}.")


def _layer_box(placed: PlacedModule, layer: AnyConv) -> Box:
    before, after = placed.before, placed.after
    caption = (
        f"{placed.name}, {format_size(before.size)} → {format_size(after.size)}: "
        + ", ".join(short_window_lines(layer.windows))
    )
    try:
        drawn = overlap_box(layer, before.size)
    except TooLarge as error:
        drawn = TextLabel(text=str(error), kind="muted")
    return VerticalStack(boxes=[TextLabel(text=caption, bold=True), drawn], gap=4)


def _module_kind(module: Module) -> str:
    return module.torch_class.removeprefix("model.")


PICTURE_DRAWERS: dict[str, Callable[[Gan], str]] = {
    "generator": lambda gan: draw_network(gan.generator),
    "discriminator": lambda gan: draw_network(_discriminator(gan)),
    "overlap": draw_gan_overlap,
}
"""Drawing functions by the name of the picture."""


def _discriminator(gan: Gan) -> Network:
    if gan.discriminator is None:
        raise NoNetwork("no_discriminator")
    return gan.discriminator
