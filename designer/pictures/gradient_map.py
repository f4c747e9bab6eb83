"""The gradient map: what a discriminator hands back to each pixel in the middle of its picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from math import ceil, prod

from designer.geometry.layers import Size, format_size
from designer.networks import Network
from designer.networks.gradient_paths import middle_paths
from designer.pictures.box_layout import (
    SMALL_TEXT,
    Box,
    HorizontalStack,
    TextLabel,
    VerticalStack,
    wrap_boxes,
)
from designer.pictures.grids import CellGrid, CellStyle, GridLayout
from designer.pictures.layer_picture import MAX_MAPS_WIDTH, choose_cell_size, make_layout

SHOWN_PIXELS = {1: 48, 2: 24, 3: 8}
"""By number of axes: pixels along each axis, in the middle."""

STEPS = 8
"""Shades of the map."""

ROUNDED_DIGITS = 9
"""Decimals of a gradient relative to the mean: equal ones are equal after sums of floats, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MiddleGradient:
    """The gradients of the pixels in the middle by index, relative to their mean; ``size`` of the middle."""

    size: Size
    values: Mapping[Size, float]

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the largest."""
        return min(self.values.values()), max(self.values.values())


def middle_gradient(network: Network) -> MiddleGradient:
    """The gradients of the pixels in the middle, relative to their mean.

    With equal weights in every layer; without residual blocks they are the numbers of paths.
    """
    most, size = SHOWN_PIXELS[len(network.input_map.size)], network.input_map.size
    middle = tuple(min(side, most) for side in size)
    indices = list(product(*map(range, middle)))
    if network.is_residual:
        gradients = import_module("designer.networks.pixel_gradients")  # loads numpy
        starts = [(side - shown) // 2 for side, shown in zip(size, middle, strict=True)]
        region = tuple(range(at, at + shown) for at, shown in zip(starts, middle, strict=True))
        shown_gradients = gradients.pixel_gradients(network, region)
        found = [float(shown_gradients[index]) for index in indices]
    else:
        found = [float(prod(paths)) for paths in product(*middle_paths(network, most))]
    mean = sum(found) / len(found) or 1
    relative = [round(gradient / mean, ROUNDED_DIGITS) for gradient in found]
    return MiddleGradient(size=middle, values=dict(zip(indices, relative, strict=True)))


def gradient_box(gradient: MiddleGradient) -> Box:
    """A ``middle_gradient`` as shades, with their scale."""
    least, most = gradient.ends
    cells = CellGrid(
        layout=make_layout(gradient.size, choose_cell_size([gradient.size])),
        kind=lambda index: str(_shade_of(gradient.values[index], most)),
        styles=_STYLES,
    )
    labels = [TextLabel(text=line, size=SMALL_TEXT) for line in gradient_lines(gradient)]
    shades = sorted({_shade_of(number, most) for number in (least, most)})
    shown = range(shades[0], shades[-1] + 1)
    scale = [
        HorizontalStack(
            boxes=[_swatch(shade), TextLabel(text=_ratio(shade, most))], gap=6, centred=True
        )
        for shade in shown
    ]
    legend = wrap_boxes(
        [TextLabel(text="relative to the mean:", kind="muted"), *scale],
        width=MAX_MAPS_WIDTH,
        gap=14,
    )
    return VerticalStack(boxes=[VerticalStack(boxes=labels), cells, legend], gap=10)


def gradient_lines(gradient: MiddleGradient) -> list[str]:
    """Description of the map: the pixels that it shows, and how far apart they are."""
    least, most = gradient.ends
    size = format_size(gradient.size)
    if most == least:
        return [f"the middle {size} pixels: every pixel gets the same gradient"]
    if f"{least:.2f}" == f"{most:.2f}":
        return [f"the middle {size} pixels: every pixel gets the same gradient, within 1 %"]
    return [f"the middle {size} pixels: a pixel gets {least:.2f} to {most:.2f} of their mean"]


_STYLES = {
    "0": CellStyle(base_kind="zero", crossed=True),
    **{
        str(shade): CellStyle(base_kind="heat", percent=max(8, 100 * shade // STEPS))
        for shade in range(1, STEPS + 1)
    },
}


def _shade_of(number: float, most: float) -> int:
    """0 for no gradient, else 1 to ``STEPS``."""
    return ceil(round(number * STEPS / most, ROUNDED_DIGITS)) if number else 0


def _ratio(shade: int, most: float) -> str:
    """The largest number of a shade, relative to the mean."""
    return f"≤ {most * shade / STEPS:.2f}" if shade else "0"


def _swatch(shade: int) -> Box:
    layout = GridLayout(size=(1, 1), cell=16, slices_per_row=1)
    return CellGrid(layout=layout, kind=lambda _: str(shade), styles=_STYLES)
