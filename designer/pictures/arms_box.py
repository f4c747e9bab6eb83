"""The layout of two arms: rows of maps in fixed columns, with arrows from map to map.

Columns from left to right: captions, the left arm, skips, the joined maps, the right arm, captions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from designer.pictures.box_layout import NORMAL_TEXT, SMALL_TEXT, Box
from designer.pictures.network_maps import ChannelBar, ScaledMap
from designer.pictures.svg import Path, Shape, Text, text_width

ROW_GAP, COLUMN_GAP, SHORTEST_SKIP, SHORT_ARROW = 36, 12, 90, 24
"""Pixels: between rows, between columns, the width of the skips' column, of the last arrows."""

CLEARANCE, BAR_GAP, LABEL_GAP = 5, 6, 4
"""Pixels: from an arrow to a map, from a map to its bar, from a map to its label."""

ARMS_STYLE = (
    ".gd .skip{fill:none;stroke:var(--gd-window);stroke-width:2}"
    ".gd .skip-head{fill:var(--gd-window)}"
)
"""Style rules of the skips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCell:
    """A map with the bar of its channels beside it, and its size and channels below."""

    scaled_map: ScaledMap
    bar: ChannelBar
    label: Box

    @property
    def drawn_width(self) -> int:
        """Pixels across the map and its bar."""
        return self.scaled_map.width + BAR_GAP + self.bar.width

    @property
    def drawn_height(self) -> int:
        """Pixels down the map or its bar."""
        return max(self.scaled_map.height, self.bar.height)

    @property
    def width(self) -> int:
        """Pixels across."""
        return max(self.drawn_width, self.label.width)

    def place_around(self, centre: int, base: int) -> Iterator[Shape]:
        """The shapes, with the map above ``base`` and the label below it."""
        left = centre - self.drawn_width // 2
        yield from self.scaled_map.place(left, base - self.scaled_map.height)
        bar_left = left + self.scaled_map.width + BAR_GAP
        yield from self.bar.place(bar_left, base - self.bar.height)
        yield from self.label.place(centre - self.label.width // 2, base + LABEL_GAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """An arrow from arm to arm: a label above it, and a note below it."""

    label: str
    note: str

    @property
    def width(self) -> int:
        """Pixels across its texts."""
        return max(text_width(self.label, NORMAL_TEXT), text_width(self.note, SMALL_TEXT))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmsRow:
    """The cells of one level, and their captions."""

    left: MapCell
    between: MapCell | None
    right: MapCell
    skip: Skip | None
    left_caption: Box
    right_caption: Box

    @property
    def cells(self) -> tuple[MapCell | None, ...]:
        """The cells in the columns of maps."""
        return (self.left, self.between, self.right)

    @property
    def drawn_height(self) -> int:
        """Pixels down the highest map or bar."""
        return max(cell.drawn_height for cell in self.cells if cell is not None)

    @property
    def cell_height(self) -> int:
        """Pixels down the cells with their labels."""
        return self.drawn_height + LABEL_GAP + self.left.label.height

    @property
    def height(self) -> int:
        """Pixels down."""
        return max(self.cell_height, self.left_caption.height, self.right_caption.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedCell:
    """A cell around the middle of its column: the points at which arrows meet it."""

    cell: MapCell
    centre: int
    base: int

    @property
    def top(self) -> int:
        """Above the map and its bar."""
        return self.base - self.cell.drawn_height - CLEARANCE

    @property
    def bottom(self) -> int:
        """Below the label."""
        return self.base + LABEL_GAP + self.cell.label.height + CLEARANCE

    @property
    def middle(self) -> int:
        """Halfway down the map."""
        return self.base - self.cell.scaled_map.height // 2

    @property
    def left(self) -> int:
        """Left of the map."""
        return self.centre - self.cell.drawn_width // 2 - CLEARANCE

    @property
    def right(self) -> int:
        """Right of the bar."""
        return self.centre - self.cell.drawn_width // 2 + self.cell.drawn_width + CLEARANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedRow:
    """The cells of one level in their places."""

    left: PlacedCell
    between: PlacedCell | None
    right: PlacedCell

    @property
    def cells(self) -> tuple[PlacedCell, ...]:
        """The cells from left to right."""
        return (self.left, *([] if self.between is None else [self.between]), self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmsBox:
    """The rows from top to bottom, with all arrows."""

    rows: tuple[ArmsRow, ...]

    @property
    def column_widths(self) -> tuple[int, ...]:
        """Pixels across: caption, left arm, skips, joined maps, arrows, right arm, caption."""
        skips = [row.skip.width + 2 * COLUMN_GAP for row in self.rows if row.skip is not None]
        left, between, right = (
            max((cell.width for cell in cells if cell is not None), default=0)
            for cells in zip(*(row.cells for row in self.rows), strict=True)
        )
        return (
            max(row.left_caption.width for row in self.rows),
            left,
            max([SHORTEST_SKIP, *skips]),
            between,
            SHORT_ARROW,
            right,
            max(row.right_caption.width for row in self.rows),
        )

    @property
    def column_starts(self) -> tuple[int, ...]:
        """Pixels from the left to each column."""
        steps = (width + COLUMN_GAP for width in self.column_widths)
        return tuple(accumulate(steps, initial=0))[:-1]

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.column_starts[-1] + self.column_widths[-1]

    @property
    def height(self) -> int:
        """Pixels down."""
        return sum(row.height for row in self.rows) + ROW_GAP * (len(self.rows) - 1)

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """The cells, captions and arrows row by row, then the arrows from row to row."""
        starts, widths = self.column_starts, self.column_widths
        placed_rows: list[PlacedRow] = []
        for row in self.rows:
            placed = self._placed_row(row, x, y)
            for each in placed.cells:
                yield from each.cell.place_around(each.centre, each.base)
            for column, caption in ((0, row.left_caption), (-1, row.right_caption)):
                top = y + (row.height - caption.height) // 2
                yield from caption.place(x + starts[column], top)
            yield from _row_arrows(placed, row.skip, x + starts[2] + widths[2] // 2)
            placed_rows.append(placed)
            y += row.height + ROW_GAP
        for upper, lower in pairwise(placed_rows):
            yield from _level_arrows(upper, lower)

    def _placed_row(self, row: ArmsRow, x: int, y: int) -> PlacedRow:
        """The cells of a row from (x, y) on, in the middle of its height, on one base."""
        starts, widths = self.column_starts, self.column_widths
        left, between, right = (x + starts[n] + widths[n] // 2 for n in (1, 3, 5))
        base = y + (row.height - row.cell_height) // 2 + row.drawn_height
        return PlacedRow(
            left=PlacedCell(cell=row.left, centre=left, base=base),
            between=None
            if row.between is None
            else PlacedCell(cell=row.between, centre=between, base=base),
            right=PlacedCell(cell=row.right, centre=right, base=base),
        )


def _row_arrows(placed: PlacedRow, skip: Skip | None, skip_centre: int) -> Iterator[Shape]:
    """From the left arm to the joined map, with the label of a skip, and on to the right arm."""
    left, between, right = placed.left, placed.between, placed.right
    if between is None:
        return
    kinds = ("frame", "ink") if skip is None else ("skip", "skip-head")
    yield from _arrow(f"M{left.right} {left.middle}", between.left, left.middle, kinds=kinds)
    yield from _arrow(f"M{between.right} {between.middle}", right.left, between.middle)
    if skip is not None:
        above, below = left.middle - 7, left.middle + 16
        yield Text(
            x=skip_centre, y=above, text=skip.label, size=NORMAL_TEXT, bold=True, centred=True
        )
        yield Text(x=skip_centre, y=below, text=skip.note, size=SMALL_TEXT, centred=True)


def _level_arrows(upper: PlacedRow, lower: PlacedRow) -> Iterator[Shape]:
    """Down the left arm; up the right arm, to the joined map or else to the last one."""
    below, last, to = lower.left, lower.right, upper.between or upper.right
    down = f"M{upper.left.centre} {upper.left.bottom}"
    yield from _arrow(down, below.centre, below.top, down=True)
    turn = (to.bottom + min(cell.top for cell in lower.cells)) // 2
    aside = "" if upper.between is None else f"V{turn}H{to.centre}"
    yield from _arrow(f"M{last.centre} {last.top}{aside}", to.centre, to.bottom, up=True)


def _arrow(
    start: str,
    x: int,
    y: int,
    *,
    down: bool = False,
    up: bool = False,
    kinds: tuple[str, str] = ("frame", "ink"),
) -> Iterator[Shape]:
    """A line that goes on from ``start`` to its head at (x, y), to the right unless up or down."""
    line = f"V{y}" if up or down else f"H{x}"
    head = "l-4 -7h8z" if down else "l-4 7h8z" if up else "l-7 -4v8z"
    yield Path(commands=f"{start}{line}", kind=kinds[0])
    yield Path(commands=f"M{x} {y}{head}", kind=kinds[1])
