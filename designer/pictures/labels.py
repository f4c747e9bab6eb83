"""Texts of the pictures: headings, sizes, windows, and the arithmetic with its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from designer.geometry.equivalence.placement import AnyConv
from designer.geometry.formula_text import describe_layer
from designer.geometry.layers import Size, Window, format_size
from designer.geometry.modules.module import Module
from designer.pictures.box_layout import LARGE_TEXT, Box, TextLabel, VerticalStack

AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def heading_box(title: str, lines: Sequence[str]) -> Box:
    """The title and the lines below it."""
    small = [TextLabel(text=line, kind="muted") for line in lines]
    return VerticalStack(boxes=[TextLabel(text=title, size=LARGE_TEXT, bold=True), *small], gap=2)


def layer_kind_text(layer: AnyConv) -> str:
    """The name of the layer's operation."""
    return "Transposed convolution" if layer.transposed else "Convolution"


def window_text(windows: Sequence[Window]) -> str:
    """Settings of the windows under torch's names, without torch's defaults.

    >>> window_text([Window(kernel_size=4, stride=2, padding=1)] * 2)
    'kernel_size 4×4, stride 2×2, padding 1×1'
    """
    parts = []
    for name, default in _DEFAULTS.items():
        values = tuple(getattr(window, name) for window in windows)
        if any(value != default for value in values):
            parts.append(f"{name} {format_size(values)}")
    return ", ".join(parts)


def arithmetic_lines(layer: AnyConv, input_size: Size) -> list[str]:
    """The size formula with its numbers for each axis; one line if all axes are equal."""
    lines = describe_layer(layer, input_size)
    if len(set(lines)) == 1:
        return [lines[0]]
    names = AXIS_NAMES[layer.axes]
    return [f"{name}: {line}" for name, line in zip(names, lines, strict=True)]


def short_window_lines(windows: Sequence[Window]) -> list[str]:
    """Settings of the windows, two per line; one number if all axes agree.

    >>> short_window_lines([Window(kernel_size=4, stride=2, padding=1)] * 2)
    ['kernel_size 4, stride 2', 'padding 1']
    """
    parts = []
    for name, default in _DEFAULTS.items():
        values = tuple(getattr(window, name) for window in windows)
        if any(value != default for value in values):
            parts.append(f"{name} {values[0] if len(set(values)) == 1 else format_size(values)}")
    return [", ".join(parts[start : start + 2]) for start in range(0, len(parts), 2)]


def setting_lines(layer: AnyConv) -> list[str]:
    """The windows of a convolution, and its groups if it has several."""
    groups = [f"groups {layer.groups}"] if layer.groups > 1 else []
    return [*short_window_lines(layer.windows), *groups]


def module_kind(module: Module) -> str:
    """The name of a module's class."""
    return module.torch_class.removeprefix("model.")


_DEFAULTS = {"kernel_size": 0, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}
