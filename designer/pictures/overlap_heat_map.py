"""The overlap map: a heat map of the contributions per position, with its scale.

The middle of a long map, which repeats with the stride, is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from designer.geometry.equivalence.overlap_map import inner_contribution_range
from designer.geometry.equivalence.placement import AnyConv, Placement, pixels_size, place_windows
from designer.geometry.layers import Size, format_size
from designer.pictures.box_layout import (
    SMALL_TEXT,
    Box,
    HorizontalStack,
    TextLabel,
    VerticalStack,
    wrap_boxes,
)
from designer.pictures.grids import CellGrid, CellStyle, GridLayout, refuse_undrawable
from designer.pictures.labels import (
    AXIS_NAMES,
    arithmetic_lines,
    heading_box,
    layer_kind_text,
    window_text,
)
from designer.pictures.layer_picture import MAX_MAPS_WIDTH, choose_cell_size, make_layout
from designer.pictures.picture_frame import draw_frame

MAX_UNCUT_SIDE, SHOWN_STRIDES = {1: 24, 2: 24, 3: 9}, {1: 2, 2: 2, 3: 1}
"""By number of axes: the longest side drawn without a cut; strides shown beyond a border."""

MAX_SCALE_ENTRIES = 9
"""Maximum number of entries of the scale."""

CUT = -1
"""Marks the pixels that are left out in a list of shown pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """The contributions per shown pixel along each axis (``CUT`` where pixels are left out)."""

    placed: tuple[Placement, ...]
    shown: tuple[tuple[int, ...], ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> Size:
        """Cells per axis."""
        return tuple(len(axis) for axis in self.shown)

    def count(self, index: Size) -> int:
        """Contributions of the pixel in a cell, or ``CUT``."""
        counts = [axis[cell_index] for axis, cell_index in zip(self.counts, index, strict=True)]
        return CUT if CUT in counts else prod(counts)

    @property
    def levels(self) -> tuple[int, ...]:
        """Every count that occurs, ascending."""
        found = {1}
        for axis in self.counts:
            found = {a * b for a in found for b in set(axis) - {CUT}}
        return tuple(sorted(found))


def draw_overlap(layer: AnyConv, input_size: Size) -> str:
    """The overlap map of a layer as SVG.

    Raises:
        InvalidLayer: if the layer is invalid for the input size.
        TooLarge: if the map is too large to draw even without its middle.
    """
    title = f"{layer_kind_text(layer)}: {_count_noun(layer)} per position"
    lines = [window_text(layer.windows), *arithmetic_lines(layer, input_size)]
    content = VerticalStack(
        boxes=[heading_box(title, lines), overlap_box(layer, input_size)],
        gap=16,
    )
    overlap_text = "; ".join(overlap_lines(layer, place_windows(layer, input_size)))
    return draw_frame(content, title=title, description=f"{', '.join(lines)}. {overlap_text}.")


def overlap_box(layer: AnyConv, input_size: Size) -> Box:
    """The heat map with its description and its scale."""
    placed = place_windows(layer, input_size)
    ends = (_shown_ends(axis, axes=layer.axes) for axis in placed)
    refuse_undrawable([tuple(near + far + bool(far) for near, far in ends)])
    heat = _measure_heat(placed)
    cell = choose_cell_size([heat.size])
    styles = {str(level): _cell_style(level, heat.levels) for level in heat.levels}
    cells = CellGrid(
        layout=make_layout(heat.size, cell),
        kind=lambda index: _cell_kind(heat.count(index)),
        styles=styles,
        label=lambda index: _cell_label(heat.count(index)),
        slice_names=tuple("⋯" if pixel == CUT else str(pixel) for pixel in heat.shown[0]),
    )
    labels = [TextLabel(text=line, size=SMALL_TEXT) for line in overlap_lines(layer, placed)]
    return VerticalStack(
        boxes=[VerticalStack(boxes=labels), cells, _scale_legend(heat.levels, styles)], gap=10
    )


def overlap_lines(layer: AnyConv, placed: Sequence[Placement]) -> list[str]:
    """Description of the map: evenness, width of the border, pixels that are left out."""
    size = format_size(pixels_size(tuple(placed)))
    if not all(axis.inner for axis in placed):
        return [f"{size} positions, all of them at the border"]
    lines = [f"{size} positions, {_evenness_text(layer)}"]
    for name, axis in zip(AXIS_NAMES[layer.axes], placed, strict=True):
        inner = axis.inner
        lines.append(
            f"{name}: border of {inner.start} and {axis.pixels - inner.stop}"
            + _cut_text(axis, axes=layer.axes)
        )
    return lines


def _evenness_text(layer: AnyConv) -> str:
    extremes = [inner_contribution_range(window) for window in layer.windows]
    most, least = (prod(values) for values in zip(*extremes, strict=True))
    if most == least:
        return f"even: every position away from the border has {most}"
    ratio = f", {_ratio_text(most, least)} to one" if least else ""
    return f"uneven: away from the border a position has {least} to {most}{ratio}"


def _count_noun(layer: AnyConv) -> str:
    return "contributions" if layer.transposed else "readings"


def _ratio_text(most: int, least: int) -> str:
    whole, remainder = divmod(most, least)
    return str(whole) if not remainder else f"{most}/{least}"


def _measure_heat(placed: tuple[Placement, ...]) -> HeatMap:
    shown = tuple(_shown_pixels(axis, axes=len(placed)) for axis in placed)
    counts = tuple(
        tuple(CUT if pixel == CUT else axis.contributions(pixel) for pixel in pixels)
        for axis, pixels in zip(placed, shown, strict=True)
    )
    return HeatMap(placed=placed, shown=shown, counts=counts)


def _shown_ends(axis: Placement, *, axes: int) -> tuple[int, int]:
    """Numbers of pixels shown at both ends of a long side: the border and some strides beyond it.

    (pixels, 0) if the side is short.
    """
    pixels, stride = axis.pixels, axis.window.stride
    inner = axis.inner
    beyond = SHOWN_STRIDES[axes] * stride
    near = max(3, inner.start + beyond)
    far = max(3, pixels - inner.stop + beyond)
    if pixels <= MAX_UNCUT_SIDE[axes] or near + far + 1 >= pixels:
        return pixels, 0
    return near, far


def _shown_pixels(axis: Placement, *, axes: int) -> tuple[int, ...]:
    near, far = _shown_ends(axis, axes=axes)
    cut = (CUT,) if far else ()
    return (*range(near), *cut, *range(axis.pixels - far, axis.pixels))


def _cut_text(axis: Placement, *, axes: int) -> str:
    near, far = _shown_ends(axis, axes=axes)
    if not far:
        return ""
    last = axis.pixels - far - 1
    return f"; {near} to {last} are left out, they repeat every {axis.window.stride}"


def _cell_kind(count: int) -> str:
    return "" if count == CUT else str(count)


def _cell_label(count: int) -> str:
    """The count as text; empty for 0, which is drawn as a cross."""
    return "⋯" if count == CUT else str(count or "")


def _cell_style(level: int, levels: Sequence[int]) -> CellStyle:
    if level == 0:
        return CellStyle(base_kind="zero", crossed=True)
    return CellStyle(base_kind="heat", percent=max(8, 100 * level // max(levels)))


def _scale_legend(levels: Sequence[int], styles: dict[str, CellStyle]) -> Box:
    """One swatch per count, or an evenly spread selection of the counts."""
    last = len(levels) - 1
    steps = min(last, MAX_SCALE_ENTRIES - 1)
    chosen = [levels[number * last // steps] for number in range(steps + 1)] if last else levels
    swatches: list[Box] = [
        HorizontalStack(
            boxes=[_scale_swatch(str(level), styles), TextLabel(text=str(level))],
            gap=6,
            centred=True,
        )
        for level in chosen
    ]
    return wrap_boxes(
        [TextLabel(text="scale:", kind="muted"), *swatches], width=MAX_MAPS_WIDTH, gap=14
    )


def _scale_swatch(kind: str, styles: dict[str, CellStyle]) -> Box:
    layout = GridLayout(size=(1, 1), cell=16, slices_per_row=1)
    return CellGrid(layout=layout, kind=lambda _: kind, styles=styles)
