"""The layer that restores the input size, the sizes it cannot distinguish, and the gradient."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from designer.geometry.axis import conv_input_sizes, inverse_output_padding
from designer.geometry.equivalence.placement import AnyConv, Placement, place_windows
from designer.geometry.layers import Conv, ConvTranspose, Size, Window, Windows
from designer.reasons import Reason, make_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverse:
    """The layer that maps the output size back to the input size.

    ``layer`` is None if no padding restores the size, with the reason in ``reason``. ``ambiguous``
    gives, per axis, the [least, greatest] large size with the same small size: the convolution of
    the pair maps them all to it, and the output padding of the transposed one distinguishes them;
    None if it maps no size to it. ``unique`` is true if there is exactly one on every axis.
    """

    layer: AnyConv | None
    ambiguous: tuple[tuple[int, int] | None, ...]
    reason: Reason

    @property
    def why(self) -> str:
        """The reason as a sentence."""
        return self.reason.sentence

    @property
    def unique(self) -> bool:
        """Whether only one large size has the small size."""
        return all(shared is not None and shared[0] == shared[1] for shared in self.ambiguous)


def invert_layer(layer: AnyConv, input_size: Size) -> Inverse:
    """The layer of the other kind that restores ``input_size``.

    >>> conv = Conv(in_channels=1, out_channels=1, windows=(
    ...     Window(kernel_size=3, stride=2, padding=1),))
    >>> back = invert_layer(conv, (16,))
    >>> back.layer.windows[0].output_padding, back.ambiguous, back.unique
    (1, ((15, 16),), False)

    Raises:
        InvalidLayer: if the layer is illegal on that map.
    """
    placed = place_windows(layer, input_size)
    windows = tuple(
        _inverse_window(layer, window, side)
        for window, side in zip(layer.windows, input_size, strict=True)
    )
    legal = tuple(window for window in windows if window is not None)
    found = len(legal) == layer.axes
    convs = windows if layer.transposed else layer.windows
    ranges = [_sizes_with_same_output(conv, axis) for conv, axis in zip(convs, placed, strict=True)]
    return Inverse(
        layer=_opposite_kind(layer, legal) if found else None,
        ambiguous=tuple((sizes[0], sizes[-1]) if sizes else None for sizes in ranges),
        reason=_inverse_reason(layer, windows),
    )


def gradient_layer(layer: AnyConv, input_size: Size) -> AnyConv:
    """The layer that computes the gradient with respect to the input: same kernel, other kind.

    Its weight is the layer's own tensor, unchanged. If output_padding is S or more (legal with a
    larger dilation), its output is larger than the input; the gradient is its first positions.

    >>> layer = ConvTranspose(in_channels=8, out_channels=3, windows=(Window(kernel_size=3),))
    >>> gradient_layer(layer, (5,)).in_channels
    3
    """
    if layer.transposed:
        return _opposite_kind(layer, tuple(replace(w, output_padding=0) for w in layer.windows))
    windows = zip(layer.windows, input_size, strict=True)
    return _opposite_kind(layer, tuple(_transposed_window(w, side) for w, side in windows))


def _opposite_kind(layer: AnyConv, windows: Windows) -> AnyConv:
    kind = Conv if layer.transposed else ConvTranspose
    return kind(
        in_channels=layer.out_channels,
        out_channels=layer.in_channels,
        windows=windows,
        groups=layer.groups,
        bias=layer.bias,
    )


def _inverse_window(layer: AnyConv, window: Window, side: int) -> Window | None:
    if layer.transposed:
        return _conv_window(window)
    return _transposed_window(window, side)


def _transposed_window(window: Window, side: int) -> Window:
    dropped = inverse_output_padding(side, **window.size_arguments)
    return replace(window, output_padding=dropped)


def _conv_window(window: Window) -> Window | None:
    """The conv that restores the size: with the same padding if A < S, otherwise with less."""
    less = max(0, -((window.stride - 1 - window.output_padding) // 2))
    if less > window.padding or 2 * less > window.output_padding:
        return None
    return replace(window, padding=window.padding - less, output_padding=0)


def _sizes_with_same_output(conv: Window | None, axis: Placement) -> range:
    """The large sizes that the convolution of the pair maps to the small one."""
    if conv is None:
        return range(axis.pixels, axis.pixels + 1)
    return conv_input_sizes(axis.positions, **conv.size_arguments)


def _inverse_reason(layer: AnyConv, windows: tuple[Window | None, ...]) -> Reason:
    if None in windows:
        axis = windows.index(None)
        window = layer.windows[axis]
        return make_reason("not_restored", axis=axis, **asdict(window))
    if any(
        back and w.padding != back.padding for w, back in zip(layer.windows, windows, strict=True)
    ):
        return make_reason("restored_with_less_padding")
    return make_reason("restored")
