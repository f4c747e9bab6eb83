"""The maps of an encoder–decoder to scale: an arm down, an arm up, and a skip on each level."""

from __future__ import annotations

from collections.abc import Sequence

from designer.geometry.layers import format_size
from designer.networks.encoder_decoder import EncoderDecoder
from designer.pictures.arms_box import ARMS_STYLE, ArmsBox, ArmsRow, MapCell, Skip
from designer.pictures.box_layout import SMALL_TEXT, TextLabel, VerticalStack
from designer.pictures.labels import heading_box
from designer.pictures.level_rows import LevelRow, level_rows
from designer.pictures.network_maps import (
    LONGEST_BAR_PX,
    CaptionedMap,
    ScaledMap,
    scaled_bar,
    scaled_size,
)
from designer.pictures.picture_frame import draw_frame

LARGEST_ARM_SIDE_PX = 140
"""Pixels of the largest side: three maps and their captions are side by side."""


def draw_encoder_decoder(network: EncoderDecoder) -> str:
    """The maps of both arms, level by level, with the skips between them, as SVG.

    All maps share one scale and all channels another; no side is thinner than one pixel.
    """
    rows = level_rows(network)
    maps = [captioned for row in rows for captioned in row.maps]
    side = max(max(each.map.size) for each in maps)
    channels = max(each.map.channels for each in maps)
    title = f"{network.class_name}, {network.input_map} → {network.output_map}"
    lines = [
        f"maps to scale, {LARGEST_ARM_SIDE_PX} px for {side}; bars are channels,"
        f" {LONGEST_BAR_PX} px for {channels}",
        "left: down to the smallest maps; right: back up, joined with the skips",
    ]
    arms = ArmsBox(rows=tuple(_arms_row(row, side=side, channels=channels) for row in rows))
    content = VerticalStack(boxes=[heading_box(title, lines), arms], gap=18)
    description = "; ".join(f"{', '.join(each.caption_lines)}: {each.map}" for each in maps)
    return draw_frame(content, title=title, description=f"{description}.", motion=ARMS_STYLE)


def _arms_row(row: LevelRow, *, side: int, channels: int) -> ArmsRow:
    """A row measured: its cells, its skip and its captions."""
    first, *others = row.skip_lines or ("",)
    middle = () if row.between is None else row.between.caption_lines
    return ArmsRow(
        left=_map_cell(row.left, side=side, channels=channels),
        between=None
        if row.between is None
        else _map_cell(row.between, side=side, channels=channels),
        right=_map_cell(row.right, side=side, channels=channels),
        skip=Skip(label=first, note=" ".join(others)) if first else None,
        left_caption=_caption(row.left.caption_lines),
        right_caption=_caption((*middle, *row.right.caption_lines)),
    )


def _map_cell(captioned: CaptionedMap, *, side: int, channels: int) -> MapCell:
    features = captioned.map
    sides = scaled_size(features.size, side=side, pixels=LARGEST_ARM_SIDE_PX)
    channels_text = f"{features.channels} channel{'' if features.channels == 1 else 's'}"
    label = [
        TextLabel(text=format_size(features.size), bold=True),
        TextLabel(text=channels_text, size=SMALL_TEXT),
    ]
    return MapCell(
        scaled_map=ScaledMap(sides=sides),
        bar=scaled_bar(features.channels, channels=channels),
        label=VerticalStack(boxes=label, centred=True),
    )


def _caption(lines: Sequence[str]) -> VerticalStack:
    return VerticalStack(
        boxes=[TextLabel(text=line, size=SMALL_TEXT, kind="muted") for line in lines]
    )
