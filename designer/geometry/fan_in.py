"""Fan-in and fan-out of a convolution: the products in a number of its output, and of its input's gradient.

A transposed layer of stride S computes each of its ΠS phases with other taps. The fan-in is the mean
over the phases, C·ΠF/ΠS; torch's ``nn.init`` takes the number of output channels times ΠF instead.
"""

from __future__ import annotations

from math import prod

from designer.geometry.axis.middle_taps import gathered_taps, scattered_taps
from designer.geometry.layers import Conv, ConvTranspose, Size


def fan_in(layer: Conv | ConvTranspose) -> float:
    """Products that a number of the output adds up, away from the border: C_in·ΠF/groups, /ΠS if transposed.

    >>> from designer.geometry.layers import Window
    >>> step = (Window(kernel_size=4, stride=2, padding=1),) * 2
    >>> fan_in(ConvTranspose(in_channels=512, out_channels=256, windows=step))
    2048.0
    """
    return _products(layer, layer.in_channels, each_phase=layer.transposed)


def fan_out(layer: Conv | ConvTranspose) -> float:
    """Numbers of the output that a number of the input is part of: C_out·ΠF/groups, /ΠS if not transposed.

    >>> from designer.geometry.layers import Window
    >>> step = (Window(kernel_size=4, stride=2, padding=1),) * 2
    >>> fan_out(Conv(in_channels=3, out_channels=64, windows=step))
    256.0
    """
    return _products(layer, layer.out_channels, each_phase=not layer.transposed)


def _products(layer: Conv | ConvTranspose, channels: int, *, each_phase: bool) -> float:
    return channels * layer.kernel_taps / layer.groups / (prod(layer.strides) if each_phase else 1)


def middle_fan_in(layer: Conv | ConvTranspose, size: Size) -> float:
    """Products in a number in the middle of the output, for an input of this size.

    On large maps it is the fan-in; on small ones, some taps fall outside.

    >>> from designer.geometry.layers import Window
    >>> stem = ConvTranspose(in_channels=100, out_channels=512, windows=(Window(kernel_size=4),) * 2)
    >>> middle_fan_in(stem, (1, 1))
    100.0
    """
    after = layer.output_size(size)
    return layer.in_channels / layer.groups * _taps(layer, after, size, scattered=layer.transposed)


def middle_fan_out(layer: Conv | ConvTranspose, size: Size) -> float:
    """Outputs that a number in the middle of an input of this size is part of."""
    after = layer.output_size(size)
    taps = _taps(layer, size, after, scattered=not layer.transposed)
    return layer.out_channels / layer.groups * taps


def _taps(layer: Conv | ConvTranspose, outputs: Size, inputs: Size, *, scattered: bool) -> float:
    count = scattered_taps if scattered else gathered_taps
    axes = zip(layer.windows, outputs, inputs, strict=True)
    return prod(count(o, inputs=i, **window.size_arguments) for window, o, i in axes)
