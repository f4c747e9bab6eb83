"""A window over a map, at its first position or animated through all positions.

The animation is CSS: one group per axis, each with its own keyframes, the last axis fastest. With
``prefers-reduced-motion`` the window stays at its first position.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from math import prod
from operator import mul

from designer.geometry.layers import Size
from designer.pictures.grids import SMALLEST_TEXT, CellGrid, GridLayout, centred_text, label_size
from designer.pictures.svg import Group, Rect, Shape

LONGEST_STEP_MS, SHORTEST_STEP_MS, MAX_CYCLE_MS = 700, 60, 45_000
"""Milliseconds of a step at most and at least, and of the whole cycle if the step allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPositions:
    """The positions of a window along each axis: ``start`` + step · p for p < count."""

    start: Size
    steps: Size
    counts: Size

    def first_cell(self, axis: int, position: int) -> int:
        """Index of the first cell of the window along an axis: start + step · p."""
        return self.start[axis] + self.steps[axis] * position


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowedMap:
    """A map with a window on it: ``kernel_size`` taps, ``dilation`` cells apart, along each axis.

    ``motion`` is the prefix of the animation rules, or None without animation. ``flipped`` taps are
    numbered backwards; ``numbered`` taps show their number.
    """

    cells: CellGrid
    window_positions: WindowPositions
    kernel_size: Size
    dilation: Size
    flipped: bool = False
    numbered: bool = False
    motion: str | None = None

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.cells.width

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.cells.height

    def place(self, x: int, y: int) -> Iterator[Shape]:
        """The map, then the window, one part per depth of the kernel."""
        yield from self.cells.place(x, y)
        for depth in range(self.kernel_size[0] if len(self.kernel_size) == 3 else 1):
            shapes: Sequence[Shape] = tuple(self._window_shapes(depth, x, y))
            if self.motion:
                for axis in reversed(range(len(self.kernel_size))):
                    shapes = (Group(shapes=shapes, kind=self.rule_name(axis, depth)),)
            yield from shapes

    def rule_name(self, axis: int, depth: int) -> str:
        """Name of the rule that moves one depth of the window along an axis."""
        is_depth = axis == 0 and len(self.kernel_size) == 3
        return f"{self.motion}{axis}" + (f"-{depth}" if is_depth else "")

    def _window_shapes(self, depth: int, x: int, y: int) -> Iterator[Shape]:
        cell, height = self.cells.layout.cell, self.cells.layout.cell_height
        plane_size = self.kernel_size[-2:]
        depth_index = (depth,) if len(self.kernel_size) == 3 else ()
        for taps in product(*map(range, plane_size)):
            left, top = self._corner((*depth_index, *taps))
            yield Rect(x=x + left, y=y + top, width=cell, height=height, kind="tap")
            text = str(self._tap_number((*depth_index, *taps)))
            if self.numbered and label_size(text, cell) >= SMALLEST_TEXT:
                center_x, center_y = x + left + cell // 2, y + top + height // 2
                yield centred_text(text, x=center_x, y=center_y, size=label_size(text, cell))
        left, top = self._corner((*depth_index, *(0,) * len(plane_size)))
        right, bottom = self._corner((*depth_index, *(side - 1 for side in plane_size)))
        across, down = right - left + cell, bottom - top + height
        yield Rect(x=x + left, y=y + top, width=across, height=down, kind="span")

    def _corner(self, taps: Size) -> tuple[int, int]:
        cell_index = (
            s + t * d
            for s, t, d in zip(self.window_positions.start, taps, self.dilation, strict=True)
        )
        return self.cells.layout.corner(tuple(cell_index))

    def _tap_number(self, taps: Size) -> int:
        number = 0
        for tap, side in zip(taps, self.kernel_size, strict=True):
            number = number * side + (side - 1 - tap if self.flipped else tap)
        return number

    def motion_rules(self) -> str:
        """The keyframes of every group, disabled by ``prefers-reduced-motion``."""
        counts = self.window_positions.counts
        step = max(SHORTEST_STEP_MS, min(LONGEST_STEP_MS, MAX_CYCLE_MS // prod(counts)))
        steps_per_cycle = list(accumulate(reversed(counts), mul))[::-1]
        rules = []
        for axis in range(len(counts)):
            is_depth = axis == 0 and len(counts) == 3
            for depth in range(self.kernel_size[0] if is_depth else 1):
                translations = self._translations(axis, depth)
                rules.append(
                    _keyframes(
                        self.rule_name(axis, depth), translations, step * steps_per_cycle[axis]
                    )
                )
        return "".join(rules)

    def _translations(self, axis: int, depth: int) -> list[tuple[int, int]]:
        layout = self.cells.layout
        places = (
            self.window_positions.first_cell(axis, p)
            for p in range(self.window_positions.counts[axis])
        )
        if axis == 0 and len(self.kernel_size) == 3:
            depth_offset = depth * self.dilation[0]
            corners = [layout.slice_corner(place + depth_offset) for place in places]
        else:
            corners = [layout.corner(_index_along(layout, axis, place)) for place in places]
        left, top = corners[0]
        return [(x - left, y - top) for x, y in corners]


def _index_along(layout: GridLayout, axis: int, place: int) -> Size:
    return tuple(place if other == axis else 0 for other in range(len(layout.size)))


def _keyframes(name: str, translations: list[tuple[int, int]], duration_ms: int) -> str:
    frames = "".join(
        f"{100 * index / len(translations):.4f}%{{transform:translate({x}px,{y}px)}}"
        for index, (x, y) in enumerate(translations)
    )
    return (
        f"@keyframes {name}{{{frames}}}"
        f".gd .{name}{{animation:{name} {duration_ms}ms step-end infinite}}"
        f"@media (prefers-reduced-motion:reduce){{.gd .{name}{{animation:none}}}}"
    )
