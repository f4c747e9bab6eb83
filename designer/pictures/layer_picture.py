"""One layer: its input, the zeros and the padding around it, the window and the output."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from designer.geometry.equivalence.direct_convolution import DirectAxis, equivalent_convolution
from designer.geometry.equivalence.placement import (
    Layer,
    Placement,
    Placements,
    pixels_size,
    place,
    positions_size,
)
from designer.geometry.layers import ConvTranspose, Size, Window
from designer.pictures.box_layout import SMALL, Box, Column, Label, Row, Swatch, wrap
from designer.pictures.grids import Cells, Layout, check_drawable
from designer.pictures.labels import (
    arithmetic_lines,
    heading,
    layer_name,
    size_text,
    window_text,
)
from designer.pictures.moving_window import Walk, WindowOn
from designer.pictures.picture_frame import draw_frame

WIDEST = 1040
"""Pixels that a picture's maps may take across, while their cells are not at their smallest."""

MEANINGS = {
    "input": "input",
    "zero": "inserted zero",
    "pad": "padding",
    "extra": "output padding",
    "crop": "cropped by the padding",
    "unread": "read by no window",
    "output": "output",
    "unpainted": "gets no contribution",
}
"""What the kinds of cells are called in the legend, in the order in which they stand there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A map to be drawn: its name, the kinds of its places per axis, and the window on it."""

    name: str
    kinds: tuple[tuple[str, ...], ...]
    walk: Walk | None = None
    kernel_size: Size = ()
    dilation: Size = ()
    numbered: bool = False

    @property
    def size(self) -> Size:
        """Cells per axis."""
        return tuple(len(axis) for axis in self.kinds)

    def kind(self, index: Size) -> str:
        """The strongest of the kinds along the axes: one padded axis makes a padded cell."""
        kinds = (axis[place_] for axis, place_ in zip(self.kinds, index, strict=True))
        return max(kinds, key=_STRENGTH.__getitem__)


_STRENGTH = {
    kind: rank
    for rank, kind in enumerate(
        ("input", "output", "zero", "unread", "unpainted", "pad", "extra", "crop")
    )
}


def draw_layer(layer: Layer, input_size: Size, *, animate: bool = False) -> str:
    """The layer as an SVG text; with ``animate`` the window steps through all its positions.

    A transposed convolution is drawn as the direct convolution that it is: zeros between, padding
    around, the kernel turned around (its taps carry their numbers in the weight).

    Raises:
        InvalidLayer: where the layer is illegal on that map.
        TooLarge: where a side or the sum of all cells is too large to draw.
    """
    placed = place(layer, input_size)
    transposed = isinstance(layer, ConvTranspose)
    check_drawable(_panel_sizes(layer, placed))
    panels = _transposed_panels(layer, placed) if transposed else _conv_panels(layer, placed)
    title = (
        f"{layer_name(layer)}: {size_text(input_size)} → {size_text(_output_size(layer, placed))}"
    )
    description = f"{title}, {window_text(layer.windows)}. " + " ".join(
        f"{line}." for line in arithmetic_lines(layer, input_size)
    )
    motion = "m" + hashlib.sha256(description.encode()).hexdigest()[:8] if animate else None
    boxes = _panel_boxes(panels, flipped=transposed, motion=motion)
    content = Column(
        boxes=[
            heading(title, [window_text(layer.windows), *arithmetic_lines(layer, input_size)]),
            _arrange(boxes, axes=layer.axes),
            legend(kind for panel in panels for kind in _kinds_in(panel)),
        ],
        gap=16,
    )
    rules = "".join(box.motion_rules() for _, box in boxes if isinstance(box, WindowOn) and animate)
    return draw_frame(content, title=title, description=description, motion=rules)


def _panel_sizes(layer: Layer, placed: Placements) -> list[Size]:
    """Sizes of the maps, by arithmetic alone: nothing is listed before they are known to fit."""
    if not isinstance(layer, ConvTranspose):
        return [tuple(a.pixels + 2 * a.window.padding for a in placed), positions_size(placed)]
    direct = equivalent_convolution(layer, positions_size(placed)).axes
    spread = tuple(a.input_size + sum(max(0, side) for side in a.padding) for a in direct)
    return [positions_size(placed), spread, pixels_size(placed)]


def _output_size(layer: Layer, placed: Placements) -> Size:
    sizes = pixels_size if isinstance(layer, ConvTranspose) else positions_size
    return sizes(placed)


def _conv_panels(layer: Layer, placed: Placements) -> list[Panel]:
    windows = layer.windows
    kinds = tuple(
        (*("pad",) * axis.window.padding, *_touched_kinds(axis), *("pad",) * axis.window.padding)
        for axis in placed
    )
    walk = Walk(
        start=(0,) * layer.axes,
        steps=tuple(window.stride for window in windows),
        counts=tuple(axis.positions for axis in placed),
    )
    padded = any(window.padding for window in windows)
    return [
        Panel(
            name="input, padded" if padded else "input",
            kinds=kinds,
            walk=walk,
            kernel_size=tuple(window.kernel_size for window in windows),
            dilation=tuple(window.dilation for window in windows),
            numbered=True,
        ),
        _output_panel(tuple(("output",) * axis.positions for axis in placed)),
    ]


def _transposed_panels(layer: Layer, placed: Placements) -> list[Panel]:
    size = tuple(axis.positions for axis in placed)
    direct = equivalent_convolution(layer, size).axes
    kinds = tuple(
        tuple(_spread_kinds(axis.input_size, axis.padding, window))
        for axis, window in zip(direct, layer.windows, strict=True)
    )
    walk = Walk(
        start=tuple(max(0, -axis.padding[0]) for axis in direct),
        steps=(1,) * layer.axes,
        counts=tuple(axis.pixels for axis in placed),
    )
    spread = Panel(
        name=_spread_name(direct),
        kinds=kinds,
        walk=walk,
        kernel_size=tuple(window.kernel_size for window in layer.windows),
        dilation=tuple(window.dilation for window in layer.windows),
        numbered=True,
    )
    outputs = tuple(tuple(_painted_kinds(axis)) for axis in placed)
    plain = Panel(name="input", kinds=tuple(("input",) * axis.positions for axis in placed))
    return [plain, spread, _output_panel(outputs)]


def _spread_name(direct: Sequence[DirectAxis]) -> str:
    sides = [side for axis in direct for side in axis.padding]
    parts = {
        "zeros between": any(axis.inserted_zeros for axis in direct),
        "padding around": any(side > 0 for side in sides),
        "cropped": any(side < 0 for side in sides),
    }
    return ", ".join(part for part, there in parts.items() if there) or "as it is"


def _output_panel(kinds: tuple[tuple[str, ...], ...]) -> Panel:
    axes = len(kinds)
    walk = Walk(start=(0,) * axes, steps=(1,) * axes, counts=tuple(len(axis) for axis in kinds))
    return Panel(
        name="output", kinds=kinds, walk=walk, kernel_size=(1,) * axes, dilation=(1,) * axes
    )


def _touched_kinds(placed: Placement) -> Iterable[str]:
    for pixel in range(placed.pixels):
        yield "input" if placed.contributions(pixel) else "unread"


def _painted_kinds(placed: Placement) -> Iterable[str]:
    for pixel in range(placed.pixels):
        yield "output" if placed.contributions(pixel) else "unpainted"


def _spread_kinds(size: int, padding: tuple[int, int], window: Window) -> Iterable[str]:
    """Kinds along an axis of the zero-inserted map with its padding, cropped places included."""
    near, far = padding
    for place_ in range(-max(near, 0), size + max(far, 0)):
        if not -near <= place_ < size + far:
            yield "crop"
        elif place_ >= max(size, size + far - window.output_padding):
            yield "extra"
        elif not 0 <= place_ < size:
            yield "pad"
        else:
            yield "zero" if place_ % window.stride else "input"


def _panel_boxes(
    panels: list[Panel], *, flipped: bool, motion: str | None
) -> list[tuple[Panel, Box]]:
    cell = choose_cell([panel.size for panel in panels])
    boxes: list[tuple[Panel, Box]] = []
    for number, panel in enumerate(panels):
        layout = make_layout(panel.size, cell)
        cells = Cells(layout=layout, kind=panel.kind)
        if panel.walk is None:
            boxes.append((panel, cells))
            continue
        window = WindowOn(
            cells=cells,
            walk=panel.walk,
            kernel_size=panel.kernel_size,
            dilation=panel.dilation,
            flipped=flipped,
            numbered=panel.numbered,
            motion=None if motion is None else f"{motion}-{number}-",
        )
        boxes.append((panel, window))
    return boxes


def choose_cell(sizes: Sequence[Size]) -> int:
    """Pixels of a cell: as large as 28 while the maps stay within ``WIDEST``, at least 4."""
    axes = len(sizes[0])
    widths = [size[-1] for size in sizes]
    across = sum(widths) + 4 if axes == 2 else max(widths)
    largest = 18 if axes == 3 else 28
    return max(4, min(largest, WIDEST // across))


def make_layout(size: Size, cell: int) -> Layout:
    """Slices of three axes side by side, as many as ``WIDEST`` holds."""
    single = Layout(size=size, cell=cell, per_row=1)
    return Layout(size=size, cell=cell, per_row=max(1, WIDEST // single.pitch[0]))


def _arrange(boxes: list[tuple[Panel, Box]], *, axes: int) -> Box:
    named = [
        Column(boxes=[Label(text=f"{panel.name}, {size_text(panel.size)}", size=SMALL), box], gap=2)
        for panel, box in boxes
    ]
    return Row(boxes=named, gap=28) if axes == 2 else Column(boxes=named, gap=14)


def _kinds_in(panel: Panel) -> set[str]:
    """Kinds that some cell has: the strongest along the axes decide, so all pairs are looked at."""
    found = {""}
    for axis in panel.kinds:
        found = {max((a, b), key=lambda kind: _STRENGTH.get(kind, -1)) for a in found for b in axis}
    return found


def legend(kinds: Iterable[str]) -> Box:
    """The kinds that occur, in their order, and the window."""
    present = set(kinds)
    entries: list[Box] = [
        Row(boxes=[_kind_swatch(kind), Label(text=meaning)], gap=6, centred=True)
        for kind, meaning in MEANINGS.items()
        if kind in present
    ]
    entries.append(Row(boxes=[Swatch(kind="tap"), Label(text="window")], gap=6, centred=True))
    return wrap(entries, width=WIDEST, gap=18)


def _kind_swatch(kind: str) -> Box:
    """A single cell of a kind, cross and all."""
    return Cells(layout=Layout(size=(1, 1), cell=14, per_row=1), kind=lambda _: kind)
