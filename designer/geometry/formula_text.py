"""The size formulas with a layer's own numbers, as text for sources, answers and pictures."""

from __future__ import annotations

from designer.geometry.layers import Convolution, Size, Window


def describe_layer(layer: Convolution, input_size: Size) -> list[str]:
    """The size formula of a layer with its numbers, per axis.

    Raises:
        InvalidLayer: if the output would be empty or no window fits.
    """
    describe = describe_conv_transpose if layer.transposed else describe_conv
    return [describe(window, side) for window, side in zip(layer.windows, input_size, strict=True)]


def describe_conv_transpose(window: Window, input_size: int) -> str:
    """(i − 1)S − 2P + E + A = o with its numbers; A is omitted if it is 0.

    >>> describe_conv_transpose(Window(kernel_size=4, stride=2, padding=1), 4)
    '(4 − 1)·2 − 2·1 + 4 = 8'

    Raises:
        InvalidLayer: if the output would be empty or no window fits.
    """
    tail = f" + {window.output_padding}" if window.output_padding else ""
    output_size = window.conv_transpose(input_size)
    return (
        f"({input_size} − 1)·{window.stride} − 2·{window.padding} + {window.span}{tail}"
        f" = {output_size}"
    )


def describe_conv(window: Window, input_size: int) -> str:
    """⌊(i + 2P − E) / S⌋ + 1 = o with its numbers.

    >>> describe_conv(Window(kernel_size=4, stride=2, padding=1), 64)
    '⌊(64 + 2·1 − 4) / 2⌋ + 1 = 32'

    Raises:
        InvalidLayer: if the output would be empty or no window fits.
    """
    output_size = window.conv(input_size)
    return (
        f"⌊({input_size} + 2·{window.padding} − {window.span}) / {window.stride}⌋ + 1"
        f" = {output_size}"
    )
