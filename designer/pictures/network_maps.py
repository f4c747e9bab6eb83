"""The maps of a whole network, to scale, with their sizes and channels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from designer.geometry.layers import FeatureMap, Size, format_size
from designer.pictures.box_layout import (
    SMALL_TEXT,
    Box,
    HorizontalStack,
    TextLabel,
    VerticalStack,
    fill_rows,
)
from designer.pictures.labels import heading_box
from designer.pictures.layer_picture import MAX_MAPS_WIDTH
from designer.pictures.picture_frame import draw_frame
from designer.pictures.svg import Path, Rect, Shape

LARGEST_SIDE_PX, LONGEST_BAR_PX, THICKNESS_PX, GAP_PX = 200, 72, 18, 22
"""Pixels: the largest side, the largest channel bar, a bar's thickness, the gap between maps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionedMap:
    """A map of the network and short lines about the layer that produces it."""

    map: FeatureMap
    caption_lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledMap:
    """A map drawn to scale: a bar on one axis, a rectangle on two, a block on three.

    The depth of a block is drawn at half its scale, slanting up.
    """

    sides: Size

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.sides[-1] + self._slant

    @property
    def height(self) -> int:
        """Pixels down."""
        return self._front + self._slant

    @property
    def _front(self) -> int:
        return self.sides[-2] if len(self.sides) > 1 else THICKNESS_PX

    @property
    def _slant(self) -> int:
        return max(1, self.sides[0] // 2) if len(self.sides) == 3 else 0

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """The front, and for a block its top and side."""
        slant, across, down = self._slant, self.sides[-1], self._front
        top = y + slant
        yield Rect(x=x, y=top, width=across, height=down, kind="input")
        edges = f"M{x} {top}h{across}v{down}h-{across}z"
        if slant:
            yield Path(
                commands=f"M{x} {top}l{slant} -{slant}h{across}v{down}l-{slant} {slant}v-{down}z",
                kind="pad",
            )
            edges += (
                f"M{x} {top}l{slant} -{slant}h{across}v{down}l-{slant} {slant}"
                f"M{x + across} {top}l{slant} -{slant}"
            )
        yield Path(commands=edges, kind="frame")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelBar:
    """The channels of a map, to scale."""

    pixels: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return THICKNESS_PX

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.pixels

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """The bar and its frame."""
        area = Rect(x=x, y=y, width=self.width, height=self.height, kind="output")
        yield area
        yield Path(commands=f"M{x} {y}h{self.width}v{self.height}h-{self.width}z", kind="frame")


@dataclass(frozen=True, slots=True, kw_only=True)
class BottomAligned:
    """A box at the bottom centre of a larger area."""

    box: Box
    width: int
    height: int

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """The box."""
        left = x + (self.width - self.box.width) // 2
        yield from self.box.place(left, y + self.height - self.box.height)


def draw_network_maps(captioned_maps: Sequence[CaptionedMap], *, title: str) -> str:
    """The maps of a network in order, as SVG.

    All maps share one scale and all channels another; no side is thinner than one pixel.
    """
    side = max(max(captioned_map.map.size) for captioned_map in captioned_maps)
    channels = max(captioned_map.map.channels for captioned_map in captioned_maps)
    measured = [
        _measure(captioned_map, side=side, channels=channels) for captioned_map in captioned_maps
    ]
    rows = fill_rows([each.width for each in measured], width=MAX_MAPS_WIDTH, gap=GAP_PX)
    maps = [
        HorizontalStack(boxes=_align_row([measured[number] for number in row]), gap=GAP_PX)
        for row in rows
    ]
    lines = [
        f"maps to scale, {LARGEST_SIDE_PX} px for {side}; bars are channels,"
        f" {LONGEST_BAR_PX} px for {channels}"
    ]
    content = VerticalStack(
        boxes=[heading_box(title, lines), VerticalStack(boxes=maps, gap=26)], gap=18
    )
    description = "; ".join(
        f"{', '.join(captioned_map.caption_lines)}: {captioned_map.map}"
        for captioned_map in captioned_maps
    )
    return draw_frame(content, title=title, description=f"{description}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredMap:
    """The block, channel bar and caption of a map, measured but not yet placed."""

    scaled_map: ScaledMap
    bar: ChannelBar
    caption: VerticalStack

    @property
    def width(self) -> int:
        """Pixels across."""
        return max(self.scaled_map.width, self.bar.width, self.caption.width)


def _measure(captioned_map: CaptionedMap, *, side: int, channels: int) -> MeasuredMap:
    texts = [
        TextLabel(text=format_size(captioned_map.map.size), bold=True),
        TextLabel(text=f"{captioned_map.map.channels} channels", size=SMALL_TEXT),
        *(
            TextLabel(text=line, size=SMALL_TEXT, kind="muted")
            for line in captioned_map.caption_lines
        ),
    ]
    return MeasuredMap(
        scaled_map=ScaledMap(
            sides=scaled_size(captioned_map.map.size, side=side, pixels=LARGEST_SIDE_PX)
        ),
        bar=scaled_bar(captioned_map.map.channels, channels=channels),
        caption=VerticalStack(boxes=texts, centred=True),
    )


def _align_row(measured: Sequence[MeasuredMap]) -> list[Box]:
    """The maps of one row, with blocks and bars aligned at the bottom."""
    highest = max(each.scaled_map.height for each in measured)
    return [
        VerticalStack(
            boxes=[
                BottomAligned(box=each.scaled_map, width=each.width, height=highest),
                BottomAligned(box=each.bar, width=each.width, height=LONGEST_BAR_PX + 10),
                each.caption,
            ],
            gap=4,
            centred=True,
        )
        for each in measured
    ]


def scaled_size(size: Size, *, side: int, pixels: int) -> Size:
    """The sides of a map in pixels, where the largest ``side`` of all maps has ``pixels``."""
    return tuple(max(1, own * pixels // side) for own in size)


def scaled_bar(own: int, *, channels: int) -> ChannelBar:
    """The bar of a map's channels, where ``channels`` is the largest number of all maps."""
    return ChannelBar(pixels=max(1, own * LONGEST_BAR_PX // channels))
