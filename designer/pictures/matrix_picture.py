"""The matrix C, or Cᵀ of a transposed convolution, with the kernel's taps in colours."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod

from designer.geometry.equivalence.matrix import LayerMatrix, flat_index, layer_matrix
from designer.geometry.equivalence.placement import Layer, pixels_size, place, positions_size
from designer.geometry.layers import ConvTranspose, Size
from designer.pictures.box_layout import SMALL, Box, Column, Label
from designer.pictures.grids import Cells, Paint, check_drawable
from designer.pictures.labels import heading, layer_name, size_text, window_text
from designer.pictures.layer_picture import choose_cell, make_layout
from designer.pictures.picture_frame import draw_frame
from designer.pictures.theme import tap_colour

LEGEND_TAPS = 1_024
"""Most taps whose kernel is drawn beside the matrix."""


def draw_matrix(layer: Layer, input_size: Size) -> str:
    """The matrix as an SVG text: a row per output, a column per input, a colour per tap.

    Raises:
        InvalidLayer: where the layer is illegal on that map.
        TooLarge: where the matrix is too large to draw.
    """
    placed = place(layer, input_size)
    sizes = pixels_size(placed), positions_size(placed)
    output_size = sizes[0] if isinstance(layer, ConvTranspose) else sizes[1]
    shape = (prod(output_size), prod(input_size))
    check_drawable([shape])
    matrix = layer_matrix(layer, input_size)
    name = "Cᵀ" if isinstance(layer, ConvTranspose) else "C"
    title = f"{layer_name(layer)} as a matrix: {name}, {size_text(shape)}"
    lines = [
        window_text(layer.windows),
        f"rows: {shape[0]} outputs, {size_text(output_size)} flattened row by row",
        f"columns: {shape[1]} inputs, {size_text(input_size)} flattened row by row",
        f"{len(matrix.entries)} entries of {shape[0] * shape[1]}, each a tap of the kernel",
    ]
    content = Column(boxes=[heading(title, lines), *_matrix_boxes(matrix)], gap=16)
    return draw_frame(content, title=title, description="; ".join(lines))


def _matrix_boxes(matrix: LayerMatrix) -> list[Box]:
    taps = prod(matrix.kernel_size)
    paints = {str(tap): Paint(ground="tap-of", fill=tap_colour(tap, taps)) for tap in range(taps)}
    found: dict[Size, str] = {(row, column): str(tap) for row, column, tap in matrix.entries}
    boxes: list[Box] = [_coloured((matrix.rows, matrix.columns), found, paints)]
    if taps <= LEGEND_TAPS:
        indices = product(*map(range, matrix.kernel_size))
        kernel = {index: str(flat_index(index, matrix.kernel_size)) for index in indices}
        named = Label(text="the kernel's taps", size=SMALL)
        grid = _coloured(matrix.kernel_size, kernel, paints)
        boxes.append(Column(boxes=[named, grid], gap=2))
    return boxes


def _coloured(size: Size, taps: Mapping[Size, str], paints: Mapping[str, Paint]) -> Cells:
    cell = min(24, choose_cell([size]))
    return Cells(
        layout=make_layout(size, cell),
        kind=lambda index: taps.get(index, ""),
        paints=paints,
        label=lambda index: taps.get(index, ""),
        label_kind="dark-ink",
    )
