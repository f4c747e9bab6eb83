"""The overlap map: how many contributions each position gets, as a heat map with its scale.

A long map is cut in the middle, where it repeats itself every stride.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from designer.geometry.axis import inner_pixels
from designer.geometry.equivalence.overlap_map import inner_extremes
from designer.geometry.equivalence.placement import Layer, Placement, pixels_size, place
from designer.geometry.layers import ConvTranspose, Size
from designer.pictures.box_layout import SMALL, Box, Column, Label, Row, wrap
from designer.pictures.grids import Cells, Layout, Paint, check_drawable
from designer.pictures.labels import (
    AXIS_NAMES,
    arithmetic_lines,
    heading,
    layer_name,
    size_text,
    window_text,
)
from designer.pictures.layer_picture import WIDEST, choose_cell, make_layout
from designer.pictures.picture_frame import draw_frame

SHOWN_WHOLE, SHOWN_STRIDES = {1: 24, 2: 24, 3: 9}, {1: 2, 2: 2, 3: 1}
"""By axes: the longest side that is drawn without a cut; strides shown beyond a border."""

SCALE_STEPS = 9
"""Most entries of the scale."""

CUT = -1
"""Stands in a list of shown pixels for those that are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """The counts to be drawn: per axis the pixels shown (``CUT`` where some are left out)."""

    placed: tuple[Placement, ...]
    shown: tuple[tuple[int, ...], ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> Size:
        """Cells per axis."""
        return tuple(len(axis) for axis in self.shown)

    def count(self, index: Size) -> int:
        """Contributions of the pixel in a cell; ``CUT`` in a cut."""
        counts = [axis[place_] for axis, place_ in zip(self.counts, index, strict=True)]
        return CUT if CUT in counts else prod(counts)

    @property
    def levels(self) -> tuple[int, ...]:
        """Every count that occurs, ascending."""
        found = {1}
        for axis in self.counts:
            found = {a * b for a in found for b in set(axis) - {CUT}}
        return tuple(sorted(found))


def draw_overlap(layer: Layer, input_size: Size) -> str:
    """The overlap map of a layer as an SVG text.

    Raises:
        InvalidLayer: where the layer is illegal on that map.
        TooLarge: where the map is too large to draw, its middle left out.
    """
    title = f"{layer_name(layer)}: {_what(layer)} per position"
    lines = [window_text(layer.windows), *arithmetic_lines(layer, input_size)]
    content = Column(
        boxes=[heading(title, lines), overlap_box(layer, input_size)],
        gap=16,
    )
    said = "; ".join(overlap_lines(layer, place(layer, input_size)))
    return draw_frame(content, title=title, description=f"{', '.join(lines)}. {said}.")


def overlap_box(layer: Layer, input_size: Size) -> Box:
    """The heat map, what it shows in words, and its scale."""
    placed = place(layer, input_size)
    ends = (_shown_ends(axis, axes=layer.axes) for axis in placed)
    check_drawable([tuple(near + far + bool(far) for near, far in ends)])
    heat = _measure_heat(placed)
    cell = choose_cell([heat.size])
    paints = {str(level): _paint(level, heat.levels) for level in heat.levels}
    cells = Cells(
        layout=make_layout(heat.size, cell),
        kind=lambda index: _kind(heat.count(index)),
        paints=paints,
        label=lambda index: _label(heat.count(index)),
        depths=tuple("⋯" if pixel == CUT else str(pixel) for pixel in heat.shown[0]),
    )
    said = [Label(text=line, size=SMALL) for line in overlap_lines(layer, placed)]
    return Column(boxes=[Column(boxes=said), cells, _scale(heat.levels, paints)], gap=10)


def overlap_lines(layer: Layer, placed: Sequence[Placement]) -> list[str]:
    """What the map shows, in words: even or not, the border, what is left out of the drawing."""
    size = size_text(pixels_size(tuple(placed)))
    if not all(_inner(axis) for axis in placed):
        return [f"{size} positions, all of them at the border"]
    lines = [f"{size} positions, {_say_even(layer)}"]
    for name, axis in zip(AXIS_NAMES[layer.axes], placed, strict=True):
        inner = _inner(axis)
        lines.append(
            f"{name}: border of {inner.start} and {axis.pixels - inner.stop}"
            + _say_cut(axis, axes=layer.axes)
        )
    return lines


def _say_even(layer: Layer) -> str:
    extremes = [inner_extremes(window) for window in layer.windows]
    most, least = (prod(values) for values in zip(*extremes, strict=True))
    if most == least:
        return f"even: every position away from the border has {most}"
    ratio = f", {_ratio(most, least)} to one" if least else ""
    return f"uneven: away from the border a position has {least} to {most}{ratio}"


def _what(layer: Layer) -> str:
    return "contributions" if isinstance(layer, ConvTranspose) else "readings"


def _ratio(most: int, least: int) -> str:
    whole, rest = divmod(most, least)
    return str(whole) if not rest else f"{most}/{least}"


def _inner(axis: Placement) -> range:
    window = axis.window
    return inner_pixels(
        axis.pixels,
        positions=axis.positions,
        kernel_size=window.kernel_size,
        stride=window.stride,
        padding=window.padding,
        dilation=window.dilation,
    )


def _measure_heat(placed: tuple[Placement, ...]) -> HeatMap:
    shown = tuple(_shown_pixels(axis, axes=len(placed)) for axis in placed)
    counts = tuple(
        tuple(CUT if pixel == CUT else axis.contributions(pixel) for pixel in pixels)
        for axis, pixels in zip(placed, shown, strict=True)
    )
    return HeatMap(placed=placed, shown=shown, counts=counts)


def _shown_ends(axis: Placement, *, axes: int) -> tuple[int, int]:
    """How many pixels are shown of both ends: the borders and some strides of a long side.

    All are (pixels, 0) where the side is short.
    """
    pixels, stride = axis.pixels, axis.window.stride
    inner = _inner(axis)
    beyond = SHOWN_STRIDES[axes] * stride
    near = max(3, inner.start + beyond)
    far = max(3, pixels - inner.stop + beyond)
    if pixels <= SHOWN_WHOLE[axes] or near + far + 1 >= pixels:
        return pixels, 0
    return near, far


def _shown_pixels(axis: Placement, *, axes: int) -> tuple[int, ...]:
    near, far = _shown_ends(axis, axes=axes)
    cut = (CUT,) if far else ()
    return (*range(near), *cut, *range(axis.pixels - far, axis.pixels))


def _say_cut(axis: Placement, *, axes: int) -> str:
    near, far = _shown_ends(axis, axes=axes)
    if not far:
        return ""
    last = axis.pixels - far - 1
    return f"; {near} to {last} are left out, they repeat every {axis.window.stride}"


def _kind(count: int) -> str:
    return "" if count == CUT else str(count)


def _label(count: int) -> str:
    """The count; a cross says 0 already."""
    return "⋯" if count == CUT else str(count or "")


def _paint(level: int, levels: Sequence[int]) -> Paint:
    if level == 0:
        return Paint(ground="zero", crossed=True)
    return Paint(ground="heat", percent=max(8, 100 * level // max(levels)))


def _scale(levels: Sequence[int], paints: dict[str, Paint]) -> Box:
    """One swatch per count, or some of them evenly spread where there are many."""
    last = len(levels) - 1
    steps = min(last, SCALE_STEPS - 1)
    chosen = [levels[number * last // steps] for number in range(steps + 1)] if last else levels
    swatches: list[Box] = [
        Row(boxes=[_swatch(str(level), paints), Label(text=str(level))], gap=6, centred=True)
        for level in chosen
    ]
    return wrap([Label(text="scale:", kind="muted"), *swatches], width=WIDEST, gap=14)


def _swatch(kind: str, paints: dict[str, Paint]) -> Box:
    layout = Layout(size=(1, 1), cell=16, per_row=1)
    return Cells(layout=layout, kind=lambda _: kind, paints=paints)
