"""Pictures of a design: the maps of each network, and the overlap of the generator's layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby, pairwise

from designer.errors import NoNetwork, TooLarge
from designer.geometry.equivalence.placement import AnyConv, place_windows
from designer.geometry.layers import FeatureMap, format_size
from designer.geometry.modules.module import Module
from designer.networks import Gan, Network, PlacedModule
from designer.networks.blocks import PlacedPaths
from designer.networks.encoder_decoder import EncoderDecoder
from designer.pictures.box_layout import Box, TextLabel, VerticalStack
from designer.pictures.gradient_map import gradient_box, gradient_lines, middle_gradient
from designer.pictures.labels import heading_box, module_kind, setting_lines, short_window_lines
from designer.pictures.network_maps import CaptionedMap, draw_network_maps
from designer.pictures.overlap_heat_map import overlap_box, overlap_lines
from designer.pictures.picture_frame import draw_frame
from designer.pictures.unet_maps import draw_encoder_decoder


def draw_design(gan: Gan) -> dict[str, str]:
    """The pictures of a design by file name; without a discriminator, its picture is left out."""
    return {
        f"{name}.svg": draw(gan)
        for name, draw in PICTURE_DRAWERS.items()
        if name != "discriminator" or gan.discriminator is not None
    }


def draw_network(network: Network) -> str:
    """The maps of a network from its input to its output, to scale, as SVG.

    Those of an encoder–decoder with skips are drawn in two arms.
    """
    if isinstance(network, EncoderDecoder):
        return draw_encoder_decoder(network)
    return _draw_sequence(network)


def _draw_sequence(network: Network) -> str:
    """The maps of a network without skips.

    Those of a shortcut are not drawn: the last map of a body says what is added to it.
    """
    captioned_maps = [
        CaptionedMap(map=network.input_map, caption_lines=("input",)),
        *_captioned_maps(network),
        *_product_with_label(network),
    ]
    ends = f"{network.input_map} → {network.output_map}"
    return draw_network_maps(captioned_maps, title=f"{network.class_name}, {ends}")


def _captioned_maps(network: Network) -> Iterator[CaptionedMap]:
    """The maps on the longest path; a vector that becomes a map is drawn as that map."""
    settings = {p.name: setting_lines(layer) for p, layer in network.convolutions}
    added = {
        entry.body[-1].name: _shortcut_lines(entry)
        for entry in network.main
        if isinstance(entry, PlacedPaths)
    }
    drawn = [p for p in network.longest_path if p.module.spatial or p.module.role == "linear"]
    lines: list[str] = []
    for placed, following in pairwise([*drawn, None]):
        assert placed is not None, "only the last one is followed by none"
        lines += [
            f"{placed.name} {module_kind(placed.module)}",
            *settings.get(placed.name, []),
            *_filter_lines(placed.module),
            *added.get(placed.name, []),
        ]
        if following is None or following.module.op != "unflatten":
            yield CaptionedMap(map=_drawn_map(placed.after, network), caption_lines=tuple(lines))
            lines = []


def _product_with_label(network: Network) -> list[CaptionedMap]:
    """The output of a head whose numbers are multiplied by the vector of the label."""
    if network.projection is None or network.projection.added:
        return []
    lines = ("inner product", "with embedding")
    return [CaptionedMap(map=_drawn_map(network.output_map, network), caption_lines=lines)]


def _filter_lines(module: Module) -> list[str]:
    """The windows of a fixed filter."""
    return short_window_lines(module.interpolation[0]) if module.interpolation else []


def _shortcut_lines(block: PlacedPaths) -> list[str]:
    """What is added to the body of a block."""
    kinds = ", ".join(module_kind(placed.module) for placed in block.shortcut)
    return [f"+ {block.name}.shortcut:", kinds]


def _drawn_map(features: FeatureMap, network: Network) -> FeatureMap:
    """The map, a vector as one position."""
    one = (1,) * len(network.input_map.size)
    return FeatureMap(channels=features.channels, size=features.size or one)


def draw_gan_overlap(gan: Gan) -> str:
    """The overlap maps of all transposed convolutions of the generator, as SVG.

    Below them, the gradient that the discriminator hands back to each pixel, if there is one.
    """
    network = gan.generator
    transposed_layers = _transposed_layers(network)
    title = f"{network.class_name}: contributions per position, layer by layer"
    descriptions = [
        f"{name}: {overlap_lines(layer, place_windows(layer, placed.before.size))[0]}"
        for name, placed, layer in transposed_layers
    ]
    boxes = [_layer_box(*each) for each in transposed_layers]
    if not transposed_layers:
        descriptions = [_use_of_positions(network)]
        boxes = [TextLabel(text=descriptions[0])]
    if gan.discriminator is not None:
        description, box = _gradient_map(gan.discriminator)
        descriptions.append(description)
        boxes.append(box)
    content = VerticalStack(boxes=[heading_box(title, []), *boxes], gap=26)
    return draw_frame(content, title=title, description=f"{'; '.join(descriptions)}.")


def _gradient_map(discriminator: Network) -> tuple[str, Box]:
    """The description of a gradient map, and the map below its heading."""
    heading = f"{discriminator.class_name}: gradient per pixel"
    gradient = middle_gradient(discriminator)
    boxes = [TextLabel(text=heading, bold=True), gradient_box(gradient)]
    description = f"{heading}, {gradient_lines(gradient)[0]}"
    return description, VerticalStack(boxes=boxes, gap=4)


def _transposed_layers(network: Network) -> list[tuple[str, PlacedModule, AnyConv]]:
    """The transposed convolutions with their names; the equal ones of a block as one."""
    found = [each for each in network.convolutions if each[1].transposed]
    groups = groupby(found, lambda each: (each[0].name.split(".")[:2], each[1].windows))
    return [
        (" and ".join(placed.name for placed, _ in alike), *alike[0])
        for alike in ([*group] for _, group in groups)
    ]


def _use_of_positions(network: Network) -> str:
    """How often the positions of a network without trained transposed convolutions are used."""
    if any(placed.module.interpolation for placed in network.longest_path):
        return "fixed filters enlarge the maps: away from the border, the weights at each position add up to one"
    uneven = [
        placed.name
        for placed in network.longest_path
        if placed.module.answer_fields(placed.before).get("even_overlap") is False
    ]
    if not uneven:
        return "no layer is a transposed convolution: every position is used equally often"
    return f"no layer is a transposed convolution; some values are repeated more often in {', '.join(uneven)}"


def _layer_box(name: str, placed: PlacedModule, layer: AnyConv) -> Box:
    before, after = placed.before, placed.after
    caption = f"{name}, {format_size(before.size)} → {format_size(after.size)}: " + ", ".join(
        short_window_lines(layer.windows)
    )
    try:
        drawn = overlap_box(layer, before.size)
    except TooLarge as error:
        drawn = TextLabel(text=str(error), kind="muted")
    return VerticalStack(boxes=[TextLabel(text=caption, bold=True), drawn], gap=4)


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
