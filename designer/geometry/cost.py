"""Costs of a layer: parameters, multiply-adds, and values saved for the backward pass.

Multiply-adds are counted for one sample, in convolutions, linear layers and products of maps only. A transposed
convolution multiplies once per *input* position, tap and channel pair: counting output positions
instead, as several popular counters do, gives a result S times too high on each axis.
"""

from __future__ import annotations

from math import prod

Cost = tuple[int, int]
"""Parameters, and multiply-adds of one sample."""


def convolution_parameters(
    *, taps: int, in_channels: int, out_channels: int, groups: int = 1, bias: bool = False
) -> int:
    """Parameters of a (transposed) convolution: taps·C_in·C_out/groups, plus C_out for a bias.

    >>> convolution_parameters(taps=16, in_channels=100, out_channels=512)
    819200
    """
    return taps * in_channels * out_channels // groups + out_channels * bias


def norm_parameters(channels: int) -> int:
    """Scale and shift of an affine norm: two per channel.

    >>> norm_parameters(512)
    1024
    """
    return 2 * channels


def convolution_multiply_adds(
    *, positions: tuple[int, ...], taps: int, in_channels: int, out_channels: int, groups: int = 1
) -> int:
    """Multiply-adds of one sample: positions·taps·C_in·C_out/groups.

    ``positions`` is the size of the *output* of a convolution and of the *input* of a transposed
    convolution: the positions at which the kernel is applied.

    >>> convolution_multiply_adds(positions=(4, 4), taps=16, in_channels=512, out_channels=256)
    33554432
    """
    return prod(positions) * taps * in_channels * out_channels // groups


def attention_channels(channels: int) -> tuple[int, int]:
    """Channels of a self-attention's queries and keys, and of its values: C/8 and C/2, at least one.

    >>> attention_channels(192), attention_channels(4)
    ((24, 96), (1, 2))
    """
    return max(1, channels // 8), max(1, channels // 2)


def attention_weights(channels: int) -> int:
    """Weights of its four convolutions of one tap: 2·C·C/8 + 2·C·C/2.

    >>> attention_weights(192)
    46080
    """
    return 2 * channels * sum(attention_channels(channels))


def pooled_size(size: tuple[int, ...]) -> tuple[int, ...]:
    """The size of its keys and values: ⌊i/2⌋ on each axis of at least two positions.

    >>> pooled_size((64, 45, 1))
    (32, 22, 1)
    """
    return tuple(max(1, side // 2) for side in size)


def attention_products(channels: int, size: tuple[int, ...]) -> int:
    """Multiply-adds of its two products over pairs of positions: n·m·(C/8 + C/2).

    >>> attention_products(192, (64, 64))
    503316480
    """
    pairs = prod(size) * prod(pooled_size(size))
    return pairs * sum(attention_channels(channels))


def batch_norm_saved_for_backward(channels: int) -> int:
    """Values that a batch norm saves besides its input: batch and running mean and deviation.

    >>> batch_norm_saved_for_backward(512)
    2048
    """
    return 4 * channels


def batch_norm_buffer_bytes(channels: int) -> int:
    """Bytes of the running statistics of a batch norm, two float32 per channel, and its int64 counter.

    >>> batch_norm_buffer_bytes(512)
    4104
    """
    return 2 * 4 * channels + 8


def instance_norm_saved_for_backward(channels: int) -> int:
    """Values that an instance norm saves besides its input: mean, inverse deviation and its scales.

    >>> instance_norm_saved_for_backward(512)
    1536
    """
    return 3 * channels


def group_norm_saved_for_backward(groups: int) -> int:
    """Values that a group norm saves besides its input: mean and inverse deviation of each group.

    >>> group_norm_saved_for_backward(32)
    64
    """
    return 2 * groups


def spectral_norm_buffer_bytes(*, weights: int, out_channels: int) -> int:
    """Bytes of the two singular vectors that a spectral norm keeps for one weight, in float32.

    >>> spectral_norm_buffer_bytes(weights=27 * 64, out_channels=64)
    364
    """
    return 4 * (out_channels + weights // out_channels)


def spectral_norm_saved_for_backward(*, weights: int, out_channels: int) -> int:
    """Values that a spectral norm saves for one weight: singular vectors and greatest value.

    >>> spectral_norm_saved_for_backward(weights=27 * 64, out_channels=64)
    92
    """
    return out_channels + weights // out_channels + 1
