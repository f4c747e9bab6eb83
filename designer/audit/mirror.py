"""The mirror of a network: the decoder of an encoder, and the reverse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from designer.audit.ops.adaptive_pooling import AdaptivePoolLayer, GlobalPoolLayer
from designer.audit.ops.conv import ConvLayer
from designer.audit.ops.conv_transpose import ConvTransposeLayer
from designer.audit.ops.convolutions import ConvolutionLayer
from designer.audit.ops.field_readers import PerAxis
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape, format_sizes
from designer.audit.ops.linear_and_reshape import FlattenLayer, LinearLayer, ReshapeLayer
from designer.audit.ops.norms import NormalizationLayer
from designer.audit.ops.padding import CropLayer, PadLayer
from designer.audit.ops.pooling import PoolLayer
from designer.audit.ops.upsampling import PixelShuffleLayer, UpsampleLayer
from designer.audit.trace import AuditNetwork, Trace, continue_trace
from designer.geometry.axis import inverse_output_padding
from designer.geometry.layers import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """The mirrored network, and a sentence about each layer that it leaves out."""

    network: AuditNetwork
    left_out: tuple[str, ...]


def mirror_network(network: AuditNetwork, trace: Trace) -> Mirror:
    """The mirror of a network that runs: it passes the same sizes in reverse order.

    Norm and activation belong to a map: the mirror of a layer takes those of the layer before it,
    the mirror of the first layer has none.

    >>> from designer.audit.trace import trace_network
    >>> encoder = ConvLayer(in_channels=3, out_channels=8, kernel_size=3, stride=2, padding=1)
    >>> network = AuditNetwork(input_shape=(3, 28, 27), layers=(encoder,))
    >>> back = mirror_network(network, trace_network(network)).network.layers[0]
    >>> back.op, back.output_padding
    ('conv_transpose', (1, 0))
    """
    back: list[AuditLayer] = []
    left_out: list[str] = []
    for index in range(len(network.layers) - 1, -1, -1):
        layer = network.layers[index]
        before, after = trace.shapes[index], trace.shapes[index + 1]
        reversed_layers = list(_reverse_layer(layer, before, after))
        if not _restores(reversed_layers, before, after):
            reversed_layers = []
        if not reversed_layers and not isinstance(layer, NormalizationLayer):
            left_out.append(
                f"layer {index} ({layer.op}, {format_sizes(before[1:])} to {format_sizes(after[1:])}) cannot be mirrored"
            )
        earlier = network.layers[index - 1] if index else None
        back += [_with_norm_and_activation(each, earlier) for each in reversed_layers]
    input_shape = trace.shapes[-1][1:]
    mirrored = replace(network, input_shape=input_shape, layers=tuple(back))
    return Mirror(network=mirrored, left_out=tuple(left_out))


def _restores(reversed_layers: list[AuditLayer], before: TensorShape, after: TensorShape) -> bool:
    """Whether the layers turn ``after`` into ``before`` and the batch is the same in both."""
    trace = continue_trace([after], [], reversed_layers)
    return trace.layer_error is None and trace.shapes[-1] == before and before[0] == after[0]


def _reverse_layer(
    layer: AuditLayer, before: TensorShape, after: TensorShape
) -> Iterator[AuditLayer]:
    """The layers that turn ``after`` into ``before``, none if the op has no opposite."""
    if isinstance(layer, ConvLayer):
        yield from _reverse_conv(layer, before, after)
    elif isinstance(layer, ConvTransposeLayer):
        yield from _reverse_conv_transpose(layer, before, after)
    elif isinstance(layer, LinearLayer):
        yield LinearLayer(in_features=after[-1], out_features=before[-1], bias=layer.bias)
    elif isinstance(layer, FlattenLayer | ReshapeLayer) and before[0] == after[0]:
        if len(before) == 2:
            yield FlattenLayer()
        else:
            yield ReshapeLayer(shape=before[1:])
    elif isinstance(layer, PadLayer | CropLayer):
        yield _reverse_border(layer, before)
    elif isinstance(layer, PoolLayer | UpsampleLayer | AdaptivePoolLayer) and len(before) > 2:
        yield from _reverse_resize(before, after)
    elif isinstance(layer, GlobalPoolLayer):
        if not layer.keepdim:
            yield ReshapeLayer(shape=(before[1], *(1,) * (len(before) - 2)))
        yield UpsampleLayer(size=before[2:])
    elif isinstance(layer, PixelShuffleLayer) and len(before) == 4:
        factor = layer.upscale_factor
        yield ConvLayer(
            in_channels=after[1], out_channels=before[1], kernel_size=factor, stride=factor
        )


def _reverse_conv(
    layer: ConvLayer, before: TensorShape, after: TensorShape
) -> Iterator[AuditLayer]:
    """The transposed convolution with the same window, and a crop if ``same`` padding needs it."""
    axes = layer.axes(before)
    windows = layer.windows(axes)
    if layer.padding == "same":
        windows = tuple(replace(window, padding=(window.span - 1) // 2) for window in windows)
    extra = tuple(
        inverse_output_padding(
            side,
            kernel_size=window.kernel_size,
            stride=window.stride,
            padding=window.padding,
            dilation=window.dilation,
        )
        for window, side in zip(windows, before[-axes:], strict=True)
    )
    yield ConvTransposeLayer(
        **_swapped_channels(layer),
        kernel_size=layer.kernel_size,
        stride=layer.stride,
        padding=_as_per_axis([window.padding for window in windows]),
        dilation=layer.dilation,
        output_padding=_as_per_axis(extra),
    )
    if layer.padding == "same":
        sides = [
            window.conv_transpose(size) for window, size in zip(windows, after[-axes:], strict=True)
        ]
        crops = tuple((0, have - want) for have, want in zip(sides, before[-axes:], strict=True))
        if any(map(any, crops)):
            yield CropLayer(crop=crops)


def _reverse_conv_transpose(
    layer: ConvTransposeLayer, before: TensorShape, after: TensorShape
) -> Iterator[AuditLayer]:
    """The convolution with the same window, after a crop if it would miss the size."""
    axes = layer.axes(before)
    windows = layer.windows(axes)
    rows_to_crop = [
        _rows_to_crop(w, a, b)
        for w, a, b in zip(windows, after[-axes:], before[-axes:], strict=True)
    ]
    if any(rows_to_crop):
        yield CropLayer(crop=tuple((0, rows) for rows in rows_to_crop))
    yield ConvLayer(
        **_swapped_channels(layer),
        kernel_size=layer.kernel_size,
        stride=layer.stride,
        padding=layer.padding,
        dilation=layer.dilation,
    )


def _rows_to_crop(window: Window, size: int, wanted: int) -> int:
    """Fewest rows to crop for the convolution to reach the wanted size, 0 if it cannot."""
    return next(
        (rows for rows in range(size) if window.conv(size - rows) == wanted),
        0,
    )


def _swapped_channels(layer: ConvolutionLayer) -> dict[str, Any]:
    return {
        "in_channels": layer.out_channels,
        "out_channels": layer.in_channels,
        "groups": layer.groups,
        "bias": layer.bias,
        "ndim": layer.ndim,
    }


def _reverse_border(layer: PadLayer | CropLayer, before: TensorShape) -> PadLayer:
    """The padding that undoes a padding (with negative pads) or a crop."""
    if isinstance(layer, PadLayer):
        return PadLayer(pad=tuple(-pad for pad in layer.pad))
    crops = [*layer.crop, *[(0, 0)] * (len(before) - 2 - len(layer.crop))]
    return PadLayer(pad=tuple(pad for pair in reversed(crops) for pad in pair))


def _reverse_resize(before: TensorShape, after: TensorShape) -> Iterator[AuditLayer]:
    """An upsampling to ``before`` if any axis was larger there, else an adaptive pooling."""
    if before[2:] == after[2:]:
        return
    if any(was > now for was, now in zip(before[2:], after[2:], strict=True)):
        yield UpsampleLayer(size=before[2:])
    else:
        yield AdaptivePoolLayer(output_size=before[2:])


def _with_norm_and_activation(layer: AuditLayer, earlier: AuditLayer | None) -> AuditLayer:
    if earlier is None:
        return layer
    values: dict[str, Any] = {"norm": earlier.norm, "activation": earlier.activation}
    return replace(layer, **values)


def _as_per_axis(values: tuple[int, ...] | list[int]) -> PerAxis:
    return values[0] if len(set(values)) == 1 else tuple(values)
