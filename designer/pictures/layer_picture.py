"""The picture of one layer: input, inserted zeros, padding, window and output."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from designer.geometry.equivalence.direct_convolution import DirectAxis, equivalent_convolution
from designer.geometry.equivalence.placement import (
    AnyConv,
    Placement,
    Placements,
    pixels_size,
    place_windows,
    positions_size,
)
from designer.geometry.layers import ConvTranspose, Size, Window, format_size
from designer.pictures.box_layout import (
    SMALL_TEXT,
    Box,
    HorizontalStack,
    Swatch,
    TextLabel,
    VerticalStack,
    wrap_boxes,
)
from designer.pictures.grids import CellGrid, GridLayout, refuse_undrawable
from designer.pictures.labels import (
    arithmetic_lines,
    heading_box,
    layer_kind_text,
    window_text,
)
from designer.pictures.moving_window import WindowedMap, WindowPositions
from designer.pictures.picture_frame import draw_frame

MAX_MAPS_WIDTH = 1040
"""Maximum width of the maps in pixels, unless their cells have the minimum size."""

LEGEND_TEXTS = {
    "input": "input",
    "zero": "inserted zero",
    "pad": "padding",
    "extra": "output padding",
    "crop": "cropped by the padding",
    "unread": "read by no window",
    "output": "output",
    "unpainted": "gets no contribution",
}
"""Kind of cell: its text in the legend, in the order of the legend."""


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


_PRECEDENCE = {
    kind: rank
    for rank, kind in enumerate(
        ("input", "output", "zero", "unread", "unpainted", "pad", "extra", "crop")
    )
}


def draw_layer(layer: AnyConv, input_size: Size, *, animate: bool = False) -> str:
    """The layer as SVG; with ``animate`` the window steps through all its positions.

    A transposed convolution is drawn as its equivalent direct convolution: inserted zeros, padding,
    and a flipped kernel (the taps show their numbers in the weight).

    Raises:
        InvalidLayer: if the layer is invalid for the input size.
        TooLarge: if a side or the sum of all cells is too large to draw.
    """
    placed = place_windows(layer, input_size)
    refuse_undrawable(_panel_sizes(layer, placed))
    panels = (_transposed_panels if layer.transposed else _conv_panels)(layer, placed)
    title = f"{layer_kind_text(layer)}: {format_size(input_size)} → {format_size(layer.output_size(input_size))}"
    description = f"{title}, {window_text(layer.windows)}. " + " ".join(
        f"{line}." for line in arithmetic_lines(layer, input_size)
    )
    motion = "m" + hashlib.sha256(description.encode()).hexdigest()[:8] if animate else None
    boxes = _panel_boxes(panels, flipped=layer.transposed, motion=motion)
    content = VerticalStack(
        boxes=[
            heading_box(title, [window_text(layer.windows), *arithmetic_lines(layer, input_size)]),
            _arrange_panels(boxes, axes=layer.axes),
            legend_box(kind for panel in panels for kind in _kinds_present(panel)),
        ],
        gap=16,
    )
    rules = "".join(
        box.motion_rules() for _, box in boxes if isinstance(box, WindowedMap) and animate
    )
    return draw_frame(content, title=title, description=description, motion=rules)


def _panel_sizes(layer: AnyConv, placed: Placements) -> list[Size]:
    """Sizes of the maps by arithmetic, checked against the limits before any cell is listed."""
    if not isinstance(layer, ConvTranspose):
        return [tuple(a.pixels + 2 * a.window.padding for a in placed), positions_size(placed)]
    direct = equivalent_convolution(layer, positions_size(placed)).axes
    zero_inserted = tuple(a.input_size + sum(max(0, side) for side in a.padding) for a in direct)
    return [positions_size(placed), zero_inserted, pixels_size(placed)]


def _conv_panels(layer: AnyConv, placed: Placements) -> list[MapPanel]:
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


def _transposed_panels(layer: AnyConv, placed: Placements) -> list[MapPanel]:
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


def _panel_boxes(
    panels: list[MapPanel], *, flipped: bool, motion: str | None
) -> list[tuple[MapPanel, Box]]:
    cell = choose_cell_size([panel.size for panel in panels])
    boxes: list[tuple[MapPanel, Box]] = []
    for number, panel in enumerate(panels):
        layout = make_layout(panel.size, cell)
        cells = CellGrid(layout=layout, kind=panel.kind)
        if panel.window_positions is None:
            boxes.append((panel, cells))
            continue
        window = WindowedMap(
            cells=cells,
            window_positions=panel.window_positions,
            kernel_size=panel.kernel_size,
            dilation=panel.dilation,
            flipped=flipped,
            numbered=panel.numbered,
            motion=None if motion is None else f"{motion}-{number}-",
        )
        boxes.append((panel, window))
    return boxes


def choose_cell_size(sizes: Sequence[Size]) -> int:
    """Pixels of a cell: at least 4, at most 28, so that the maps fit ``MAX_MAPS_WIDTH``."""
    axes = len(sizes[0])
    widths = [size[-1] for size in sizes]
    across = sum(widths) + 4 if axes == 2 else max(widths)
    largest = 18 if axes == 3 else 28
    return max(4, min(largest, MAX_MAPS_WIDTH // across))


def make_layout(size: Size, cell: int) -> GridLayout:
    """The layout of a map, with as many slices per row as fit ``MAX_MAPS_WIDTH``."""
    single = GridLayout(size=size, cell=cell, slices_per_row=1)
    return GridLayout(
        size=size, cell=cell, slices_per_row=max(1, MAX_MAPS_WIDTH // single.pitch[0])
    )


def _arrange_panels(boxes: list[tuple[MapPanel, Box]], *, axes: int) -> Box:
    titled = [
        VerticalStack(
            boxes=[
                TextLabel(text=f"{panel.name}, {format_size(panel.size)}", size=SMALL_TEXT),
                box,
            ],
            gap=2,
        )
        for panel, box in boxes
    ]
    return (
        HorizontalStack(boxes=titled, gap=28) if axes == 2 else VerticalStack(boxes=titled, gap=14)
    )


def _kinds_present(panel: MapPanel) -> set[str]:
    """The kinds of all cells; precedence combines the axes, so all pairs are compared."""
    found = {""}
    for axis in panel.kinds:
        found = {
            max((a, b), key=lambda kind: _PRECEDENCE.get(kind, -1)) for a in found for b in axis
        }
    return found


def legend_box(kinds: Iterable[str]) -> Box:
    """The legend: the kinds that occur, in order, and the window."""
    present = set(kinds)
    entries: list[Box] = [
        HorizontalStack(boxes=[_kind_swatch(kind), TextLabel(text=meaning)], gap=6, centred=True)
        for kind, meaning in LEGEND_TEXTS.items()
        if kind in present
    ]
    entries.append(
        HorizontalStack(boxes=[Swatch(kind="tap"), TextLabel(text="window")], gap=6, centred=True)
    )
    return wrap_boxes(entries, width=MAX_MAPS_WIDTH, gap=18)


def _kind_swatch(kind: str) -> Box:
    """A single cell of a kind, with its cross."""
    return CellGrid(layout=GridLayout(size=(1, 1), cell=14, slices_per_row=1), kind=lambda _: kind)
