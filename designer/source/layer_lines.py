"""One source line per module, with a comment on the output map where the size changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from designer.geometry.layers import Windows
from designer.networks import (
    NEGATIVE_SLOPE,
    Activation,
    ActivationModule,
    AveragePool,
    Block,
    ConvolutionModule,
    Crop,
    Embedding,
    GroupNorm,
    InstanceNorm,
    Module,
    Norm,
    PixelShuffle,
    PlacedModule,
    Upsample,
    describe_sizes,
)


def render_block(block: Block, row: Sequence[PlacedModule], before: str, after: str) -> list[str]:
    """The lines of a block with ``before`` input channels and ``after`` output channels.

    Both are source expressions. Before a pixel shuffle the convolution outputs ``after`` times as
    many channels as the shuffle makes pixels of one position.
    """
    spread = [prod(m.factors) for m in block.modules if isinstance(m, PixelShuffle)]
    conv_channels = f"{after} * {spread[0]}" if spread and spread[0] > 1 else after
    return [
        render_line(
            placed, before, conv_channels if isinstance(placed.module, ConvolutionModule) else after
        )
        for placed in row
    ]


def render_line(placed: PlacedModule, before: str, after: str, end: str = ",") -> str:
    """A module, and a comment with its output map and the size formulas without repetition."""
    code = f"{render_module(placed.module, before, after)}{end}"
    formulas = dict.fromkeys(describe_sizes(placed))
    return f"{code}  # {placed.after}: {', '.join(formulas)}" if formulas else code


def render_module(module: Module, before: str, after: str) -> str:
    """The constructor call of a module, with these expressions as its channels."""
    if isinstance(module, ConvolutionModule):
        code = (
            f"nn.{module.torch_class}({', '.join(_convolution_arguments(module, before, after))})"
        )
        return f"spectral_norm({code})" if module.spectral else code
    if isinstance(module, Embedding):
        code = f"nn.Embedding({module.classes}, {after})"
        return f"spectral_norm({code})" if module.spectral else code
    if isinstance(module, ActivationModule):
        return _ACTIVATIONS[module.function]
    if isinstance(module, Norm):
        return f"nn.{module.torch_class}({_norm_arguments(module, after)})"
    if isinstance(module, PixelShuffle) and not module.builtin:
        factors = module.factors if len(module.factors) > 1 else module.factors[0]
        return f"{module.torch_class.removeprefix('model.')}({factors})"
    return f"nn.{module.torch_class}({_resampling_arguments(module)})"


def _convolution_arguments(module: ConvolutionModule, before: str, after: str) -> Iterator[str]:
    """Arguments under torch's names, without torch's defaults."""
    layer = module.layer
    yield from (before, after)
    yield from _window_arguments(layer.windows)
    if not layer.bias:
        yield "bias=False"


def _window_arguments(windows: Windows) -> Iterator[str]:
    yield _per_axis([window.kernel_size for window in windows])
    for name, default in _DEFAULTS.items():
        values = [getattr(window, name) for window in windows]
        if set(values) != {default}:
            yield f"{name}={_per_axis(values)}"


_DEFAULTS = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}


def _norm_arguments(norm: Norm, channels: str) -> str:
    if isinstance(norm, GroupNorm):
        return f"{1 if norm.single_group else f'group_count({channels})'}, {channels}"
    return f"{channels}, affine=True" if isinstance(norm, InstanceNorm) else channels


def _resampling_arguments(module: Module) -> str:
    if isinstance(module, PixelShuffle):
        return str(module.factors[0])
    if isinstance(module, Crop):
        return str(tuple(module.padding))
    if isinstance(module, AveragePool):
        padding = [window.padding for window in module.windows]
        around = f", padding={_per_axis(padding)}" if any(padding) else ""
        return f"{_per_axis([w.kernel_size for w in module.windows])}, stride=1{around}"
    assert isinstance(module, Upsample), f"{module.torch_class} cannot be rendered"
    if module.factors is not None:
        return f"scale_factor={_per_axis(module.factors)}"
    return f"size={module.size}"


def _per_axis(values: Sequence[int]) -> str:
    """One number if all axes agree, otherwise a tuple."""
    return str(values[0]) if len(set(values)) == 1 else str(tuple(values))


_ACTIVATIONS = {
    Activation.RELU: "nn.ReLU(inplace=True)",
    Activation.LEAKY_RELU: f"nn.LeakyReLU({NEGATIVE_SLOPE}, inplace=True)",
    Activation.TANH: "nn.Tanh()",
    Activation.SIGMOID: "nn.Sigmoid()",
}
