"""The maps of a layer's picture, with the kind of every position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from designer.geometry.equivalence.direct_convolution import DirectAxis, equivalent_convolution
from designer.geometry.equivalence.placement import (
    AnyConv,
    Placement,
    Placements,
)
from designer.geometry.layers import Size, Window
from designer.pictures.moving_window import WindowPositions


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPanel:
    """A map to draw: its name, the kinds of its positions per axis, and the window on it."""

    name: str
    kinds: tuple[tuple[str, ...], ...]
    window_positions: WindowPositions | None = None
    kernel_size: Size = ()
    dilation: Size = ()
    numbered: bool = False

    @property
    def size(self) -> Size:
        """Cells per axis."""
        return tuple(len(axis) for axis in self.kinds)

    def kind(self, index: Size) -> str:
        """The kind with the highest precedence along the axes: padding on one axis is enough."""
        kinds = (axis[cell_index] for axis, cell_index in zip(self.kinds, index, strict=True))
        return max(kinds, key=_PRECEDENCE.__getitem__)

    def present_kinds(self) -> set[str]:
        """The kinds of all cells; precedence combines the axes, so all pairs are compared."""
        found = {""}
        for axis in self.kinds:
            found = {
                max((a, b), key=lambda kind: _PRECEDENCE.get(kind, -1)) for a in found for b in axis
            }
        return found


_PRECEDENCE = {
    kind: rank
    for rank, kind in enumerate(
        ("input", "output", "zero", "unread", "unpainted", "pad", "extra", "crop")
    )
}


def conv_panels(layer: AnyConv, placed: Placements) -> list[MapPanel]:
    """The padded input and the output of a convolution."""
    windows = layer.windows
    kinds = tuple(
        (*("pad",) * axis.window.padding, *_input_kinds(axis), *("pad",) * axis.window.padding)
        for axis in placed
    )
    window_positions = WindowPositions(
        start=(0,) * layer.axes,
        steps=tuple(window.stride for window in windows),
        counts=tuple(axis.positions for axis in placed),
    )
    padded = any(window.padding for window in windows)
    return [
        MapPanel(
            name="input, padded" if padded else "input",
            kinds=kinds,
            window_positions=window_positions,
            kernel_size=tuple(window.kernel_size for window in windows),
            dilation=tuple(window.dilation for window in windows),
            numbered=True,
        ),
        _output_panel(tuple(("output",) * axis.positions for axis in placed)),
    ]


def transposed_panels(layer: AnyConv, placed: Placements) -> list[MapPanel]:
    """Input, input with inserted zeros, and output of a transposed convolution."""
    size = tuple(axis.positions for axis in placed)
    direct = equivalent_convolution(layer, size).axes
    kinds = tuple(
        tuple(_zero_inserted_kinds(axis.input_size, axis.padding, window))
        for axis, window in zip(direct, layer.windows, strict=True)
    )
    window_positions = WindowPositions(
        start=tuple(max(0, -axis.padding[0]) for axis in direct),
        steps=(1,) * layer.axes,
        counts=tuple(axis.pixels for axis in placed),
    )
    zero_inserted = MapPanel(
        name=_zero_inserted_name(direct),
        kinds=kinds,
        window_positions=window_positions,
        kernel_size=tuple(window.kernel_size for window in layer.windows),
        dilation=tuple(window.dilation for window in layer.windows),
        numbered=True,
    )
    outputs = tuple(tuple(_output_kinds(axis)) for axis in placed)
    input_panel = MapPanel(
        name="input", kinds=tuple(("input",) * axis.positions for axis in placed)
    )
    return [input_panel, zero_inserted, _output_panel(outputs)]


def _zero_inserted_name(direct: Sequence[DirectAxis]) -> str:
    sides = [side for axis in direct for side in axis.padding]
    parts = {
        "zeros between": any(axis.inserted_zeros for axis in direct),
        "padding around": any(side > 0 for side in sides),
        "cropped": any(side < 0 for side in sides),
    }
    return ", ".join(part for part, present in parts.items() if present) or "as it is"


def _output_panel(kinds: tuple[tuple[str, ...], ...]) -> MapPanel:
    axes = len(kinds)
    window_positions = WindowPositions(
        start=(0,) * axes, steps=(1,) * axes, counts=tuple(len(axis) for axis in kinds)
    )
    return MapPanel(
        name="output",
        kinds=kinds,
        window_positions=window_positions,
        kernel_size=(1,) * axes,
        dilation=(1,) * axes,
    )


def _input_kinds(placed: Placement) -> Iterable[str]:
    for pixel in range(placed.pixels):
        yield "input" if placed.contributions(pixel) else "unread"


def _output_kinds(placed: Placement) -> Iterable[str]:
    for pixel in range(placed.pixels):
        yield "output" if placed.contributions(pixel) else "unpainted"


def _zero_inserted_kinds(size: int, padding: tuple[int, int], window: Window) -> Iterable[str]:
    """Kinds along an axis of the zero-inserted map, with padded and cropped positions."""
    near, far = padding
    for cell_index in range(-max(near, 0), size + max(far, 0)):
        if not -near <= cell_index < size + far:
            yield "crop"
        elif cell_index >= max(size, size + far - window.output_padding):
            yield "extra"
        elif not 0 <= cell_index < size:
            yield "pad"
        else:
            yield "zero" if cell_index % window.stride else "input"
