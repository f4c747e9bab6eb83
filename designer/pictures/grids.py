"""Maps as cells: one axis as a row, two as a grid, three as slices side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, product
from math import prod

from designer.errors import TooLarge
from designer.geometry.layers import Size
from designer.limits import MAX_DRAWN_CELLS, MAX_DRAWN_SIDE
from designer.pictures.box_layout import SMALL, line_height
from designer.pictures.svg import Path, Shape, Text, rectangle_steps

Kind = Callable[[Size], str]
"""The kind of the cell at an index; an empty one is left blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """How a kind of cell looks: its ground's role, or ``fill``, and a cross to tell it without colour."""

    ground: str
    fill: str | None = None
    percent: int = 100
    crossed: bool = False


CROSSED = {
    "unread": Paint(ground="input", crossed=True),
    "unpainted": Paint(ground="zero", crossed=True),
    "crop": Paint(ground="zero", crossed=True),
}
"""Kinds that carry a cross; every other kind is its own ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the cells of a map stand: its slices in rows of at most ``per_row``.

    One axis is a single row of cells, two axes a single slice.
    """

    size: Size
    cell: int
    per_row: int

    @property
    def cell_height(self) -> int:
        """A cell is square; on one axis it is at least 18 high, to be seen when it is narrow."""
        return max(self.cell, 18) if len(self.size) == 1 else self.cell

    @property
    def rows(self) -> int:
        """Cells down one slice."""
        return self.size[-2] if len(self.size) > 1 else 1

    @property
    def columns(self) -> int:
        """Cells across one slice."""
        return self.size[-1]

    @property
    def slices(self) -> int:
        """Slices along the depth."""
        return self.size[0] if len(self.size) == 3 else 1

    @property
    def pitch(self) -> tuple[int, int]:
        """Pixels from slice to slice, across and down."""
        label = line_height(SMALL) if len(self.size) == 3 else 0
        return self._slice_width + 12, self.rows * self.cell_height + label + 10

    @property
    def _slice_width(self) -> int:
        return max(self.columns * self.cell, 64 if len(self.size) == 3 else 0)

    @property
    def width(self) -> int:
        """Pixels across all slices."""
        return (min(self.slices, self.per_row) - 1) * self.pitch[0] + self._slice_width

    @property
    def height(self) -> int:
        """Pixels down all slices."""
        lines = -(-self.slices // self.per_row)
        label = line_height(SMALL) if len(self.size) == 3 else 0
        return (lines - 1) * self.pitch[1] + self.rows * self.cell_height + label

    def slice_corner(self, depth: int) -> tuple[int, int]:
        """Upper left corner of a slice's cells, from the map's corner."""
        down, across = divmod(depth, self.per_row)
        label = line_height(SMALL) if len(self.size) == 3 else 0
        return across * self.pitch[0], down * self.pitch[1] + label

    def corner(self, index: Size) -> tuple[int, int]:
        """Upper left corner of a cell, from the map's corner."""
        depth, row, column = (0, 0, 0, *index)[-3:]
        x, y = self.slice_corner(depth)
        return x + column * self.cell, y + row * self.cell_height


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A map drawn cell by cell, each painted as its kind; ``label`` writes into a cell.

    ``depths`` names the slices where they are not simply numbered.
    """

    layout: Layout
    kind: Kind
    paints: Mapping[str, Paint] = field(default_factory=lambda: CROSSED)
    label: Kind | None = None
    label_kind: str = "ink"
    depths: tuple[str, ...] | None = None

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.layout.width

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.layout.height

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """Areas by kind, then crosses, the grid, the slices' names and the labels."""
        yield from self._areas(x, y)
        yield from self._crosses(x, y)
        for depth in range(self.layout.slices):
            yield from _slice_grid(self.layout, depth, x, y)
        yield from self._depths(x, y)
        yield from self._labels(x, y)

    def _paint(self, kind: str) -> Paint:
        return self.paints.get(kind) or Paint(ground=kind)

    def _areas(self, x: int, y: int) -> Iterator[Shape]:
        areas: dict[str, list[str]] = {}
        for kind, first, length in self._runs():
            left, top = self.layout.corner(first)
            width, height = length * self.layout.cell, self.layout.cell_height
            areas.setdefault(kind, []).append(rectangle_steps(x + left, y + top, width, height))
        for kind in sorted(areas):
            paint = self._paint(kind)
            yield Path(
                steps="".join(areas[kind]),
                kind=paint.ground,
                fill=paint.fill,
                percent=paint.percent,
            )

    def _runs(self) -> Iterator[tuple[str, Size, int]]:
        """(kind, first index, length) of equal neighbours along the last axis."""
        *outer, columns = self.layout.size
        for before in product(*map(range, outer)):
            indices = [(*before, column) for column in range(columns)]
            for kind, run in groupby(indices, key=self.kind):
                first, *others = run
                if kind:
                    yield kind, first, 1 + len(others)

    def _crosses(self, x: int, y: int) -> Iterator[Shape]:
        layout, steps = self.layout, []
        for index in product(*map(range, layout.size)):
            if self._paint(self.kind(index)).crossed:
                left, top = layout.corner(index)
                steps.append(cross_steps(x + left, y + top, layout.cell, layout.cell_height))
        if steps:
            yield Path(steps="".join(steps), kind="cross")

    def _depths(self, x: int, y: int) -> Iterator[Shape]:
        if len(self.layout.size) < 3:
            return
        for depth in range(self.layout.slices):
            left, top = self.layout.slice_corner(depth)
            name = self.depths[depth] if self.depths else str(depth)
            yield Text(x=x + left, y=y + top - 4, text=f"depth {name}", size=SMALL, kind="muted")

    def _labels(self, x: int, y: int) -> Iterator[Shape]:
        if self.label is None:
            return
        for index in product(*map(range, self.layout.size)):
            text = self.label(index)
            size = label_size(text, self.layout.cell)
            if text and size >= SMALLEST:
                left, top = self.layout.corner(index)
                yield centred_text(
                    text,
                    x=x + left + self.layout.cell // 2,
                    y=y + top + self.layout.cell_height // 2,
                    size=size,
                    kind=self.label_kind,
                )


SMALLEST = 7
"""Letters smaller than this are left out."""


def label_size(text: str, cell: int) -> int:
    """The size at which a text fits a cell with room around it.

    >>> label_size("7", 28), label_size("100", 28)
    (11, 11)
    """
    return min(cell * 2 // 5, (cell - 4) * 10 // (6 * max(1, len(text))))


def centred_text(text: str, *, x: int, y: int, size: int, kind: str = "ink") -> Text:
    """A text with its middle at (x, y)."""
    return Text(x=x, y=y + size * 7 // 20, text=text, size=size, kind=kind, middle=True)


def cross_steps(x: int, y: int, width: int, height: int) -> str:
    """Two diagonals of a cell, as path commands."""
    return f"M{x} {y}l{width} {height}M{x + width} {y}l-{width} {height}"


def _slice_grid(layout: Layout, depth: int, x: int, y: int) -> Iterator[Shape]:
    left, top = layout.slice_corner(depth)
    left, top = x + left, y + top
    width, height = layout.columns * layout.cell, layout.rows * layout.cell_height
    across = (f"M{left} {top + row * layout.cell_height}h{width}" for row in range(layout.rows + 1))
    down = (f"M{left + n * layout.cell} {top}v{height}" for n in range(layout.columns + 1))
    yield Path(steps="".join([*across, *down]), kind="grid" if layout.cell > 6 else "fine grid")


def check_drawable(sizes: Sequence[Size]) -> None:
    """Refuse maps that are too large to draw.

    Raises:
        TooLarge: past ``MAX_DRAWN_SIDE`` cells a side, or ``MAX_DRAWN_CELLS`` in all.
    """
    side = max(max(size) for size in sizes)
    if side > MAX_DRAWN_SIDE:
        raise TooLarge(
            f"a side of {side} cells is too large to draw; the limit is {MAX_DRAWN_SIDE}",
            side=side,
            limit=MAX_DRAWN_SIDE,
        )
    cells = sum(prod(size) for size in sizes)
    if cells > MAX_DRAWN_CELLS:
        raise TooLarge(
            f"the picture would have {cells} cells; the limit is {MAX_DRAWN_CELLS}",
            cells=cells,
            limit=MAX_DRAWN_CELLS,
        )
