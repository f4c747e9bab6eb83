"""The direct convolution over the zero-inserted map, and the crop of the full output."""

from __future__ import annotations

from dataclasses import dataclass

from designer.geometry.axis import direct_padding, zero_inserted_size
from designer.geometry.equivalence.placement import AnyConv
from designer.geometry.layers import Size, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectAxis:
    """One axis of a direct convolution.

    ``input_size`` includes the ``inserted_zeros`` between neighbors; ``padding`` is (near, far),
    negative for a crop.
    """

    inserted_zeros: int
    input_size: int
    padding: tuple[int, int]
    kernel_size: int
    stride: int
    dilation: int

    @property
    def padded_size(self) -> int:
        """Size of the map after padding and cropping."""
        return self.input_size + sum(self.padding)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectConvolution:
    """A convolution with the same result as the layer.

    If ``flipped`` is true, the kernel is flipped along every axis and its two channel axes are
    swapped (group by group).
    """

    in_channels: int
    out_channels: int
    groups: int
    axes: tuple[DirectAxis, ...]
    flipped: bool


def equivalent_convolution(layer: AnyConv, input_size: Size) -> DirectConvolution:
    """The layer as a direct convolution: S − 1 zeros inserted, padded by E − 1 − P, stride 1.

    The far side has A more padding. A convolution is its own direct convolution.

    >>> from designer.geometry.layers import ConvTranspose
    >>> layer = ConvTranspose(in_channels=1, out_channels=1,
    ...                       windows=(Window(kernel_size=3, stride=2, padding=1),))
    >>> axis = equivalent_convolution(layer, (4,)).axes[0]
    >>> axis.inserted_zeros, axis.input_size, axis.padding, axis.stride
    (1, 7, (1, 1), 1)
    """
    axis = _transposed_axis if layer.transposed else _plain_axis
    return DirectConvolution(
        in_channels=layer.in_channels,
        out_channels=layer.out_channels,
        groups=layer.groups,
        axes=tuple(axis(w, i) for w, i in zip(layer.windows, input_size, strict=True)),
        flipped=layer.transposed,
    )


def _transposed_axis(window: Window, input_size: int) -> DirectAxis:
    return DirectAxis(
        inserted_zeros=window.stride - 1,
        input_size=zero_inserted_size(input_size, window.stride),
        padding=direct_padding(
            kernel_size=window.kernel_size,
            padding=window.padding,
            dilation=window.dilation,
            output_padding=window.output_padding,
        ),
        kernel_size=window.kernel_size,
        stride=1,
        dilation=window.dilation,
    )


def _plain_axis(window: Window, input_size: int) -> DirectAxis:
    return DirectAxis(
        inserted_zeros=0,
        input_size=input_size,
        padding=(window.padding, window.padding),
        kernel_size=window.kernel_size,
        stride=window.stride,
        dilation=window.dilation,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputCrop:
    """A transposed convolution as a crop of the one without padding.

    ``full_size`` is the output size with padding 0 and output_padding 0; ``cropped`` is removed
    from it, (near, far) per axis; a negative value adds zeros, to which only the bias is added.
    """

    full_size: Size
    cropped: tuple[tuple[int, int], ...]


def equivalent_crop(layer: AnyConv, input_size: Size) -> OutputCrop | None:
    """The layer as a crop of the full output: by P at the near side, by P − A at the far side.

    None for a convolution that is not transposed.

    >>> from designer.geometry.layers import ConvTranspose
    >>> layer = ConvTranspose(in_channels=1, out_channels=1, windows=(
    ...     Window(kernel_size=3, stride=2, padding=1, output_padding=1),))
    >>> equivalent_crop(layer, (4,))
    OutputCrop(full_size=(9,), cropped=((1, 0),))
    """
    if not layer.transposed:
        return None
    full = tuple(
        Window(kernel_size=w.kernel_size, stride=w.stride, dilation=w.dilation)
        for w in layer.windows
    )
    return OutputCrop(
        full_size=tuple(w.conv_transpose(i) for w, i in zip(full, input_size, strict=True)),
        cropped=tuple((w.padding, w.padding - w.output_padding) for w in layer.windows),
    )
