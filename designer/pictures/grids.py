"""Feature maps drawn as cells: one axis as a row, two as a grid, three as slices side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, product
from math import prod

from designer.errors import TooLarge
from designer.geometry.layers import Size
from designer.pictures.box_layout import SMALL_TEXT, line_height
from designer.pictures.svg import Path, Shape, Text, rectangle_commands
from designer.validation.limits import MAX_DRAWN_CELLS, MAX_DRAWN_SIDE

CellKind = Callable[[Size], str]
"""The kind of the cell at an index; a cell with an empty kind is left blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStyle:
    """Appearance of a kind of cell: colour role or ``fill``, and a cross that needs no colour."""

    base_kind: str
    fill: str | None = None
    percent: int = 100
    crossed: bool = False


CROSSED_STYLES = {
    "unread": CellStyle(base_kind="input", crossed=True),
    "unpainted": CellStyle(base_kind="zero", crossed=True),
    "crop": CellStyle(base_kind="zero", crossed=True),
}
"""Kinds with a cross; any other kind is drawn in the colour role of its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLayout:
    """Positions of the cells of a map, with its slices in rows of at most ``slices_per_row``.

    A map with one axis is a single row of cells, a map with two axes a single slice.
    """

    size: Size
    cell: int
    slices_per_row: int

    @property
    def cell_height(self) -> int:
        """Pixels down: cells are square, but at least 18 high on one axis, to stay visible."""
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
        label = line_height(SMALL_TEXT) if len(self.size) == 3 else 0
        return self._slice_width + 12, self.rows * self.cell_height + label + 10

    @property
    def _slice_width(self) -> int:
        return max(self.columns * self.cell, 64 if len(self.size) == 3 else 0)

    @property
    def width(self) -> int:
        """Pixels across all slices."""
        return (min(self.slices, self.slices_per_row) - 1) * self.pitch[0] + self._slice_width

    @property
    def height(self) -> int:
        """Pixels down all slices."""
        lines = -(-self.slices // self.slices_per_row)
        label = line_height(SMALL_TEXT) if len(self.size) == 3 else 0
        return (lines - 1) * self.pitch[1] + self.rows * self.cell_height + label

    def slice_corner(self, depth: int) -> tuple[int, int]:
        """Upper left corner of the cells of a slice, relative to the map."""
        down, across = divmod(depth, self.slices_per_row)
        label = line_height(SMALL_TEXT) if len(self.size) == 3 else 0
        return across * self.pitch[0], down * self.pitch[1] + label

    def corner(self, index: Size) -> tuple[int, int]:
        """Upper left corner of a cell, relative to the map."""
        depth, row, column = (0, 0, 0, *index)[-3:]
        x, y = self.slice_corner(depth)
        return x + column * self.cell, y + row * self.cell_height


@dataclass(frozen=True, slots=True, kw_only=True)
class CellGrid:
    """A map drawn cell by cell in the style of each kind; ``label`` is the text in a cell.

    ``slice_names`` replaces the numbers of the slices.
    """

    layout: GridLayout
    kind: CellKind
    styles: Mapping[str, CellStyle] = field(default_factory=lambda: CROSSED_STYLES)
    label: CellKind | None = None
    label_kind: str = "ink"
    slice_names: tuple[str, ...] | None = None

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.layout.width

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.layout.height

    def motion_rules(self) -> str:
        """No rules: it does not move."""
        return ""

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """Areas by kind, then crosses, grids, names of the slices and labels."""
        yield from self._filled_areas(x, y)
        yield from self._crosses(x, y)
        for depth in range(self.layout.slices):
            yield from _slice_grid(self.layout, depth, x, y)
        yield from self._slice_labels(x, y)
        yield from self._labels(x, y)

    def _style_of(self, kind: str) -> CellStyle:
        return self.styles.get(kind) or CellStyle(base_kind=kind)

    def _filled_areas(self, x: int, y: int) -> Iterator[Shape]:
        areas: dict[str, list[str]] = {}
        for kind, first, length in self._cell_runs():
            left, top = self.layout.corner(first)
            width, height = length * self.layout.cell, self.layout.cell_height
            areas.setdefault(kind, []).append(rectangle_commands(x + left, y + top, width, height))
        for kind in sorted(areas):
            style = self._style_of(kind)
            yield Path(
                commands="".join(areas[kind]),
                kind=style.base_kind,
                fill=style.fill,
                percent=style.percent,
            )

    def _cell_runs(self) -> Iterator[tuple[str, Size, int]]:
        """Runs of equal cells along the last axis: (kind, first index, length)."""
        *outer, columns = self.layout.size
        for before in product(*map(range, outer)):
            indices = [(*before, column) for column in range(columns)]
            for kind, run in groupby(indices, key=self.kind):
                first, *others = run
                if kind:
                    yield kind, first, 1 + len(others)

    def _crosses(self, x: int, y: int) -> Iterator[Shape]:
        layout, commands = self.layout, []
        for index in product(*map(range, layout.size)):
            if self._style_of(self.kind(index)).crossed:
                left, top = layout.corner(index)
                commands.append(cross_commands(x + left, y + top, layout.cell, layout.cell_height))
        if commands:
            yield Path(commands="".join(commands), kind="cross")

    def _slice_labels(self, x: int, y: int) -> Iterator[Shape]:
        if len(self.layout.size) < 3:
            return
        for depth in range(self.layout.slices):
            left, top = self.layout.slice_corner(depth)
            name = self.slice_names[depth] if self.slice_names else str(depth)
            yield Text(
                x=x + left, y=y + top - 4, text=f"depth {name}", size=SMALL_TEXT, kind="muted"
            )

    def _labels(self, x: int, y: int) -> Iterator[Shape]:
        if self.label is None:
            return
        for index in product(*map(range, self.layout.size)):
            text = self.label(index)
            size = label_size(text, self.layout.cell)
            if text and size >= SMALLEST_TEXT:
                left, top = self.layout.corner(index)
                yield centred_text(
                    text,
                    x=x + left + self.layout.cell // 2,
                    y=y + top + self.layout.cell_height // 2,
                    size=size,
                    kind=self.label_kind,
                )


SMALLEST_TEXT = 7
"""Smaller texts are left out."""


def label_size(text: str, cell: int) -> int:
    """The size at which a text fits a cell with a margin.

    >>> label_size("7", 28), label_size("100", 28)
    (11, 11)
    """
    return min(cell * 2 // 5, (cell - 4) * 10 // (6 * max(1, len(text))))


def centred_text(text: str, *, x: int, y: int, size: int, kind: str = "ink") -> Text:
    """A text with its middle at (x, y)."""
    return Text(x=x, y=y + size * 7 // 20, text=text, size=size, kind=kind, centred=True)


def cross_commands(x: int, y: int, width: int, height: int) -> str:
    """Both diagonals of a cell as path commands."""
    return f"M{x} {y}l{width} {height}M{x + width} {y}l-{width} {height}"


def _slice_grid(layout: GridLayout, depth: int, x: int, y: int) -> Iterator[Shape]:
    left, top = layout.slice_corner(depth)
    left, top = x + left, y + top
    width, height = layout.columns * layout.cell, layout.rows * layout.cell_height
    across = (f"M{left} {top + row * layout.cell_height}h{width}" for row in range(layout.rows + 1))
    down = (f"M{left + n * layout.cell} {top}v{height}" for n in range(layout.columns + 1))
    yield Path(commands="".join([*across, *down]), kind="grid" if layout.cell > 6 else "fine grid")


def refuse_undrawable(sizes: Sequence[Size]) -> None:
    """Refuse maps that are too large to draw.

    Raises:
        TooLarge: if a side exceeds ``MAX_DRAWN_SIDE`` or all cells exceed ``MAX_DRAWN_CELLS``.
    """
    side = max(max(size) for size in sizes)
    if side > MAX_DRAWN_SIDE:
        raise TooLarge("picture_side_too_large", side=side, limit=MAX_DRAWN_SIDE)
    cells = sum(prod(size) for size in sizes)
    if cells > MAX_DRAWN_CELLS:
        raise TooLarge("too_many_cells", cells=cells, limit=MAX_DRAWN_CELLS)
