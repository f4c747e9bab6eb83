"""The matrix C of a convolution, or Cᵀ of a transposed one, with one colour per kernel tap."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod

from designer.geometry.equivalence.matrix import LayerMatrix, flat_index, layer_matrix
from designer.geometry.equivalence.placement import (
    AnyConv,
)
from designer.geometry.layers import Size, format_size
from designer.pictures.box_layout import SMALL_TEXT, Box, TextLabel, VerticalStack
from designer.pictures.grids import CellGrid, CellStyle, refuse_undrawable
from designer.pictures.labels import heading_box, layer_kind_text, window_text
from designer.pictures.layer_picture import choose_cell_size, make_layout
from designer.pictures.picture_frame import draw_frame
from designer.pictures.theme import tap_colour

MAX_LEGEND_TAPS = 1_024
"""Most taps of a kernel that is drawn beside the matrix."""


def draw_matrix(layer: AnyConv, input_size: Size) -> str:
    """The matrix as SVG: one row per output, one column per input, one colour per tap.

    Raises:
        InvalidLayer: if the layer is invalid for the input size.
        TooLarge: if the matrix is too large to draw.
    """
    output_size = layer.output_size(input_size)
    shape = (prod(output_size), prod(input_size))
    refuse_undrawable([shape])
    matrix = layer_matrix(layer, input_size)
    name = "Cᵀ" if layer.transposed else "C"
    title = f"{layer_kind_text(layer)} as a matrix: {name}, {format_size(shape)}"
    lines = [
        window_text(layer.windows),
        f"rows: {shape[0]} outputs, {format_size(output_size)} flattened row by row",
        f"columns: {shape[1]} inputs, {format_size(input_size)} flattened row by row",
        f"{len(matrix.entries)} entries of {shape[0] * shape[1]}, each a tap of the kernel",
    ]
    content = VerticalStack(boxes=[heading_box(title, lines), *_matrix_boxes(matrix)], gap=16)
    return draw_frame(content, title=title, description="; ".join(lines))


def _matrix_boxes(matrix: LayerMatrix) -> list[Box]:
    taps = prod(matrix.kernel_size)
    styles = {
        str(tap): CellStyle(base_kind="tap-of", fill=tap_colour(tap, taps)) for tap in range(taps)
    }
    taps_by_cell: dict[Size, str] = {(row, column): str(tap) for row, column, tap in matrix.entries}
    boxes: list[Box] = [_tap_grid((matrix.rows, matrix.columns), taps_by_cell, styles)]
    if taps <= MAX_LEGEND_TAPS:
        indices = product(*map(range, matrix.kernel_size))
        kernel = {index: str(flat_index(index, matrix.kernel_size)) for index in indices}
        label = TextLabel(text="the kernel's taps", size=SMALL_TEXT)
        grid = _tap_grid(matrix.kernel_size, kernel, styles)
        boxes.append(VerticalStack(boxes=[label, grid], gap=2))
    return boxes


def _tap_grid(size: Size, taps: Mapping[Size, str], styles: Mapping[str, CellStyle]) -> CellGrid:
    cell = min(24, choose_cell_size([size]))
    return CellGrid(
        layout=make_layout(size, cell),
        kind=lambda index: taps.get(index, ""),
        styles=styles,
        label=lambda index: taps.get(index, ""),
        label_kind="dark-ink",
    )
