"""The maps of a whole network, to scale, with their sizes and channels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from designer.geometry.layers import FeatureMap, Size
from designer.pictures.box_layout import SMALL, Box, Column, Label, Row, fill_rows
from designer.pictures.labels import heading, size_text
from designer.pictures.layer_picture import WIDEST
from designer.pictures.picture_frame import draw_frame
from designer.pictures.svg import Path, Rect, Shape

LARGEST_SIDE, LARGEST_CHANNELS, THICKNESS, GAP = 200, 72, 18, 22
"""Pixels of the largest side, of the most channels, of what has no side of its own, between maps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A map of the network and, in a few short lines, what made it."""

    map: FeatureMap
    made_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
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
        return self.sides[-2] if len(self.sides) > 1 else THICKNESS

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
                steps=f"M{x} {top}l{slant} -{slant}h{across}v{down}l-{slant} {slant}v-{down}z",
                kind="pad",
            )
            edges += (
                f"M{x} {top}l{slant} -{slant}h{across}v{down}l-{slant} {slant}"
                f"M{x + across} {top}l{slant} -{slant}"
            )
        yield Path(steps=edges, kind="frame")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The channels of a map, to scale."""

    pixels: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return THICKNESS

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.pixels

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """The bar and its frame."""
        area = Rect(x=x, y=y, width=self.width, height=self.height, kind="output")
        yield area
        yield Path(steps=f"M{x} {y}h{self.width}v{self.height}h-{self.width}z", kind="frame")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A box that stands in the middle of the bottom of a larger place."""

    box: Box
    width: int
    height: int

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """The box."""
        left = x + (self.width - self.box.width) // 2
        yield from self.box.place(left, y + self.height - self.box.height)


def draw_chain(stages: Sequence[Stage], *, title: str) -> str:
    """The network's maps in order, as an SVG text.

    All maps are to one scale and all channels to another; what would be thinner than a pixel is
    drawn a pixel thick.
    """
    side = max(max(stage.map.size) for stage in stages)
    channels = max(stage.map.channels for stage in stages)
    drawn = [_measure(stage, side=side, channels=channels) for stage in stages]
    rows = fill_rows([each.width for each in drawn], width=WIDEST, gap=GAP)
    maps = [Row(boxes=_level([drawn[number] for number in row]), gap=GAP) for row in rows]
    lines = [
        f"maps to scale, {LARGEST_SIDE} px for {side}; bars are channels,"
        f" {LARGEST_CHANNELS} px for {channels}"
    ]
    content = Column(boxes=[heading(title, lines), Column(boxes=maps, gap=26)], gap=18)
    told = "; ".join(f"{', '.join(stage.made_by)}: {stage.map}" for stage in stages)
    return draw_frame(content, title=title, description=f"{told}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A stage's face, bar and words, measured; before it stands in its row."""

    face: Face
    bar: Bar
    words: Column

    @property
    def width(self) -> int:
        """Pixels across."""
        return max(self.face.width, self.bar.width, self.words.width)


def _measure(stage: Stage, *, side: int, channels: int) -> Drawn:
    texts = [
        Label(text=size_text(stage.map.size), bold=True),
        Label(text=f"{stage.map.channels} channels", size=SMALL),
        *(Label(text=line, size=SMALL, kind="muted") for line in stage.made_by),
    ]
    return Drawn(
        face=Face(sides=_scaled(stage.map.size, side)),
        bar=Bar(pixels=max(1, stage.map.channels * LARGEST_CHANNELS // channels)),
        words=Column(boxes=texts, centred=True),
    )


def _level(drawn: Sequence[Drawn]) -> list[Box]:
    """The stages of one row, faces and bars each standing on one line."""
    highest = max(each.face.height for each in drawn)
    return [
        Column(
            boxes=[
                Standing(box=each.face, width=each.width, height=highest),
                Standing(box=each.bar, width=each.width, height=LARGEST_CHANNELS + 10),
                each.words,
            ],
            gap=4,
            centred=True,
        )
        for each in drawn
    ]


def _scaled(size: Size, largest: int) -> Size:
    return tuple(max(1, side * LARGEST_SIDE // largest) for side in size)
