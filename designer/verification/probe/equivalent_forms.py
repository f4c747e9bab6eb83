"""Errors of the equivalent forms of a layer against torch's own layer, in float64."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from designer.errors import TooLarge
from designer.geometry.equivalence.direct_convolution import equivalent_crop
from designer.geometry.equivalence.inverse import gradient_layer
from designer.geometry.equivalence.matrix import layer_matrix
from designer.geometry.equivalence.phases import PhaseAxis, layer_phases
from designer.geometry.equivalence.placement import CONVOLUTION_CLASSES, AnyConv
from designer.geometry.equivalence.python_snippet import render_snippet
from designer.geometry.layers import Size, Window
from designer.validation.json_readers import JsonValue
from designer.verification.probe.transposed_convolution import CONVOLVE, pad_or_crop


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A layer, its torch module with random weights, an input and torch's output."""

    layer: AnyConv
    size: Size
    module: nn.Module
    x: torch.Tensor
    y: torch.Tensor

    @property
    def weight(self) -> torch.Tensor:
        """The module's kernel."""
        weight = self.module.weight
        assert isinstance(weight, torch.Tensor)
        return weight

    @property
    def bias(self) -> torch.Tensor | None:
        """The module's bias, if it has one."""
        bias = self.module.bias
        assert bias is None or isinstance(bias, torch.Tensor)
        return bias

    def with_bias(self, y: torch.Tensor) -> torch.Tensor:
        """``y`` with the bias added."""
        if self.bias is None:
            return y
        return y + self.bias.view(-1, *[1] * self.layer.axes)


def measure_forms(job: dict[str, JsonValue]) -> dict[str, float | None]:
    """The largest error of each form; None if the layer has no such form or it is too large."""
    sample = _draw_sample(_read_layer(job["layer"]), tuple(job["input_size"]))
    return {name: measure(sample) for name, measure in _FORMS.items()}


def _read_layer(document: dict[str, JsonValue]) -> AnyConv:
    names = ("kernel_size", "stride", "padding", "dilation", "output_padding")
    rows = zip(*(document[name] for name in names), strict=True)
    return CONVOLUTION_CLASSES[document["op"]](
        in_channels=document["in_channels"],
        out_channels=document["out_channels"],
        windows=tuple(Window(**dict(zip(names, row, strict=True))) for row in rows),
        groups=document["groups"],
        bias=document["bias"],
    )


def _draw_sample(layer: AnyConv, size: Size) -> Sample:
    """A sample with random numbers, the weights scaled so that outputs are about 1."""
    module = build_layer(layer)
    terms = prod(w.kernel_size for w in layer.windows) * layer.in_channels // layer.groups
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn_like(weight) / terms**0.5)
        x = torch.randn(2, layer.in_channels, *size, dtype=torch.float64)
        return Sample(layer=layer, size=size, module=module, x=x, y=module(x))


def build_layer(layer: AnyConv) -> nn.Module:
    """The torch.nn module of a layer, in float64."""
    names = ["kernel_size", "stride", "padding", "dilation"]
    kind = getattr(nn, f"{type(layer).__name__}{layer.axes}d")
    names += ["output_padding"] * layer.transposed
    windows = {name: tuple(getattr(w, name) for w in layer.windows) for name in names}
    module: nn.Module = kind(
        layer.in_channels,
        layer.out_channels,
        groups=layer.groups,
        bias=layer.bias,
        dtype=torch.float64,
        **windows,
    )
    return module


def _largest_error(found: torch.Tensor, expected: torch.Tensor) -> float:
    assert found.shape == expected.shape, f"expected shape {expected.shape}, got {found.shape}"
    return float((found - expected).abs().max())


def _measure_direct(sample: Sample) -> float:
    """Error of the Python snippet that users get, executed."""
    scope: dict[str, Any] = {}
    exec(render_snippet(sample.layer, sample.size), scope)
    with torch.no_grad():
        found = scope["direct"](sample.x, sample.weight, sample.bias)
    return _largest_error(found, sample.y)


def _measure_crop(sample: Sample) -> float | None:
    layer = sample.layer
    crop = equivalent_crop(layer, sample.size)
    if crop is None:
        return None
    convolve = getattr(functional, f"conv_transpose{layer.axes}d")
    dilations = tuple(window.dilation for window in layer.windows)
    with torch.no_grad():
        full = convolve(
            sample.x, sample.weight, stride=layer.strides, dilation=dilations, groups=layer.groups
        )
        cut = pad_or_crop(full, [-side for near_far in reversed(crop.cropped) for side in near_far])
        return _largest_error(sample.with_bias(cut), sample.y)


def _measure_matrix(sample: Sample) -> float | None:
    """Error of the matrix times the first input channel, against torch with the first kernel."""
    layer = sample.layer
    single = type(layer)(in_channels=1, out_channels=1, windows=layer.windows, bias=False)
    try:
        matrix = layer_matrix(single, sample.size)
    except TooLarge:
        return None
    module = build_layer(single)
    rows, columns, taps = torch.tensor(matrix.entries, dtype=torch.long).view(-1, 3).unbind(1)
    with torch.no_grad():
        module.weight.copy_(sample.weight[:1, :1])  # type: ignore[operator]
        x = sample.x[:1, :1]
        terms = sample.weight[0, 0].flatten()[taps] * x.flatten()[columns]
        found = torch.zeros(matrix.rows, dtype=torch.float64).index_add_(0, rows, terms)
        expected = module(x)
        return _largest_error(found.view(expected.shape), expected)


def _measure_phases(sample: Sample) -> float | None:
    layer = sample.layer
    try:
        phases = layer_phases(layer, sample.size)
    except TooLarge:
        return None
    with torch.no_grad():
        found = torch.zeros_like(sample.y)
        for phase in phases:
            if not all(part.taps and part.size for part in phase):
                continue
            lattice = _lattice(phase, layer)
            if layer.transposed:
                found[lattice] = _small_convolution(sample, phase, sample.x)
            else:
                found += _small_convolution(sample, phase, sample.x[lattice])
        return _largest_error(sample.with_bias(found), sample.y)


def _lattice(phase: tuple[PhaseAxis, ...], layer: AnyConv) -> tuple[Any, ...]:
    """The index of a phase's pixels: every S-th, starting at the phase."""
    parts = zip(phase, layer.windows, strict=True)
    return (..., *(slice(part.phase, None, window.stride) for part, window in parts))


def _small_convolution(
    sample: Sample, phase: tuple[PhaseAxis, ...], x: torch.Tensor
) -> torch.Tensor:
    layer, weight = sample.layer, sample.weight
    for axis, part in enumerate(phase):
        weight = weight.index_select(axis + 2, torch.tensor(part.taps))
    if layer.transposed:
        grouped = weight.reshape(layer.groups, -1, *weight.shape[1:]).transpose(1, 2)
        weight = grouped.flatten(0, 1).flip(*range(2, 2 + layer.axes))
    sides = [side for part in reversed(phase) for side in part.padding]
    dilation = tuple(part.dilation for part in phase)
    padded = pad_or_crop(x, sides)
    return CONVOLVE[layer.axes](padded, weight, dilation=dilation, groups=layer.groups)


def _measure_gradient(sample: Sample) -> float:
    """Error of the gradient layer against torch's gradient with respect to the input."""
    x = sample.x.clone().requires_grad_()
    y = sample.module(x)
    upstream = torch.randn_like(y)
    (gradient,) = torch.autograd.grad(y, x, upstream)
    module = build_layer(gradient_layer(sample.layer, sample.size))
    with torch.no_grad():
        module.weight.copy_(sample.weight)  # type: ignore[operator]
        if isinstance(module.bias, torch.Tensor):
            module.bias.zero_()
        inside: tuple[Any, ...] = (..., *(slice(side) for side in sample.size))
        found = module(upstream)[inside]
        return _largest_error(found, gradient)


_FORMS: dict[str, Callable[[Sample], float | None]] = {
    "equivalent": _measure_direct,
    "crop": _measure_crop,
    "matrix": _measure_matrix,
    "phases": _measure_phases,
    "gradient": _measure_gradient,
}
