"""A layer as a sparse matrix, C or Cᵀ, with the kernel tap of each entry."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import product
from math import prod

from designer.errors import TooLarge
from designer.errors.turns import spend_steps
from designer.geometry.equivalence.placement import (
    AnyConv,
    Placements,
    pixels_size,
    place_windows,
    positions_size,
)
from designer.geometry.layers import Size
from designer.validation.limits import MAX_CONTRIBUTIONS, MAX_MATRIX_ENTRIES

Entry = tuple[int, int, int]
"""(row, column, tap); taps are numbered row by row, as in ``weight.flatten()``."""

STEPS_PER_ENTRY = 10
"""Steps that count for one entry, with its place in a response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerMatrix:
    """Y = M·X for one pair of channels, both maps flattened row by row.

    M is C for a convolution and Cᵀ for a transposed one. Rows are outputs, columns inputs; entries
    not listed are zero. ``entries`` are ascending.
    """

    rows: int
    columns: int
    kernel_size: Size
    entries: tuple[Entry, ...]

    @property
    def transposed(self) -> LayerMatrix:
        """The matrix of the gradient layer: rows and columns exchanged."""
        return LayerMatrix(
            rows=self.columns,
            columns=self.rows,
            kernel_size=self.kernel_size,
            entries=tuple(sorted((column, row, tap) for row, column, tap in self.entries)),
        )

    @property
    def inputs_per_output(self) -> tuple[int, ...]:
        """Number of inputs that contribute to each output."""
        counts = Counter(row for row, _, _ in self.entries)
        return tuple(counts[row] for row in range(self.rows))

    @property
    def outputs_per_input(self) -> tuple[int, ...]:
        """Number of outputs to which each input contributes."""
        counts = Counter(column for _, column, _ in self.entries)
        return tuple(counts[column] for column in range(self.columns))


def layer_matrix(layer: AnyConv, input_size: Size) -> LayerMatrix:
    """The matrix that multiplies the flattened input: C, or Cᵀ for a transposed convolution.

    >>> from designer.geometry.layers import Conv, Window
    >>> layer = Conv(in_channels=1, out_channels=1, windows=(Window(kernel_size=2),))
    >>> layer_matrix(layer, (3,)).entries
    ((0, 0, 0), (0, 1, 1), (1, 1, 0), (1, 2, 1))

    Raises:
        InvalidLayer: if the layer is illegal on that map.
        TooLarge: if there would be more than ``MAX_MATRIX_ENTRIES`` entries, or more than
            ``MAX_CONTRIBUTIONS`` rows or columns.
        Cancelled: if no caller waits for the matrix any more.
        Overloaded: if too many computations wait for their turn.
    """
    placed = place_windows(layer, input_size)
    _check_size(placed)
    spend_steps(STEPS_PER_ENTRY * _count_entries(placed))
    matrix = _matrix_of(placed)
    return matrix.transposed if layer.transposed else matrix


def axis_matrices(layer: AnyConv, input_size: Size) -> tuple[LayerMatrix, ...]:
    """The matrix along each axis; the matrix of the layer is their Kronecker product.

    >>> from designer.geometry.layers import Conv, Window
    >>> layer = Conv(in_channels=1, out_channels=1, windows=(Window(kernel_size=2),) * 2)
    >>> [matrix.entries for matrix in axis_matrices(layer, (2, 3))]
    [((0, 0, 0), (0, 1, 1)), ((0, 0, 0), (0, 1, 1), (1, 1, 0), (1, 2, 1))]

    Raises:
        InvalidLayer: if the layer is illegal on that map.
        TooLarge: if an axis would have more than ``MAX_MATRIX_ENTRIES`` entries, or more than
            ``MAX_CONTRIBUTIONS`` rows or columns.
        Cancelled: if no caller waits for the matrices any more.
        Overloaded: if too many computations wait for their turn.
    """
    placed = place_windows(layer, input_size)
    for axis in placed:
        _check_size((axis,))
    spend_steps(STEPS_PER_ENTRY * sum(axis.entry_count for axis in placed))
    matrices = (_matrix_of((axis,)) for axis in placed)
    return tuple(each.transposed if layer.transposed else each for each in matrices)


def _matrix_of(placed: Placements) -> LayerMatrix:
    kernel_size = tuple(axis.window.kernel_size for axis in placed)
    positions, pixels = positions_size(placed), pixels_size(placed)
    entries: list[Entry] = []
    listed = (axis.entries() for axis in placed) if _count_entries(placed) else [()]
    for combined in product(*listed):
        position, pixel, tap = zip(*combined, strict=True)
        small, large = flat_index(position, positions), flat_index(pixel, pixels)
        entries.append((small, large, flat_index(tap, kernel_size)))
    return LayerMatrix(
        rows=prod(positions),
        columns=prod(pixels),
        kernel_size=kernel_size,
        entries=tuple(sorted(entries)),
    )


def _count_entries(placed: Placements) -> int:
    return prod(axis.entry_count for axis in placed)


def _check_size(placed: Placements) -> None:
    largest = max(prod(positions_size(placed)), prod(pixels_size(placed)))
    if largest > MAX_CONTRIBUTIONS:
        raise TooLarge("matrix_side_too_large", side=largest, limit=MAX_CONTRIBUTIONS)
    count = _count_entries(placed)
    if count > MAX_MATRIX_ENTRIES:
        raise TooLarge("too_many_entries", entries=count, limit=MAX_MATRIX_ENTRIES)


def flat_index(index: Size, size: Size) -> int:
    """Position of an index in a map of ``size`` that is flattened row by row.

    >>> flat_index((1, 2), (3, 4))
    6
    """
    flat = 0
    for coordinate, side in zip(index, size, strict=True):
        flat = flat * side + coordinate
    return flat
