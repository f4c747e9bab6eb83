"""The picture of one layer: input, inserted zeros, padding, window and output."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from designer.geometry.equivalence.direct_convolution import equivalent_convolution
from designer.geometry.equivalence.placement import (
    AnyConv,
    Placements,
    pixels_size,
    place_windows,
    positions_size,
)
from designer.geometry.layers import Size, format_size
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
from designer.pictures.map_panels import MapPanel, conv_panels, transposed_panels
from designer.pictures.moving_window import WindowedMap
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
    panels = (transposed_panels if layer.transposed else conv_panels)(layer, placed)
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
            legend_box(kind for panel in panels for kind in panel.present_kinds()),
        ],
        gap=16,
    )
    rules = "".join(box.motion_rules() for _, box in boxes if animate)
    return draw_frame(content, title=title, description=description, motion=rules)


def _panel_sizes(layer: AnyConv, placed: Placements) -> list[Size]:
    """Sizes of the maps by arithmetic, checked against the limits before any cell is listed."""
    if not layer.transposed:
        return [tuple(a.pixels + 2 * a.window.padding for a in placed), positions_size(placed)]
    direct = equivalent_convolution(layer, positions_size(placed)).axes
    zero_inserted = tuple(a.input_size + sum(max(0, side) for side in a.padding) for a in direct)
    return [positions_size(placed), zero_inserted, pixels_size(placed)]


def _panel_boxes(
    panels: list[MapPanel], *, flipped: bool, motion: str | None
) -> list[tuple[MapPanel, CellGrid | WindowedMap]]:
    cell = choose_cell_size([panel.size for panel in panels])
    boxes: list[tuple[MapPanel, CellGrid | WindowedMap]] = []
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


def _arrange_panels(boxes: list[tuple[MapPanel, CellGrid | WindowedMap]], *, axes: int) -> Box:
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
