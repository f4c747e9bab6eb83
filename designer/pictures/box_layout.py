"""Boxes for the two passes of a layout: sizes from the inside out, then positions.

The size of a box does not depend on its position. Containers add up the sizes of their boxes, so
boxes cannot overlap or leave the frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from designer.pictures.svg import Rect, Shape, Text, text_width

SMALL_TEXT, NORMAL_TEXT, LARGE_TEXT = 11, 13, 17
"""Text sizes in pixels."""


class Box(Protocol):
    """A drawable with a size that can be placed."""

    @property
    def width(self) -> int:
        """Pixels across."""
        ...

    @property
    def height(self) -> int:
        """Pixels down."""
        ...

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """The shapes, with the upper left corner at (x, y)."""
        ...


def line_height(size: int) -> int:
    """Pixels from line to line: ⌊(3 · size + 1) / 2⌋, so that lines do not touch."""
    return (3 * size + 1) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLabel:
    """One line of text."""

    text: str
    size: int = NORMAL_TEXT
    kind: str = "ink"
    bold: bool = False

    @property
    def width(self) -> int:
        """Pixels across."""
        return text_width(self.text, self.size)

    @property
    def height(self) -> int:
        """Pixels down."""
        return line_height(self.size)

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """The text, its baseline inside the line."""
        baseline = y + (11 * self.size + 9) // 10
        yield Text(x=x, y=baseline, text=self.text, size=self.size, kind=self.kind, bold=self.bold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swatch:
    """A coloured cell for a legend."""

    kind: str
    fill: str | None = None
    percent: int = 100
    side: int = 14

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.side

    @property
    def height(self) -> int:
        """Pixels down."""
        return line_height(NORMAL_TEXT)

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """The cell and its frame, vertically centred in the line."""
        top = y + (self.height - self.side) // 2
        area = Rect(x=x, y=top, width=self.side, height=self.side, kind="bg")
        yield area
        yield replace(area, kind=self.kind, fill=self.fill, percent=self.percent)
        yield replace(area, kind="grid")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerticalStack:
    """Boxes from top to bottom."""

    boxes: Sequence[Box]
    gap: int = 0
    centred: bool = False

    @property
    def width(self) -> int:
        """The width of the widest box."""
        return max((box.width for box in self.boxes), default=0)

    @property
    def height(self) -> int:
        """The sum of the heights and the gaps."""
        return sum(box.height for box in self.boxes) + self.gap * max(0, len(self.boxes) - 1)

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """The boxes from top to bottom."""
        for box in self.boxes:
            yield from box.place(x + (self.width - box.width) // 2 * self.centred, y)
            y += box.height + self.gap


@dataclass(frozen=True, slots=True, kw_only=True)
class HorizontalStack:
    """Boxes from left to right, aligned at the top or centred."""

    boxes: Sequence[Box]
    gap: int = 0
    centred: bool = False

    @property
    def width(self) -> int:
        """The sum of the widths and the gaps."""
        return sum(box.width for box in self.boxes) + self.gap * max(0, len(self.boxes) - 1)

    @property
    def height(self) -> int:
        """The height of the highest box."""
        return max((box.height for box in self.boxes), default=0)

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """The boxes from left to right."""
        for box in self.boxes:
            yield from box.place(x, y + (self.height - box.height) // 2 * self.centred)
            x += box.width + self.gap


def wrap_boxes(boxes: Sequence[Box], *, width: int, gap: int, line_gap: int = 0) -> VerticalStack:
    """Boxes wrapped into rows of at most ``width`` pixels (a single box may be wider)."""
    rows = fill_rows([box.width for box in boxes], width=width, gap=gap)
    rows_of_boxes = [
        HorizontalStack(boxes=[boxes[number] for number in row], gap=gap) for row in rows
    ]
    return VerticalStack(boxes=rows_of_boxes, gap=line_gap)


def fill_rows(widths: Sequence[int], *, width: int, gap: int) -> list[range]:
    """The indices of the boxes in each row, given their widths.

    >>> fill_rows([40, 40, 40], width=100, gap=10)
    [range(0, 2), range(2, 3)]
    """
    rows: list[range] = []
    start, used = 0, 0
    for number, needed in enumerate(widths):
        if number > start and used + gap + needed > width:
            rows.append(range(start, number))
            start, used = number, 0
        used += needed + (gap if number > start else 0)
    return [*rows, range(start, len(widths))]
