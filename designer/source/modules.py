"""One module as a line of ``nn.Sequential``, ending in the map it gives where that is another."""

from __future__ import annotations

from collections.abc import Iterator

from designer.architecture import NEGATIVE_SLOPE, Activate, Activation, BatchNorm, Convolve, Placed
from designer.layers import FeatureMap, Windows
from designer.wording import describe_conv, describe_conv_transpose


def render_module(placed: Placed, before: str, after: str) -> Iterator[str]:
    """The line of one module of a block that leads from ``before`` channels to ``after`` channels.

    Both are expressions of the text; a convolution takes both, a norm the second.
    """
    module = placed.module
    if isinstance(module, Convolve):
        arithmetic = _arithmetic(module, placed.before)
        yield f"{_convolution(module, before, after)},  # {placed.after}: {arithmetic}"
    elif isinstance(module, BatchNorm):
        yield f"nn.{module.torch_class}({after}),"
    elif isinstance(module, Activate):
        yield f"{_ACTIVATIONS[module.function]},"


def _convolution(module: Convolve, in_channels: str, out_channels: str) -> str:
    layer = module.layer
    arguments = [in_channels, out_channels, *_window_arguments(layer.windows)]
    if layer.groups != 1:
        arguments.append(f"groups={layer.groups}")
    if not layer.bias:
        arguments.append("bias=False")
    return f"nn.{module.torch_class}({', '.join(arguments)})"


def _window_arguments(windows: Windows) -> Iterator[str]:
    """Torch's arguments with torch's names; what is torch's default is left out."""
    yield _per_axis([window.kernel_size for window in windows])
    for name, default in _DEFAULTS.items():
        values = [getattr(window, name) for window in windows]
        if set(values) != {default}:
            yield f"{name}={_per_axis(values)}"


_DEFAULTS = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}


def _per_axis(values: list[int]) -> str:
    """One number where all axes agree, else a tuple."""
    return str(values[0]) if len(set(values)) == 1 else str(tuple(values))


_ACTIVATIONS = {
    Activation.RELU: "nn.ReLU(inplace=True)",
    Activation.LEAKY_RELU: f"nn.LeakyReLU({NEGATIVE_SLOPE}, inplace=True)",
    Activation.TANH: "nn.Tanh()",
    Activation.SIGMOID: "nn.Sigmoid()",
}


def _arithmetic(module: Convolve, before: FeatureMap) -> str:
    """The law with its numbers, once where all axes are alike."""
    describe = describe_conv_transpose if module.transposed else describe_conv
    steps = zip(module.layer.windows, before.size, strict=True)
    return ", ".join(dict.fromkeys(describe(window, side) for window, side in steps))
