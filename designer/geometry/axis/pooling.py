"""Output sizes of pooling, with or without a last window that extends past the end."""

from __future__ import annotations

from designer.errors import InvalidLayer
from designer.geometry.axis.output_size import kernel_span


def pool_output_size(
    input_size: int, *, kernel_size: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> int:
    """Number of pooling windows: as for a conv, or ⌈(i + 2P − E) / S⌉ + 1 with ``ceil_mode``.

    With ``ceil_mode`` a last window that would begin after the input and its near padding is
    dropped (torch's rule).

    >>> pool_output_size(5, kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
    2
    >>> pool_output_size(5, kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=True)
    3
    >>> pool_output_size(3, kernel_size=1, stride=3, padding=0, dilation=1, ceil_mode=True)
    1

    Raises:
        InvalidLayer: if no window fits.
    """
    size = unchecked_pool_output_size(
        input_size,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        ceil_mode=ceil_mode,
    )
    if size < 1:
        raise InvalidLayer(
            "pooling_does_not_fit",
            span=kernel_span(kernel_size, dilation),
            input_size=input_size,
            padding=padding,
            output_size=size,
        )
    return size


def unchecked_pool_output_size(
    input_size: int, *, kernel_size: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> int:
    """The result of ``pool_output_size`` without its check; below 1 if no window fits.

    >>> unchecked_pool_output_size(5, kernel_size=7, stride=7, padding=0, dilation=1, ceil_mode=False)
    0
    """
    slack = input_size + 2 * padding - kernel_span(kernel_size, dilation)
    count = (slack + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (count - 1) * stride >= input_size + padding:
        count -= 1
    return count
